"""The baseline: the tutorial's method with its faults, which must not become better or worse than it is."""

from __future__ import annotations

import numpy as np
import pytest

from livecam.core.interfaces import PupilPair
from livecam.core.types import Face, Side
from livecam.perception.pupils.tutorial import TutorialPupilDetector, UprightCropper
from tests.fakes import grey, make_face, make_frame
from tests.livecam.perception.pupils.drawing import draw_eyes, true_centre


def found(face: Face, **drawn: object) -> PupilPair:
    detector = TutorialPupilDetector()
    return detector.detect(detector.cropper(make_frame(draw_eyes(face, **drawn)), face))  # type: ignore[arg-type]


def test_the_darkest_columns_and_rows_are_found() -> None:
    face = make_face(pupil_distance=90)
    pair = found(face, gaze=(0.05, 0))
    assert pair.left
    assert np.hypot(*np.subtract(pair.left.centre, true_centre(face, Side.LEFT, (0.05, 0)))) < 7


def test_answers_are_whole_pixels() -> None:
    pair = found(make_face(pupil_distance=90), gaze=(0.033, 0))
    assert pair.left
    assert pair.left.centre.x == round(pair.left.centre.x)


def test_the_crop_has_the_tutorial_s_margins() -> None:
    face = make_face(pupil_distance=90)
    eye = UprightCropper()(make_frame(), face).left
    low, high = np.rint(face.lids(Side.LEFT)).min(axis=0), np.rint(face.lids(Side.LEFT)).max(axis=0)
    assert eye.patch.shape[1::-1] == tuple((high - low + [6, 12]).astype(int))


def test_an_eye_less_than_five_pixels_high_has_a_margin_of_one_pixel() -> None:
    face = make_face(pupil_distance=20)
    eye = UprightCropper()(make_frame(), face).left
    rows = np.rint(face.lids(Side.LEFT)[:, 1])
    assert eye.patch.shape[0] == np.ptp(rows) + 2


def test_the_margin_follows_the_image_left_eye_for_both() -> None:
    face = make_face(pupil_distance=90)
    landmarks = face.landmarks.copy()
    landmarks[36:42, 1] = landmarks[36, 1]
    flat = Face(face.box, landmarks, 1.0)
    assert UprightCropper()(make_frame(), flat).left.patch.shape[0] == np.ptp(np.rint(flat.lids(Side.LEFT)[:, 1])) + 2


def test_an_answer_at_the_border_is_no_answer() -> None:
    face, detector, image = make_face(pupil_distance=90), TutorialPupilDetector(), grey()
    left_edge = int(np.rint(face.lids(Side.LEFT)[:, 0]).min()) - 3
    image[:, left_edge : left_edge + 4] = 0
    assert detector.detect(detector.cropper(make_frame(image), face)).left is None


@pytest.mark.parametrize("centre", [(-500, 240), (320, 2000)], ids=str)
def test_an_eye_outside_the_frame_is_not_found(centre: tuple[float, float]) -> None:
    detector = TutorialPupilDetector()
    assert detector.detect(detector.cropper(make_frame(), make_face(centre=centre))) == (None, None)
