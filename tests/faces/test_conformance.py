"""What every FaceFinder keeps to, whichever library is behind it."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest

from livecam.core.scene import Image, Side
from livecam.core.seams import FaceFinder
from livecam.faces.choose import open_stills
from livecam.settings import FaceFinderName, FaceSettings
from tests.faces.pictures import beside, crowd, noise, portrait
from tests.fakes import FakeFaceFinder, grey, make_face, make_frame

needs_mediapipe = pytest.mark.skipif(find_spec("mediapipe") is None, reason="the extra 'mediapipe' is not installed")


def stills(name: FaceFinderName) -> Callable[[], FaceFinder]:
    return lambda: open_stills(FaceSettings(finder=name, max_faces=16))


REAL = [
    pytest.param(stills(FaceFinderName.DLIB), id="dlib"),
    pytest.param(stills(FaceFinderName.MEDIAPIPE), id="mediapipe", marks=needs_mediapipe),
]
FAKE = pytest.param(lambda: FakeFaceFinder(make_face()), id="fake")


@pytest.fixture(scope="module")
def finder(request: Any) -> FaceFinder:
    built: FaceFinder = request.param()
    return built


every_finder = pytest.mark.parametrize("finder", [FAKE, *REAL], indirect=True)
real_finder = pytest.mark.parametrize("finder", REAL, indirect=True)

EMPTY_ROOMS = {
    "grey": grey(),
    "noise": noise(320, 240),
    "one pixel": grey(1, 1),
    "one row": grey(200, 1),
    "odd size": grey(333, 211, level=30),
}


@every_finder
def test_landmarks_are_68_points(finder: FaceFinder) -> None:
    found = finder.find(make_frame(portrait()))[0]
    assert (found.landmarks.shape, found.landmarks.dtype) == ((68, 2), np.float32)


@every_finder
def test_the_box_encloses_the_eyes(finder: FaceFinder) -> None:
    found = finder.find(make_frame(portrait()))[0]
    eyes = np.concatenate([found.lids(Side.LEFT), found.lids(Side.RIGHT)]) - found.box[:2]
    assert ((eyes >= 0) & (eyes <= found.box[2:])).all()


@every_finder
def test_confidence_is_a_probability(finder: FaceFinder) -> None:
    assert all(0 <= face.confidence <= 1 for face in finder.find(make_frame(portrait())))


@every_finder
def test_a_frame_is_never_written_to(finder: FaceFinder) -> None:
    image = portrait()
    image.flags.writeable = False
    assert len(finder.find(make_frame(image))) == 1


@real_finder
@pytest.mark.parametrize("image", EMPTY_ROOMS.values(), ids=EMPTY_ROOMS.keys())
def test_an_empty_room_has_no_faces(finder: FaceFinder, image: Image) -> None:
    assert list(finder.find(make_frame(image))) == []


@real_finder
def test_the_larger_face_comes_first(finder: FaceFinder) -> None:
    areas = [face.box.area for face in finder.find(make_frame(beside(portrait(300), portrait(500))))]
    assert (len(areas), areas) == (2, sorted(areas, reverse=True))


@real_finder
def test_ten_faces_are_ten_identities(finder: FaceFinder) -> None:
    assert len({face.identity for face in finder.find(make_frame(crowd(portrait(240), 5, 2)))}) == 10


@real_finder
def test_the_right_eye_is_on_the_left_of_the_picture(finder: FaceFinder) -> None:
    face = finder.find(make_frame(portrait()))[0]
    assert face.lids(Side.RIGHT)[:, 0].max() < face.lids(Side.LEFT)[:, 0].min()


@real_finder
@pytest.mark.parametrize("shown", [0.3, 0.5, 0.7])
def test_half_a_face_gives_whole_landmarks_or_none(finder: FaceFinder, shown: float) -> None:
    image = portrait()
    faces = finder.find(make_frame(np.ascontiguousarray(image[:, : int(image.shape[1] * shown)])))
    assert all(np.isfinite(face.landmarks).all() for face in faces)
