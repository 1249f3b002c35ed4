"""The detector that ships: its three networks, the 468 points, and faces in any turn."""

from __future__ import annotations

import hashlib
import math
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import pytest

from livecam.core.assets import asset
from livecam.core.errors import AssetError
from livecam.core.types import Image
from livecam.perception.faces.face_model import FaceRegion
from livecam.perception.faces.factory import follow_recorded
from livecam.perception.faces.image_detector import ImageFaceDetector
from livecam.perception.faces.mesh_networks import face_networks
from livecam.perception.faces.mesh_networks.face_mesh import MeshFaceModel, reduced
from livecam.perception.faces.mesh_networks.face_networks import FaceNetwork, read_face_network
from livecam.perception.faces.mesh_networks.mesh_topology import MESH_OF_IBUG, MIRRORED
from livecam.perception.faces.mesh_networks.tiled_detection import (
    detect_in_mirror,
    detect_in_quarter_turn,
    detect_in_tiles,
)
from livecam.perception.faces.smoothing import FaceSmoother
from tests.fakes import grey, make_frame
from tests.livecam.perception.faces.opened import needs_mediapipe
from tests.livecam.perception.faces.pictures import beside, head, portrait


@pytest.fixture(scope="module")
def model() -> MeshFaceModel:
    return MeshFaceModel()


def turned(image: Image, degrees: float) -> Image:
    """Anticlockwise around the middle."""
    middle = ((image.shape[1] - 1) / 2, (image.shape[0] - 1) / 2)
    matrix = cv2.getRotationMatrix2D(middle, degrees, 1.0)
    return cv2.warpAffine(image, matrix, image.shape[1::-1], borderMode=cv2.BORDER_REPLICATE).astype(np.uint8)


@needs_mediapipe
@pytest.mark.parametrize("network", FaceNetwork)
def test_a_shipped_network_is_the_one_of_the_mediapipe_package(network: FaceNetwork) -> None:
    card, content = read_face_network(network)
    spec = find_spec("mediapipe")
    assert spec is not None
    assert spec.origin is not None
    assert content == (Path(spec.origin).parents[1] / card.file).read_bytes()


@pytest.mark.parametrize("network", FaceNetwork)
def test_a_card_tells_size_sum_and_licence_of_its_network(network: FaceNetwork) -> None:
    card, content = read_face_network(network)
    assert (card.bytes, card.sha256, card.licence) == (
        len(content),
        hashlib.sha256(content).hexdigest(),
        "Apache-2.0",
    )


def test_the_licence_of_the_networks_lies_beside_them() -> None:
    assert "Apache License" in asset("models/LICENSE-Apache-2.0.txt").read_text(encoding="utf-8")


def test_a_damaged_network_says_which_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, content = read_face_network(FaceNetwork.LANDMARKS)
    (tmp_path / "face_landmark.tflite").write_bytes(content[:-1])
    (tmp_path / "face_landmark.json").write_bytes(asset("models/face_landmark.json").read_bytes())
    monkeypatch.setattr(face_networks, "asset", lambda name: tmp_path / Path(name).name)
    with pytest.raises(AssetError, match=r"face_landmark\.tflite"):
        read_face_network(FaceNetwork.LANDMARKS)


def test_every_point_of_the_mesh_has_one_on_the_other_side() -> None:
    assert MIRRORED[MIRRORED].tolist() == list(range(468))


def test_the_eyes_corners_change_sides_in_the_mirror() -> None:
    right, left = MESH_OF_IBUG[[36, 39]], MESH_OF_IBUG[[45, 42]]
    assert MIRRORED[right].tolist() == left.tolist()


def test_a_mirrored_picture_has_the_mirrored_mesh(model: MeshFaceModel) -> None:
    image = head(480)
    plain, mirrored = (
        ImageFaceDetector(model).detect(make_frame(each))[0].mesh for each in (image, image[:, ::-1].copy())
    )
    assert plain is not None
    assert mirrored is not None
    back = mirrored[MIRRORED] * [-1, 1, 1] + [479, 0, 0]
    assert np.abs(back - plain).max() < 2.0


def test_the_68_landmarks_are_points_of_the_mesh(model: MeshFaceModel) -> None:
    face = ImageFaceDetector(model).detect(make_frame(head(480)))[0]
    assert face.mesh is not None
    assert (face.mesh.shape, face.mesh.dtype) == ((468, 3), np.float32)
    assert face.landmarks.tolist() == face.mesh[MESH_OF_IBUG, :2].tolist()


def test_the_nose_is_nearer_to_us_than_the_ears(model: MeshFaceModel) -> None:
    mesh = ImageFaceDetector(model).detect(make_frame(head(480)))[0].mesh
    assert mesh is not None
    assert mesh[4, 2] < mesh[[234, 454], 2].min() - 0.3 * np.hypot(*(mesh[33, :2] - mesh[263, :2]))


def test_a_followed_mesh_goes_with_the_landmarks(model: MeshFaceModel) -> None:
    detector, smoother = follow_recorded(model, 1), FaceSmoother()
    for index in range(12):
        frame = make_frame(np.roll(head(480), 3 * index, axis=1), index=index)
        face = smoother.smooth(detector.detect(frame), frame.timestamp)[0]
    assert face.mesh is not None
    assert face.mesh[MESH_OF_IBUG, :2] == pytest.approx(face.landmarks, abs=0.01)
    assert face.mesh[4, 2] < 0


@pytest.mark.parametrize("degrees", [0, 45, 90, 135, 180, 225, 270, 315])
def test_a_face_in_any_turn_is_found_with_its_right_eye_on_its_right(model: MeshFaceModel, degrees: float) -> None:
    upright = ImageFaceDetector(model).detect(make_frame(portrait()))[0]
    face = ImageFaceDetector(model).detect(make_frame(turned(portrait(), degrees)))[0]
    roll = math.degrees(upright.roll - face.roll)
    assert (roll - degrees + 180) % 360 - 180 == pytest.approx(0, abs=5)
    assert face.pupil_distance == pytest.approx(upright.pupil_distance, rel=0.06)


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_lying_face_is_followed_the_right_way_up(model: MeshFaceModel, degrees: float) -> None:
    detector = follow_recorded(model, 1)
    image = turned(head(480), degrees)
    shown = [detector.detect(make_frame(image, index=index, fps=2)) for index in range(8)]
    (face,) = shown[-1]
    assert (math.degrees(-face.roll) - degrees + 180) % 360 - 180 == pytest.approx(0, abs=8)


def test_a_sleeve_beside_a_face_is_none(model: MeshFaceModel) -> None:
    side, room = 361, np.full((480, 640, 3), 110, np.uint8)
    turn = cv2.getRotationMatrix2D((180, 180), -30, 1)
    turn[:, 2] += (140, 60)
    cv2.warpAffine(portrait(side), turn, (640, 480), dst=room, borderMode=cv2.BORDER_TRANSPARENT)
    (face,) = ImageFaceDetector(model).detect(make_frame(room))
    assert face.pupil_distance == pytest.approx(30, abs=1)


def test_small_faces_beside_a_large_one_are_found(model: MeshFaceModel) -> None:
    crowd = beside(head(720), np.tile(head(90), (8, 6, 1)))
    distances = [face.pupil_distance for face in ImageFaceDetector(model, 16).detect(make_frame(crowd))]
    assert len(distances) == 16
    assert min(distances) < 18


def test_what_a_tile_shows_is_told_in_pixels_of_the_picture() -> None:
    def detect(tile: Image) -> list[FaceRegion]:
        rows, columns = np.nonzero(tile[:, :, 0])
        return [FaceRegion(float(columns[0]), float(rows[0]), 10)] if len(rows) else []

    image = grey(400, 300, level=0)
    image[170, 320] = 255
    assert {(region.x, region.y) for region in detect_in_tiles(detect, image, 100)} == {(320.0, 170.0)}


def test_what_a_mirror_shows_is_told_in_pixels_of_the_picture() -> None:
    image = grey(40, 30, level=0)
    (found,) = detect_in_mirror(lambda picture: [FaceRegion(9.0, 7.0, 10, 0.2)], image)
    assert (found.x, found.y, found.angle) == (30.0, 7.0, -0.2)


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_what_a_turned_picture_shows_is_told_in_pixels_of_the_picture(turns: int) -> None:
    def detect(picture: Image) -> list[FaceRegion]:
        (row,), (column,) = np.nonzero(picture[:, :, 0])
        return [FaceRegion(float(column), float(row), 10, 0.0)]

    image = grey(40, 30, level=0)
    image[7, 32] = 255
    (found,) = detect_in_quarter_turn(detect, image, turns)
    assert (found.x, found.y, found.angle) == (32.0, 7.0, pytest.approx(turns * math.pi / 2))


def test_a_picture_is_searched_reduced_by_whole_blocks() -> None:
    image = np.random.default_rng(1).integers(0, 256, (720, 1280, 3), np.uint8)
    small, factor = reduced(image)
    means = image.reshape(360, 2, 640, 2, 3).mean(axis=(1, 3))
    assert factor == 2
    np.testing.assert_allclose(small, means, atol=0.5)


@pytest.mark.parametrize(("width", "height"), [(640, 480), (959, 540)])
def test_a_small_picture_is_searched_as_it_is(width: int, height: int) -> None:
    image = grey(width, height)
    assert reduced(image)[0] is image
