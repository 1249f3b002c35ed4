"""Faces from MediaPipe: BlazeFace detectors and the attention mesh; quicker, and at home with turned heads."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.errors import MissingExtraError
from livecam.core.scene import Image
from livecam.faces.mesh68 import MESH_OF_IBUG
from livecam.faces.mesh_graph import MESH_GRAPH
from livecam.faces.model import Region, Sight, distinct
from livecam.faces.patch import Patch, colour_patch
from livecam.quiet import without_start_noise

_PATCH_PX = 192
_OUTLINE = (10, 152, 234, 454, 127, 356, 109, 338, 67, 297, 58, 288, 172, 397, 136, 365, 148, 377, 4)
_EYE_CORNERS = (33, 263)
# The mesh is trained on squares half as large again as the face.
_ROOM = 1.5
_PRESENT = 0.5
_LIVE_SIDE = 256
_STILL_SIDE = 1280
_TILE_SHARES = (2, 4)
# A tile smaller than what the detector sees shows it nothing new.
_SMALLEST_TILE = 192


class MediaPipeFaces:
    """BlazeFace (Bazarevsky et al. 2019) and the attention mesh (Grishchenko et al. 2020), as 68 iBUG points."""

    def __init__(self) -> None:
        """Raises MissingExtraError when MediaPipe is not installed; takes seconds, for its libraries are large."""
        solutions, graph = import_mediapipe()
        with without_start_noise():
            self._mesh = graph(graph_config=MESH_GRAPH)
            self._near, self._far = (
                solutions.face_detection.FaceDetection(model_selection=model, min_detection_confidence=0.5)
                for model in (0, 1)
            )
            self._warm_up()

    def detect(self, image: Image) -> Sequence[Region]:
        """Faces within some five metres of a webcam, and farther ones while there are no others."""
        found = [*_detections(self._near, image, _LIVE_SIDE), *_detections(self._far, image, _LIVE_SIDE)]
        return distinct(found or list(self._in_tiles(image, min(image.shape[:2]))))

    def search(self, image: Image) -> Sequence[Region]:
        """Near and far faces of the picture and of its square parts; where there are none, those of smaller parts."""
        found = [*_detections(self._near, image, _STILL_SIDE), *_detections(self._far, image, _STILL_SIDE)]
        found += self._in_tiles(image, min(image.shape[:2]))
        for share in _TILE_SHARES:
            found = found or list(self._in_tiles(image, min(image.shape[:2]) // share))
        return distinct(found)

    def follow(self, image: Image, region: Region) -> Sight | None:
        """The landmarks of the face in the region; None when the mesh does not see a face there."""
        patch = colour_patch(image, region, _PATCH_PX)
        result = self._mesh.process({"image": patch.image})
        if result.presence < _PRESENT:
            return None
        mesh = result.landmarks.landmark
        landmarks = _frame_points(mesh, MESH_OF_IBUG.tolist(), patch).astype(np.float32)
        return Sight(landmarks, _next_region(mesh, patch, result.presence))

    def confirm(self, image: Image, sight: Sight) -> float | None:
        """The mesh has judged the face while following it."""
        return sight.region.confidence

    def _warm_up(self) -> None:
        """The first use of each model is slow and noisy; better now than in the first frame."""
        blank = np.zeros((_PATCH_PX, _PATCH_PX, 3), np.uint8)
        self.follow(blank, Region(_PATCH_PX / 2, _PATCH_PX / 2, _PATCH_PX))
        self.search(blank)

    def _in_tiles(self, image: Image, side: int) -> Iterator[Region]:
        """Faces in overlapping square tiles, for the detectors see a whole picture in 192 pixels."""
        side = max(side, _SMALLEST_TILE)
        for top in range(0, max(1, image.shape[0] - side // 2), side // 2):
            for left in range(0, max(1, image.shape[1] - side // 2), side // 2):
                tile = image[top : top + side, left : left + side]
                for region in _detections(self._far, tile, _STILL_SIDE):
                    yield region._replace(x=region.x + left, y=region.y + top)


def import_mediapipe() -> tuple[Any, Any]:
    """MediaPipe's solutions and its class for graphs of one's own; MissingExtraError when it is not installed."""
    if find_spec("mediapipe") is None:
        raise MissingExtraError("--face mediapipe", "mediapipe")
    os.environ.setdefault("GLOG_minloglevel", "2")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # It imports TensorFlow when that is there, which has much to say about graphics cards.
    with without_start_noise():
        from mediapipe.python import solution_base, solutions  # noqa: PLC0415

    return solutions, solution_base.SolutionBase


def _detections(detector: Any, image: Image, side: int) -> Iterator[Region]:
    scale = min(1.0, side / max(image.shape))
    size = tuple(max(1, round(length * scale)) for length in image.shape[1::-1])
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA) if scale < 1 else image
    found = detector.process(cv2.cvtColor(small, cv2.COLOR_BGR2RGB)).detections or ()
    for detection in found:
        yield _region(detection, image.shape[1], image.shape[0])


def _region(detection: Any, width: int, height: int) -> Region:
    box, (right, left) = detection.location_data.relative_bounding_box, detection.location_data.relative_keypoints[:2]
    return Region(
        (box.xmin + box.width / 2) * width - 0.5,
        (box.ymin + box.height / 2) * height - 0.5,
        _ROOM * max(box.width * width, box.height * height),
        float(np.arctan2((left.y - right.y) * height, (left.x - right.x) * width)),
        float(detection.score[0]),
    )


def _frame_points(mesh: Any, indices: Iterable[int], patch: Patch) -> NDArray[np.float64]:
    points = np.array([(mesh[index].x, mesh[index].y) for index in indices])
    return patch.to_frame(points * _PATCH_PX - 0.5)


def _next_region(mesh: Any, patch: Patch, presence: float) -> Region:
    """The square around the outline, levelled by the outer corners of the eyes, as MediaPipe's own graph makes it."""
    right, left = _frame_points(mesh, _EYE_CORNERS, patch)
    outline = _frame_points(mesh, _OUTLINE, patch)
    angle = float(np.arctan2(left[1] - right[1], left[0] - right[0]))
    low, high = outline.min(axis=0), outline.max(axis=0)
    x, y = (low + high) / 2
    return Region(float(x), float(y), _ROOM * float(max(high - low)), angle, presence)
