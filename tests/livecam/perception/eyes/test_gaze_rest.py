"""Where a person's gaze rests becomes straight ahead; glances and shut eyes do not count."""

from __future__ import annotations

from dataclasses import replace

import pytest

from livecam.core.types import EyeState, FaceObservation, Gaze
from livecam.perception.eyes.gaze import GazeRest
from tests.fakes import make_face, make_look

FPS = 30


def told(*spans: tuple[float, FaceObservation]) -> Gaze:
    """The gaze of the left eye after each observation was seen for some seconds."""
    rest, seconds = GazeRest(), 0.0
    for lasting, observation in spans:
        for _ in range(round(lasting * FPS)):
            last = rest.centred(observation, seconds)
            seconds += 1 / FPS
    assert last.left_gaze is not None
    return last.left_gaze


def looking(horizontal: float, vertical: float) -> FaceObservation:
    return make_look(gaze=Gaze(horizontal, vertical))


def test_the_first_gaze_is_that_of_the_average_person() -> None:
    assert told((1 / FPS, looking(0.3, 0.2))) == Gaze(0.3, 0.2)


def test_a_gaze_that_rests_low_becomes_straight_ahead() -> None:
    assert told((20.0, looking(0.05, 0.2))) == pytest.approx((0, 0), abs=0.03)


def test_a_gaze_that_rests_low_is_known_within_seconds() -> None:
    assert told((4.0, looking(0.0, 0.15))) == pytest.approx((0, 0), abs=0.035)


def test_a_glance_is_told_as_it_is() -> None:
    assert told((20.0, looking(0, 0)), (0.5, looking(0.8, -0.3))) == pytest.approx((0.8, -0.3), abs=0.02)


def test_who_never_looks_ahead_still_looks_aside() -> None:
    assert told((60.0, looking(0.6, 0.0))).horizontal > 0.4


def test_shut_eyes_do_not_move_the_rest() -> None:
    down = looking(0.0, 0.9)
    assert down.left
    shut = replace(down, left=replace(down.left, state=EyeState.CLOSED))
    assert told((10.0, shut), (1 / FPS, looking(0, 0))) == Gaze(0, 0)


def test_a_new_face_starts_with_the_average_person() -> None:
    other = make_look(make_face(identity=2), Gaze(0.0, 0.2))
    assert told((20.0, looking(0.0, 0.2)), (1 / FPS, other)) == Gaze(0.0, 0.2)
