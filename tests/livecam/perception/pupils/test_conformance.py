"""What every PupilFinder promises, whatever its method."""

from __future__ import annotations

import numpy as np
import pytest

from livecam.core.interfaces import PupilDetector, PupilPair
from livecam.core.types import EyeState, Frame, Side
from livecam.perception.pupils.handcrafted.detector import RingPupilDetector
from livecam.perception.pupils.tutorial import TutorialPupilDetector
from tests.fakes import FakePupilDetector, make_face, make_frame
from tests.livecam.perception.pupils.drawing import draw_eyes

DETECTORS = {"fake": FakePupilDetector, "handcrafted": RingPupilDetector, "tutorial": TutorialPupilDetector}


@pytest.fixture(params=DETECTORS, ids=str)
def detector(request: pytest.FixtureRequest) -> PupilDetector:
    detector: PupilDetector = DETECTORS[request.param]()
    return detector


def look(detector: PupilDetector, frame: Frame, **where: object) -> PupilPair:
    return detector.detect(detector.cropper(frame, make_face(**where)))


def test_open_eyes_are_found_within_a_tenth_of_the_pupil_distance(detector: PupilDetector) -> None:
    face = make_face(pupil_distance=90)
    pair = detector.detect(detector.cropper(make_frame(draw_eyes(face)), face))
    truth = [face.lids(side)[[0, 3]].mean(axis=0) for side in (Side.LEFT, Side.RIGHT)]
    errors = [np.hypot(*(np.array(pupil.centre) - true)) for pupil, true in zip(pair, truth, strict=True) if pupil]
    assert len(errors) == 2
    assert max(errors) <= 9


def test_left_is_the_subjects_own_left(detector: PupilDetector) -> None:
    face = make_face(pupil_distance=90)
    pair = detector.detect(detector.cropper(make_frame(draw_eyes(face)), face))
    assert pair.left
    assert pair.right
    assert pair.left.centre.x > pair.right.centre.x


def test_a_confidence_is_a_probability(detector: PupilDetector) -> None:
    face = make_face()
    pair = detector.detect(detector.cropper(make_frame(draw_eyes(face)), face))
    assert all(0 <= pupil.confidence <= 1 for pupil in pair if pupil)


def test_a_closed_eye_has_a_confidence_below_a_half(detector: PupilDetector) -> None:
    pair = look(detector, make_frame())
    assert all(pupil.confidence < 0.5 for pupil in pair if pupil and pupil.state is EyeState.CLOSED)


@pytest.mark.parametrize("centre", [(0, 0), (639, 479), (-300, 240), (320, 900)], ids=str)
def test_a_face_half_or_wholly_outside_the_frame_is_no_error(
    detector: PupilDetector, centre: tuple[float, float]
) -> None:
    assert len(look(detector, make_frame(), centre=centre)) == 2


@pytest.mark.parametrize("pupil_distance", [1, 4, 11, 2000])
def test_tiny_and_huge_faces_are_no_error(detector: PupilDetector, pupil_distance: float) -> None:
    assert len(look(detector, make_frame(), pupil_distance=pupil_distance)) == 2


def test_the_frame_is_left_as_it_was(detector: PupilDetector) -> None:
    face = make_face()
    frame = make_frame(draw_eyes(face))
    before = frame.image.copy()
    detector.detect(detector.cropper(frame, face))
    assert np.array_equal(frame.image, before)
