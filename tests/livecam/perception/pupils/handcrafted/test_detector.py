"""The handcrafted detector on drawn eyes, whose pupils are known, and on photographs where they are at hand."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livecam.core.types import EyeState, Face, Frame, Image, Pupil, Side
from livecam.perception.faces.factory import open_model
from livecam.perception.faces.image_detector import ImageFaceDetector
from livecam.perception.pupils.handcrafted.detector import RingPupilDetector
from livecam.settings import FaceDetectorName
from tests.fakes import grey, make_face, make_frame
from tests.livecam.perception.pupils.drawing import draw_eyes, shut, true_centre

DEV = Path(__file__).parents[5] / "../shared/data/pupils/dev"


def found(face: Face, image: Image) -> dict[Side, Pupil]:
    detector = RingPupilDetector()
    pair = detector.detect(detector.cropper(make_frame(image), face))
    assert pair.left
    assert pair.right
    return {Side.LEFT: pair.left, Side.RIGHT: pair.right}


def error(face: Face, pupils: dict[Side, Pupil], gaze: tuple[float, float] = (0, 0)) -> float:
    """Of the worse eye, in pupil distances."""
    apart = [np.subtract(pupils[side].centre, true_centre(face, side, gaze)) for side in Side]
    return max(float(np.hypot(*each)) for each in apart) / face.pupil_distance


@settings(max_examples=15, deadline=None)
@given(x=st.floats(-0.08, 0.08), y=st.floats(-0.02, 0.02))
def test_a_drawn_iris_is_found_to_a_hundredth_wherever_it_looks(x: float, y: float) -> None:
    face = make_face(pupil_distance=80)
    assert error(face, found(face, draw_eyes(face, gaze=(x, y))), (x, y)) < 0.0135


def test_steps_of_a_tenth_of_a_pixel_are_told_apart() -> None:
    face = make_face(pupil_distance=80)
    steps = [(step / 800, 0.0) for step in range(8)]
    x = [found(face, draw_eyes(face, gaze=step))[Side.LEFT].centre.x for step in steps]
    assert (np.diff(x) > 0.02).all()


@settings(max_examples=15, deadline=None)
@given(roll=st.floats(-0.6, 0.6), size=st.floats(40, 160))
def test_neither_roll_nor_size_of_the_head_matter(roll: float, size: float) -> None:
    face = make_face(roll=roll, pupil_distance=size)
    assert error(face, found(face, draw_eyes(face, gaze=(0.04, 0.01))), (0.04, 0.01)) < 0.015


def test_the_radius_is_the_iris_s() -> None:
    face = make_face(pupil_distance=80)
    assert found(face, draw_eyes(face))[Side.LEFT].radius == pytest.approx(0.0935 * 80, rel=0.1)


def test_landmarks_a_twentieth_of_the_eye_off_do_little_harm() -> None:
    face = make_face(pupil_distance=80)
    image = draw_eyes(face, gaze=(0.05, 0.0))
    noise = np.random.default_rng(0).normal(0, 0.025 * 80, (68, 2))
    shaken = Face(face.box, (face.landmarks + noise).astype(np.float32), 1.0)
    assert error(face, found(shaken, image), (0.05, 0.0)) < 0.015


def test_a_glint_does_not_drag_the_centre_away() -> None:
    face = make_face(pupil_distance=80)
    assert error(face, found(face, draw_eyes(face, glint=True))) < 0.012


def test_an_eye_is_found_beside_the_other_when_a_dark_spot_competes() -> None:
    face = make_face(pupil_distance=80)
    image = draw_eyes(face)
    x, y = true_centre(face, Side.LEFT) + np.array([0.17, -0.02]) * 80
    cv2.circle(image, (round(float(x)), round(float(y))), 6, (40, 40, 40), -1, cv2.LINE_AA)
    assert error(face, found(face, image)) < 0.03


def test_a_face_of_twenty_pixels_is_still_read() -> None:
    face = make_face(pupil_distance=20)
    assert error(face, found(face, draw_eyes(face))) < 0.05


def test_open_eyes_are_called_open_and_trusted() -> None:
    face = make_face(pupil_distance=80)
    pupils = found(face, draw_eyes(face))
    assert all(pupil.state is EyeState.OPEN and pupil.confidence > 0.9 for pupil in pupils.values())


def test_shut_eyes_are_called_closed() -> None:
    face = shut(make_face(pupil_distance=80))
    pupils = found(face, draw_eyes(face, openness=0.03))
    assert all(pupil.state is EyeState.CLOSED and pupil.confidence < 0.5 for pupil in pupils.values())


def shut_line(face: Face, image: Image) -> float:
    """What speaks for a shut lid besides the ring, in the eye where less does."""
    return min(pupil.evidence.shut for pupil in found(face, image).values() if pupil.evidence)


def test_a_line_speaks_for_a_shut_lid_the_lower_and_the_clearer_it_is() -> None:
    face = shut(make_face(pupil_distance=80))
    image = draw_eyes(face, openness=0.03)
    raised = replace(face, landmarks=face.landmarks - np.array([0, 0.06 * face.pupil_distance], np.float32))
    faint = (0.05 * image + 140).astype(np.uint8)
    assert shut_line(raised, image) > shut_line(face, image) + 0.3 > shut_line(face, faint) + 0.6


@pytest.mark.parametrize("openness", [0.0, 0.05])
def test_shut_eyes_are_not_trusted_even_when_the_landmarks_have_half_noticed(openness: float) -> None:
    face = shut(make_face(pupil_distance=80), by=0.5)
    assert all(pupil.confidence < 0.5 for pupil in found(face, draw_eyes(face, openness=openness)).values())


@pytest.mark.parametrize("softness", [1.0, 4.0])
def test_noise_is_not_trusted(softness: float) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (480, 640, 3), np.uint8)
    image = np.asarray(cv2.GaussianBlur(noise, (0, 0), softness), np.uint8)
    assert all(pupil.confidence < 0.5 for pupil in found(make_face(pupil_distance=80), image).values())


def test_a_flat_picture_holds_no_open_eye() -> None:
    assert all(pupil.state is EyeState.CLOSED for pupil in found(make_face(pupil_distance=80), grey()).values())


@pytest.mark.skipif(not DEV.is_dir(), reason="the photographs are not here")
@pytest.mark.parametrize("name", [FaceDetectorName.DLIB, FaceDetectorName.MEDIAPIPE])
def test_photographs_are_read_as_well_as_when_this_was_written(name: FaceDetectorName) -> None:
    pytest.importorskip(name.value)
    errors = np.array(_photograph_errors(ImageFaceDetector(open_model(name), 1)))
    shares = [(errors <= limit).mean() for limit in (0.0125, 0.025, 0.05)]
    assert np.all(np.subtract(shares, (0.56, 0.95, 1.0)) >= 0), shares


def _photograph_errors(faces: ImageFaceDetector) -> list[float]:
    detector, errors = RingPupilDetector(), []
    for row in list(csv.DictReader((DEV / "truth.csv").open()))[::2]:
        frame = Frame(np.asarray(cv2.imread(str(DEV / row["image"])), np.uint8), 0, 0.0)
        pair = detector.detect(detector.cropper(frame, faces.detect(frame)[0]))
        truth = np.array([[row["lx"], row["ly"]], [row["rx"], row["ry"]]], np.float64)
        answer = np.array(
            [pair.right.centre, pair.left.centre] if pair.left and pair.right else np.full((2, 2), np.inf)
        )
        errors.append(float(np.hypot(*(answer - truth).T).max() / np.hypot(*(truth[1] - truth[0]))))
    return errors
