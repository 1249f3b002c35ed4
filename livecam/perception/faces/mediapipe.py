"""Faces from MediaPipe: BlazeFace detectors and the attention mesh; quicker than dlib, and better with turned heads."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.errors import MissingExtraError
from livecam.core.runtime import silence_native_logs
from livecam.core.types import Image, PupilRest
from livecam.perception.faces.face_model import FaceLandmarks, FaceRegion, distinct, landmarks_twice
from livecam.perception.faces.mesh_networks.mesh_topology import MESH_OF_IBUG
from livecam.perception.faces.patch import FacePatch, colour_patch, turned_patch

# In: an RGB image of 192x192. Out: 478 landmarks normalised to it, and the probability that it shows a face.
MESH_GRAPH = """
input_stream: "image"
output_stream: "landmarks"
output_stream: "presence"
node {
  calculator: "ToImageCalculator"
  input_stream: "IMAGE_CPU:image"
  output_stream: "IMAGE:patch"
}
node {
  calculator: "ImageToTensorCalculator"
  input_stream: "IMAGE:patch"
  output_stream: "TENSORS:input"
  options { [mediapipe.ImageToTensorCalculatorOptions.ext] {
    output_tensor_width: 192 output_tensor_height: 192 output_tensor_float_range { min: 0.0 max: 1.0 } } }
}
node {
  calculator: "TfLiteCustomOpResolverCalculator"
  output_side_packet: "OP_RESOLVER:op_resolver"
}
node {
  calculator: "InferenceCalculator"
  input_stream: "TENSORS:input"
  input_side_packet: "OP_RESOLVER:op_resolver"
  output_stream: "TENSORS:output"
  options { [mediapipe.InferenceCalculatorOptions.ext] {
    model_path: "mediapipe/modules/face_landmark/face_landmark_with_attention.tflite"
    delegate { xnnpack { num_threads: 1 } } } }
}
node {
  calculator: "SplitTensorVectorCalculator"
  input_stream: "output"
  output_stream: "mesh"
  output_stream: "flag"
  options { [mediapipe.SplitVectorCalculatorOptions.ext] {
    ranges { begin: 0 end: 6 } ranges { begin: 6 end: 7 } } }
}
node {
  calculator: "TensorsToFloatsCalculator"
  input_stream: "TENSORS:flag"
  output_stream: "FLOAT:presence"
  options { [mediapipe.TensorsToFloatsCalculatorOptions.ext] { activation: SIGMOID } }
}
node {
  calculator: "TensorsToFaceLandmarksWithAttention"
  input_stream: "TENSORS:mesh"
  output_stream: "LANDMARKS:landmarks"
}
"""


_PATCH_PX = 192
_OUTLINE = (10, 152, 234, 454, 127, 356, 109, 338, 67, 297, 58, 288, 172, 397, 136, 365, 148, 377, 4)
_EYE_CORNERS = (33, 263)
# The mesh is trained on squares half as large again as the face.
_ROOM = 1.5
_PRESENT = 0.5
_ROOMS_AROUND = (1.0, 1.5)  # the detector judges a face best when it fills a half to two thirds of what it sees
_LIVE_SIDE = 256
_STILL_SIDE = 1280
_TILE_SHARES = (2, 4)
# A tile smaller than what the detector sees shows it nothing new.
_SMALLEST_TILE = 192


class MediaPipeFaceModel:
    """BlazeFace (Bazarevsky et al. 2019) and the attention mesh (Grishchenko et al. 2020), as 68 iBUG points."""

    # Measured on 140 eyes of the London and Canada portraits, whose people look into the camera; test people left out.
    # How far to the right is that of the labelled irises of the 50 portraits of `dev`.
    pupil_rest = PupilRest(outward=0.031, above=0.08, right=0.009)

    def __init__(self) -> None:
        """Raises MissingExtraError when MediaPipe is not installed; takes seconds, for its libraries are large."""
        solutions, graph = import_mediapipe()
        with silence_native_logs():
            self._mesh = graph(graph_config=MESH_GRAPH)
            self._near, self._far = (
                solutions.face_detection.FaceDetection(model_selection=model, min_detection_confidence=0.5)
                for model in (0, 1)
            )
            self._warm_up()

    def detect(self, image: Image) -> Sequence[FaceRegion]:
        """Faces within some five metres of a webcam, and farther ones while there are no others."""
        found = [*_detections(self._near, image, _LIVE_SIDE), *_detections(self._far, image, _LIVE_SIDE)]
        return self._upright(image, distinct(found or list(self._in_tiles(image, min(image.shape[:2])))))

    def detect_thorough(self, image: Image) -> Sequence[FaceRegion]:
        """Near and far faces of the picture and of its square parts; where there are none, those of smaller parts."""
        found = [*_detections(self._near, image, _STILL_SIDE), *_detections(self._far, image, _STILL_SIDE)]
        found += self._in_tiles(image, min(image.shape[:2]))
        for share in _TILE_SHARES:
            found = found or list(self._in_tiles(image, min(image.shape[:2]) // share))
        return self._upright(image, distinct(found))

    def landmarks(self, image: Image, region: FaceRegion) -> FaceLandmarks | None:
        """The landmarks of the face in the region; None when the mesh does not see a face there."""
        patch = colour_patch(image, region, _PATCH_PX)
        result = self._mesh.process({"image": patch.image})
        if result.presence < _PRESENT:
            return None
        mesh = result.landmarks.landmark
        landmarks = _frame_points(mesh, MESH_OF_IBUG.tolist(), patch).astype(np.float32)
        return FaceLandmarks(landmarks, _next_region(mesh, patch, result.presence))

    def landmarks_thorough(self, image: Image, region: FaceRegion) -> FaceLandmarks | None:
        """Those of a second look."""
        return landmarks_twice(self, image, region)

    def verify(self, image: Image, face: FaceLandmarks) -> float | None:
        """The mesh has judged the face while following it."""
        return face.region.confidence

    def _upright(self, image: Image, regions: Sequence[FaceRegion]) -> Sequence[FaceRegion]:
        """The regions turned as the detector sees their faces best: in a whole picture, and in a face that stands on
        its head, it takes many a chin for a forehead, and the mesh is as sure of that."""
        return [
            max(self._quarter_turns(image, region), key=_seen_confidence, default=(region, 0.0))[0]
            for region in regions
        ]

    def _quarter_turns(self, image: Image, region: FaceRegion) -> Iterator[tuple[FaceRegion, float]]:
        """The region turned four ways, where the detector sees an upright face in its middle, and how surely."""
        for quarters in range(4):
            turned = region._replace(angle=region.angle + quarters * np.pi / 2)
            for room in _ROOMS_AROUND:
                patch = turned_patch(image, turned._replace(size=room * turned.size), _PATCH_PX)
                for seen in _detections(self._near, patch.image, _PATCH_PX):
                    off = np.hypot(seen.x - _PATCH_PX / 2, seen.y - _PATCH_PX / 2)
                    if off < 0.25 * _PATCH_PX and abs(seen.angle) < np.pi / 3:
                        yield turned._replace(angle=float(turned.angle + seen.angle)), seen.confidence

    def _warm_up(self) -> None:
        """The first use of each model is slow and noisy; better now than in the first frame."""
        blank = np.zeros((_PATCH_PX, _PATCH_PX, 3), np.uint8)
        self.landmarks(blank, FaceRegion(_PATCH_PX / 2, _PATCH_PX / 2, _PATCH_PX))
        self.detect_thorough(blank)

    def _in_tiles(self, image: Image, side: int) -> Iterator[FaceRegion]:
        """Faces in overlapping square tiles, for the detectors see a whole picture in 192 pixels."""
        side = max(side, _SMALLEST_TILE)
        for top in range(0, max(1, image.shape[0] - side // 2), side // 2):
            for left in range(0, max(1, image.shape[1] - side // 2), side // 2):
                tile = image[top : top + side, left : left + side]
                for region in _detections(self._far, tile, _STILL_SIDE):
                    yield region._replace(x=region.x + left, y=region.y + top)


def _seen_confidence(seen: tuple[FaceRegion, float]) -> float:
    return seen[1]


def import_mediapipe() -> tuple[Any, Any]:
    """MediaPipe's solutions and its class for graphs of one's own; MissingExtraError when it is not installed, or is of
    a version without them."""
    if problem := mediapipe_problem():
        raise problem
    os.environ.setdefault("GLOG_minloglevel", "2")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # It imports TensorFlow when that is there, which has much to say about graphics cards.
    with silence_native_logs():
        try:
            from mediapipe.python import solution_base, solutions
        except (ImportError, AttributeError, TypeError) as fault:  # a library it wants in another version
            raise MissingExtraError("--face mediapipe", "mediapipe", f"it cannot be loaded: {fault}") from fault

    return solutions, solution_base.SolutionBase


def mediapipe_problem() -> MissingExtraError | None:
    """Why it cannot be used, told without loading it: it is not installed, or so new that its solutions are gone."""
    spec = find_spec("mediapipe")
    if spec is None:
        return MissingExtraError("--face mediapipe", "mediapipe")
    if any((Path(place) / "python" / "solution_base.py").is_file() for place in spec.submodule_search_locations or ()):
        return None
    return MissingExtraError(
        "--face mediapipe", "mediapipe", f"mediapipe {version('mediapipe')} has no solutions any more"
    )


def _detections(detector: Any, image: Image, side: int) -> Iterator[FaceRegion]:
    scale = min(1.0, side / max(image.shape))
    size = tuple(max(1, round(length * scale)) for length in image.shape[1::-1])
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA) if scale < 1 else image
    found = detector.process(cv2.cvtColor(small, cv2.COLOR_BGR2RGB)).detections or ()
    for detection in found:
        yield _region(detection, image.shape[1], image.shape[0])


def _region(detection: Any, width: int, height: int) -> FaceRegion:
    box, (right, left) = detection.location_data.relative_bounding_box, detection.location_data.relative_keypoints[:2]
    return FaceRegion(
        (box.xmin + box.width / 2) * width - 0.5,
        (box.ymin + box.height / 2) * height - 0.5,
        _ROOM * max(box.width * width, box.height * height),
        float(np.arctan2((left.y - right.y) * height, (left.x - right.x) * width)),
        float(detection.score[0]),
    )


def _frame_points(mesh: Any, indices: Iterable[int], patch: FacePatch) -> NDArray[np.float64]:
    points = np.array([(mesh[index].x, mesh[index].y) for index in indices])
    return patch.to_frame(points * _PATCH_PX - 0.5)


def _next_region(mesh: Any, patch: FacePatch, presence: float) -> FaceRegion:
    """The square around the outline, levelled by the outer corners of the eyes, as MediaPipe's own graph makes it."""
    right, left = _frame_points(mesh, _EYE_CORNERS, patch)
    outline = _frame_points(mesh, _OUTLINE, patch)
    angle = float(np.arctan2(left[1] - right[1], left[0] - right[0]))
    low, high = outline.min(axis=0), outline.max(axis=0)
    x, y = (low + high) / 2
    return FaceRegion(float(x), float(y), _ROOM * float(max(high - low)), angle, presence)
