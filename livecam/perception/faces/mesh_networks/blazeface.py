"""BlazeFace, a single-shot face detector: anchors, decoding, weighted non-maximum suppression, a second look."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.tflite import FloatArray, TFLiteModel
from livecam.core.types import Image
from livecam.perception.faces.face_model import FaceRegion
from livecam.perception.faces.mesh_networks.face_networks import FaceNetwork, open_face_network
from livecam.perception.faces.patch import CutPatch, turned_patch

# A face's region is half as large again as its box, which ends at the brows and the chin.
ROOM = 1.5
_SURE_LOGIT = 0.0  # of a score of one half
_SAME_FACE = 0.3  # intersection over union
_KEYPOINTS = 6  # right eye, left eye, nose, mouth, right ear, left ear
# A second look shows the region with a little around it. Of 158 faces in webcam photographs the middle is found within
# 0.13 of the region's side and the angle within 19 degrees; what the mesh takes for a face by mistake is farther off.
_AROUND = 1.3
_OFF_CENTRE = 0.16  # of the region's side
_OFF_LEVEL = math.radians(40)


class AnchorGrid(NamedTuple):
    """A square feature map: so many cells to a side, and so many anchors in the middle of each."""

    cells: int
    anchors_per_cell: int


# Anchors of one size in the middle of every cell (Bazarevsky et al. 2019, section 3.1). Of the 128 pixels of the short
# range there is one layer of stride 8 and three of stride 16, each with two anchors a cell; of the 192 of the full
# range one layer of stride 4 with one anchor (MediaPipe's face_detection_short_range and _full_range graphs).
_GRIDS = {
    FaceNetwork.SHORT_RANGE: (AnchorGrid(16, 2), AnchorGrid(8, 6)),
    FaceNetwork.FULL_RANGE: (AnchorGrid(48, 1),),
}


class BlazeFaceDetector:
    """BlazeFace (Bazarevsky et al. 2019, "Sub-millisecond Neural Face Detection on Mobile GPUs"). For one thread.

    The short range sees faces from a fifth of the picture's side, the full range from a twentieth and from the side;
    both see heads that are tilted by up to some 45 degrees.
    """

    def __init__(self, interpreter: TFLiteModel, grids: Sequence[AnchorGrid]) -> None:
        self._interpreter = interpreter
        self._anchors = anchor_centres(grids)
        self._side = interpreter.input.shape[1]

    @classmethod
    def open(cls, network: FaceNetwork) -> BlazeFaceDetector:
        """One of the two detectors that ship; AssetError when its file is missing or damaged."""
        return cls(open_face_network(network), _GRIDS[network])

    def detect(self, image: Image) -> list[FaceRegion]:
        """Every face of a BGR picture of any shape, the surest first."""
        shown, scale, (left, top) = letterboxed(image, self._side)
        found = [_region(face, score, self._side) for face, score in self._faces(shown)]
        return [
            region._replace(
                x=(region.x - left + 0.5) / scale - 0.5,
                y=(region.y - top + 0.5) / scale - 0.5,
                size=region.size / scale,
            )
            for region in found
        ]

    def look_again(self, image: Image, region: FaceRegion, cut: CutPatch = turned_patch) -> FaceRegion | None:
        """The face in the middle of a region, upright in it, seen alone and levelled; None when none is there."""
        around = region._replace(size=_AROUND * region.size)
        patch = cut(image, around, self._side).as_rgb()
        unit = around.size / self._side
        for face, score in self._faces(_scaled(patch.image)[None]):
            x, y, size, angle, _ = _region(face, score, self._side)
            middle = (self._side - 1) / 2
            off_centre = max(abs(x - middle), abs(y - middle)) * unit
            if off_centre < _OFF_CENTRE * region.size and abs(angle) < _OFF_LEVEL:
                ((x, y),) = patch.to_frame([(x, y)]).tolist()
                return FaceRegion(x, y, size * unit, region.angle + angle, score)
        return None

    def _faces(self, shown: FloatArray) -> Iterator[tuple[FloatArray, float]]:
        boxes, logits = self._interpreter.run(shown)
        return blended(*decoded(boxes[0], logits[0, :, 0], self._anchors, self._side))


def anchor_centres(grids: Sequence[AnchorGrid]) -> FloatArray:
    """The middles of all anchors, (n, 2), 0..1 of the input's side (Liu et al. 2016, SSD, section 2.2)."""
    return np.concatenate([np.repeat(_cell_middles(grid.cells), grid.anchors_per_cell, axis=0) for grid in grids])


def _cell_middles(cells: int) -> FloatArray:
    along = (np.arange(cells, dtype=np.float32) + 0.5) / cells
    middles: FloatArray = np.stack(np.meshgrid(along, along), axis=-1).reshape(-1, 2)
    return middles


def letterboxed(image: Image, side: int) -> tuple[FloatArray, float, tuple[int, int]]:
    """The picture as a detector sees it, (1, side, side, 3) RGB from -1 to 1, in the middle and with its proportions.

    What is left over is black, as in training. Also the pixels per pixel of the picture, and where its corner is.
    """
    scale = side / max(image.shape[:2])
    width, height = (max(1, round(length * scale)) for length in image.shape[1::-1])
    small = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    left, top = (side - width) // 2, (side - height) // 2
    shown = np.full((1, side, side, 3), -1.0, np.float32)
    rgb = cv2.cvtColor(small, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)
    shown[0, top : top + height, left : left + width] = _scaled(rgb)
    return shown, scale, (left, top)


def _scaled(rgb: Image) -> FloatArray:
    scaled = np.multiply(rgb, np.float32(1 / 127.5), dtype=np.float32)
    scaled -= 1.0
    return scaled


def decoded(boxes: FloatArray, logits: FloatArray, anchors: FloatArray, side: int) -> tuple[FloatArray, FloatArray]:
    """The faces that the anchors claim, (n, 2 + 6, 2), and their scores, (n,).

    A face is the middle of its box, its width and height, and six keypoints, 0..1 of the input's side. The network
    tells middle and keypoints relative to the anchor, and all of them in pixels of its input.
    """
    # Nearly all anchors claim nothing, so that only the others are worth a logistic function.
    likely = np.flatnonzero(logits >= _SURE_LOGIT)
    scores = 1 / (1 + np.exp(-np.minimum(logits[likely], 80)))
    faces = boxes[likely].reshape(-1, 2 + _KEYPOINTS, 2) / np.float32(side)
    faces[:, 0] += anchors[likely]
    faces[:, 2:] += anchors[likely][:, None]
    return faces, scores


def blended(faces: FloatArray, scores: FloatArray) -> Iterator[tuple[FloatArray, float]]:
    """Weighted non-maximum suppression: of all that overlap a surest one, one face, their mean by score.

    Bazarevsky et al. (2019), section 3.4: boxes tremble by 30 to 40 % less than those of the surest alone.
    """
    rest = np.argsort(-scores, kind="stable")
    while rest.size:
        same = overlap(faces[rest[0]], faces[rest]) > _SAME_FACE
        same[0] = True
        group = rest[same]
        yield np.average(faces[group], axis=0, weights=scores[group]).astype(np.float32), float(scores[group[0]])
        rest = rest[~same]


def overlap(face: FloatArray, others: FloatArray) -> NDArray[np.float32]:
    """The intersection of a face's box with those of others over their union, (n,)."""
    low = np.maximum(face[0] - face[1] / 2, others[:, 0] - others[:, 1] / 2)
    high = np.minimum(face[0] + face[1] / 2, others[:, 0] + others[:, 1] / 2)
    across, down = np.maximum(high - low, 0).T
    shared = across * down
    together = face[1, 0] * face[1, 1] + others[:, 1, 0] * others[:, 1, 1] - shared
    quotient: NDArray[np.float32] = shared / np.maximum(together, np.float32(1e-9))
    return quotient


def _region(face: FloatArray, score: float, side: int) -> FaceRegion:
    """In pixels of the input."""
    (x, y), (width, height), (right_x, right_y), (left_x, left_y) = (face[:4] * side).tolist()
    angle = math.atan2(left_y - right_y, left_x - right_x)
    return FaceRegion(x - 0.5, y - 0.5, ROOM * max(width, height), angle, score)
