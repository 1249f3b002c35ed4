"""Faces of single pictures at any roll, and small ones in huge pictures, whatever model looks for them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from livecam.core.types import Image, PupilRest
from livecam.perception.faces.exhaustive_search import search_everywhere
from livecam.perception.faces.face_model import FaceLandmarks, FaceRegion
from livecam.perception.faces.image_detector import ImageFaceDetector
from tests.fakes import make_frame

LEVEL = 200


class ArrowModel:
    """Sees a bright square with a brighter top edge, upright ones only, that fill a twelfth of what it is shown."""

    def __init__(self) -> None:
        self.looks = 0

    def detect(self, image: Image) -> Sequence[FaceRegion]:
        self.looks += 1
        grey = np.ascontiguousarray(image[..., 0])
        _, _, found, _ = cv2.connectedComponentsWithStats((grey >= LEVEL).astype(np.uint8))
        return [
            FaceRegion(left + (width - 1) / 2, top + (height - 1) / 2, float(width), 0.0, 0.9)
            for left, top, width, height, _ in found[1:].tolist()
            if width >= max(image.shape) / 13 and grey[top, left] > LEVEL + 30 > grey[top + height - 1, left]
            if width == height and grey[top, left + width - 1] > LEVEL + 30
        ]

    detect_thorough = detect

    def landmarks(self, image: Image, region: FaceRegion) -> FaceLandmarks | None:
        offset = np.array([math.cos(region.angle), math.sin(region.angle)]) * region.size / 4
        points = np.tile([region.x, region.y], (68, 1))
        points[36:42] -= offset
        points[42:48] += offset
        points[0] -= region.size / 2
        points[16] += region.size / 2
        return FaceLandmarks(points.astype(np.float32), region)

    landmarks_thorough = landmarks
    pupil_rest = PupilRest()

    def verify(self, image: Image, face: FaceLandmarks) -> float | None:
        return face.region.confidence


def picture(width: int, height: int, x: int, y: int, size: int) -> Image:
    """Dark, with one such square."""
    image = np.zeros((height, width, 3), np.uint8)
    image[y : y + size, x : x + size] = LEVEL
    image[y : y + max(1, size // 8), x : x + size] = 250
    return image


@pytest.mark.parametrize("turns", range(4))
def test_a_face_in_any_quarter_turn_has_its_own_left_and_right(turns: int) -> None:
    image = np.ascontiguousarray(np.rot90(picture(300, 200, 60, 50, 60), turns))
    (face,) = ImageFaceDetector(ArrowModel()).detect(make_frame(image))
    across = face.landmarks[42:48].mean(axis=0) - face.landmarks[36:42].mean(axis=0)
    # Anticlockwise turns of the picture turn the eyes' line the same way; rows count downwards.
    expected = (math.cos(-turns * math.pi / 2), math.sin(-turns * math.pi / 2))
    np.testing.assert_allclose(across / np.hypot(*across), expected, atol=0.01)


@pytest.mark.parametrize("turns", range(4))
def test_a_face_in_any_quarter_turn_lies_where_it_is(turns: int) -> None:
    image = np.ascontiguousarray(np.rot90(picture(300, 200, 60, 50, 60), turns))
    rows, columns = np.nonzero(image[..., 0])
    (region,) = search_everywhere(ArrowModel(), image)
    assert (region.x, region.y) == pytest.approx((columns.mean(), rows.mean()), abs=1.0)
    assert region.size == pytest.approx(60)


@pytest.mark.parametrize(("x", "y"), [(3, 3), (3800, 2100), (7590, 4230), (570, 4000), (7000, 10)])
def test_a_face_of_one_hundredth_of_an_8k_picture_is_found_wherever_it_is(x: int, y: int) -> None:
    (region,) = search_everywhere(ArrowModel(), picture(7680, 4320, x, y, 77))
    assert (region.x, region.y) == pytest.approx((x + 38, y + 38), abs=1.5)


def test_a_small_picture_is_not_cut_into_tiles() -> None:
    model = ArrowModel()
    search_everywhere(model, picture(640, 480, 100, 100, 90))
    assert model.looks == 4  # upright and in three turns


def test_more_faces_than_are_wanted_are_left_out_but_can_be_had() -> None:
    image = np.hstack([picture(900, 900, 300, 300, 90 + 20 * index) for index in range(3)])
    detector = ImageFaceDetector(ArrowModel(), max_faces=2)
    assert len(detector.detect_all(make_frame(image))) == 3
    assert [face.box.width for face in detector.detect(make_frame(image))] == pytest.approx([130, 110], abs=2)


class DoubtfulModel(ArrowModel):
    """Where it sees nothing it names the corner, and doubts it."""

    def detect_thorough(self, image: Image) -> Sequence[FaceRegion]:
        return self.detect(image) or [FaceRegion(20.0, 20.0, 30.0, 0.0, 0.4)]


@pytest.mark.parametrize(("turned", "confidence"), [(True, 0.9), (False, 0.4)])
def test_a_doubtful_face_counts_only_where_no_turn_shows_a_sure_one(turned: bool, confidence: float) -> None:
    image = (
        np.ascontiguousarray(np.rot90(picture(300, 300, 150, 150, 60), 2))
        if turned
        else np.zeros_like(picture(300, 300, 0, 0, 1))
    )

    found = search_everywhere(DoubtfulModel(), image)

    assert [round(region.confidence, 3) for region in found] == [confidence]
