"""What every FaceFinder keeps to, whichever library is behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from livecam.core.interfaces import FaceDetector
from livecam.core.types import Face, Image, Side
from livecam.perception.detection_worker import InlineDetection
from livecam.perception.faces.image_detector import ImageFaceDetector
from livecam.perception.faces.tracker import FaceTracker
from livecam.settings import FaceDetectorName
from tests.fakes import FakeFaceDetector, grey, make_face, make_frame
from tests.livecam.perception.faces.opened import needs_dlib, needs_mediapipe, opened
from tests.livecam.perception.faces.pictures import beside, crowd, head, noise, portrait


def stills(name: FaceDetectorName) -> Callable[[], FaceDetector]:
    return lambda: ImageFaceDetector(opened(name), max_faces=16)


def tracking(name: FaceDetectorName) -> Callable[[], FaceDetector]:
    return lambda: FaceTracker(opened(name), InlineDetection(opened(name).detect), max_faces=16)


REAL = [
    pytest.param(stills(FaceDetectorName.MESH), id="mesh"),
    pytest.param(stills(FaceDetectorName.DLIB), id="dlib", marks=needs_dlib),
    pytest.param(stills(FaceDetectorName.MEDIAPIPE), id="mediapipe", marks=needs_mediapipe),
    pytest.param(tracking(FaceDetectorName.MESH), id="tracking-mesh"),
    pytest.param(tracking(FaceDetectorName.DLIB), id="tracking-dlib", marks=needs_dlib),
    pytest.param(tracking(FaceDetectorName.MEDIAPIPE), id="tracking-mediapipe", marks=needs_mediapipe),
]
FAKE = pytest.param(lambda: FakeFaceDetector(make_face()), id="fake")


@pytest.fixture
def detector(request: Any) -> FaceDetector:
    built: FaceDetector = request.param()
    return built


every_detector = pytest.mark.parametrize("detector", [FAKE, *REAL], indirect=True)
real_detector = pytest.mark.parametrize("detector", REAL, indirect=True)

EMPTY_ROOMS = {
    "grey": grey(320, 240),
    "noise": noise(240, 180),
    "one pixel": grey(1, 1),
    "one row": grey(200, 1),
    "odd size": grey(233, 151, level=30),
}


def seen(detector: FaceDetector, image: Image, frames: int = 4) -> Sequence[Face]:
    """The faces after some half seconds of the same picture: a detector of streams may take its time."""
    return [detector.detect(make_frame(image, index=index, fps=2)) for index in range(frames)][-1]


@every_detector
def test_landmarks_are_68_points(detector: FaceDetector) -> None:
    found = seen(detector, portrait())[0]
    assert (found.landmarks.shape, found.landmarks.dtype) == ((68, 2), np.float32)


@every_detector
def test_the_box_encloses_the_eyes(detector: FaceDetector) -> None:
    found = seen(detector, portrait())[0]
    eyes = np.concatenate([found.lids(Side.LEFT), found.lids(Side.RIGHT)]) - found.box[:2]
    assert ((eyes >= 0) & (eyes <= found.box[2:])).all()


@every_detector
def test_confidence_is_a_probability(detector: FaceDetector) -> None:
    assert all(0 <= face.confidence <= 1 for face in seen(detector, portrait()))


@every_detector
def test_a_frame_is_never_written_to(detector: FaceDetector) -> None:
    image = portrait()
    image.flags.writeable = False
    assert len(seen(detector, image)) == 1


@real_detector
@pytest.mark.parametrize("image", EMPTY_ROOMS.values(), ids=EMPTY_ROOMS.keys())
def test_an_empty_room_has_no_faces(detector: FaceDetector, image: Image) -> None:
    assert list(seen(detector, image)) == []


@real_detector
def test_the_larger_face_comes_first(detector: FaceDetector) -> None:
    areas = [face.box.area for face in seen(detector, beside(head(300), head(500)))]
    assert (len(areas), areas) == (2, sorted(areas, reverse=True))


@real_detector
def test_ten_faces_are_ten_identities(detector: FaceDetector) -> None:
    assert len({face.track_id for face in seen(detector, crowd(head(240), 5, 2), frames=12)}) == 10


@real_detector
def test_the_right_eye_is_on_the_left_of_the_picture(detector: FaceDetector) -> None:
    face = seen(detector, portrait())[0]
    assert face.lids(Side.RIGHT)[:, 0].max() < face.lids(Side.LEFT)[:, 0].min()


@real_detector
@pytest.mark.parametrize("shown", [0.3, 0.5, 0.7])
def test_half_a_face_gives_whole_landmarks_or_none(detector: FaceDetector, shown: float) -> None:
    image = portrait()
    faces = seen(detector, np.ascontiguousarray(image[:, : int(image.shape[1] * shown)]))
    assert all(np.isfinite(face.landmarks).all() for face in faces)
