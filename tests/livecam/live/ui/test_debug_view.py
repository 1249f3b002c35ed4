"""What is drawn over a face to show what the program believes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecam.core.crop import LevelledEyeCropper
from livecam.core.types import EyeState, FaceObservation, Frame, Image, Side
from livecam.live.effects.face_state.signals import Signals
from livecam.live.sinks.window import CanvasTransform
from livecam.live.ui.debug_view import paint_observations, paint_signals
from tests.fakes import grey, make_face, make_frame, make_look


def painted(
    observation: FaceObservation, view: CanvasTransform = CanvasTransform(), size: tuple[int, int] = (640, 480)
) -> Image:
    canvas = grey(*size, 90)
    crops = [LevelledEyeCropper(64, 48, 85.0)(make_frame(), observation.face)]
    paint_observations(canvas, [observation], crops, view)
    return canvas


def test_every_landmark_is_marked_where_it_is() -> None:
    observation = replace(make_look(), left=None, right=None)
    canvas = painted(observation)
    assert all((canvas[round(float(y)), round(float(x))] != 90).any() for x, y in observation.face.landmarks)


def test_a_pupil_is_a_circle_of_its_own_radius() -> None:
    observation = make_look()
    pupil = observation.pupil(Side.LEFT)
    assert pupil is not None
    canvas = painted(observation)
    x, y = round(pupil.centre.x), round(pupil.centre.y - pupil.radius)
    assert (canvas[y - 1 : y + 2, x].max(axis=0) > (0, 150, 150)).all()


def test_a_mirrored_view_marks_the_mirrored_places() -> None:
    observation = replace(make_look(), left=None, right=None)
    canvas = painted(observation, CanvasTransform(mirrored=True, width=640))
    assert all((canvas[round(float(y)), 639 - round(float(x))] != 90).any() for x, y in observation.face.landmarks)


def test_a_closed_eye_looks_different() -> None:
    observation = make_look()
    assert observation.left is not None
    closed = replace(observation, left=replace(observation.left, state=EyeState.CLOSED))
    assert (painted(closed) != painted(observation)).any()


def test_a_face_outside_the_picture_is_no_error() -> None:
    canvas = painted(make_look(make_face(centre=(-200.0, 5000.0))))
    assert canvas.shape == (480, 640, 3)


@given(x=st.floats(0, 639), y=st.floats(0, 479), scale=st.sampled_from([1.0, 2.0, 3.0]))
def test_a_mirrored_view_is_the_view_turned_round(x: float, y: float, scale: float) -> None:
    width = round(640 * scale)
    plain, mirrored = CanvasTransform(scale)((x, y)), CanvasTransform(scale, True, width)((x, y))
    assert mirrored == pytest.approx([width - 1 - plain[0], plain[1]])


def test_the_frame_itself_is_not_drawn_on() -> None:
    frame: Frame = make_frame()
    paint_observations(frame.image.copy(), [make_look()], [LevelledEyeCropper(64, 48, 85.0)(frame, make_face())])
    np.testing.assert_array_equal(frame.image, grey())


def test_signals_stand_at_the_lower_left_with_bars_as_long_as_they_are_strong() -> None:
    def reach(value: float) -> int:
        canvas = grey(640, 480, 0)
        paint_signals(canvas, Signals(smile=value), line_height=16)
        assert not canvas[:120].any()
        return int(np.flatnonzero((canvas == (60, 220, 255)).all(axis=2).any(axis=0)).max(initial=0))

    none, half, full = (reach(value) for value in (0.0, 0.5, 1.0))
    assert (full - half, half > none) == (32, True)
