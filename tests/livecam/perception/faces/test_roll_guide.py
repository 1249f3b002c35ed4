"""Faces on stills are fitted at the roll that the networks which ship see, and only where the model confirms them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from livecam.core.types import Image
from livecam.perception.faces.face_model import FaceLandmarks, FaceRegion
from livecam.perception.faces.factory import chosen, roll_guide
from livecam.perception.faces.image_detector import ImageFaceDetector
from livecam.perception.faces.roll_guide import righted
from livecam.settings import FaceDetectorName
from tests.fakes import make_frame
from tests.livecam.perception.faces.opened import needs_dlib, opened
from tests.livecam.perception.faces.pictures import portrait
from tests.livecam.perception.faces.test_exhaustive_search import ArrowModel

BLANK = np.zeros((10, 10, 3), np.uint8)
UPSIDE_DOWN = FaceRegion(100.0, 100.0, 80.0, math.pi, 0.99)


class SureModel(ArrowModel):
    """Sees a face wherever it is asked, as sure as it was told; `blind` confirms none."""

    def __init__(self, sure: float | None = 0.9) -> None:
        super().__init__()
        self._sure = sure

    def verify(self, image: Image, face: FaceLandmarks) -> float | None:
        return self._sure


def places(regions: Sequence[FaceRegion]) -> list[tuple[float, float]]:
    return [(region.x, round(region.angle, 3)) for region in regions]


@pytest.mark.parametrize("away", [0.0, 25.0, 55.0])
def test_a_face_fitted_upside_down_is_taken_at_the_roll_of_the_guide(away: float) -> None:
    wrong = FaceRegion(100.0, 100.0 + away, 80.0, 0.0, 0.97)
    assert places(righted(SureModel(), BLANK, [wrong], [UPSIDE_DOWN])) == [(100.0, round(math.pi, 3))]


def test_a_sure_face_beside_it_that_only_the_model_finds_stays_and_a_doubtful_one_goes() -> None:
    sure, doubtful = FaceRegion(300.0, 100.0, 80.0, 0.0, 0.8), FaceRegion(500.0, 100.0, 80.0, 0.0, 0.4)
    found = righted(SureModel(), BLANK, [sure, doubtful], [UPSIDE_DOWN])
    assert sorted(place for place, _ in places(found)) == [100.0, 300.0]


def test_a_neighbour_of_the_same_roll_stays() -> None:
    neighbour = FaceRegion(155.0, 100.0, 80.0, math.pi - 0.2, 0.9)
    assert len(righted(SureModel(), BLANK, [neighbour], [UPSIDE_DOWN])) == 2


@pytest.mark.parametrize("guides", [[], [UPSIDE_DOWN]])
def test_without_a_guide_that_the_model_confirms_everything_is_as_it_was_found(guides: list[FaceRegion]) -> None:
    found = [FaceRegion(100.0, 100.0, 80.0, 0.0, 0.4)]
    assert righted(SureModel(sure=None), BLANK, found, guides) == found


@needs_dlib
@pytest.mark.parametrize("degrees", [135, 225])
def test_dlib_has_left_and_right_of_a_face_between_two_quarter_turns(degrees: int) -> None:
    image = portrait()[16:240, 112:336]
    around = cv2.getRotationMatrix2D((111.5, 111.5), -degrees, 1)
    frame = make_frame(cv2.warpAffine(image, around, (224, 224), borderValue=(128, 128, 128)))
    name = FaceDetectorName.DLIB
    (face, *_) = ImageFaceDetector(opened(name), guide=roll_guide(name)).detect(frame)
    across = face.landmarks[42:48].mean(axis=0) - face.landmarks[36:42].mean(axis=0)
    assert math.degrees(math.atan2(across[1], across[0])) == pytest.approx((degrees + 180) % 360 - 180, abs=8)


@pytest.mark.parametrize(("name", "guided"), [("mesh", False), ("auto", False), ("dlib", True), ("mediapipe", True)])
def test_only_the_models_that_know_upright_faces_are_guided(name: str, guided: bool) -> None:
    assert (roll_guide(chosen(FaceDetectorName(name))) is not None) == guided
