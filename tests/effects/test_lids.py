"""One eye over time: shut without flicker, its gaze from wherever one is known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from livecam.core.scene import EyeState, Gaze, Look, Side
from livecam.effects.anatomy import Anatomy, anatomy
from livecam.effects.lids import Eye, Lids
from tests.fakes import make_face, make_look

FACE = make_face()


def face_of(look: Look) -> Anatomy:
    found = anatomy(look.face)
    assert found is not None
    return found


def with_left(state: EyeState, gaze: Gaze = Gaze(0, 0)) -> Look:
    look = make_look(FACE, gaze)
    assert look.left is not None
    return replace(look, left=replace(look.left, state=state))


def squinting(share: float) -> Look:
    """A face whose left lids are `share` as far apart as usual."""
    landmarks = FACE.landmarks.copy()
    middle = landmarks[[42, 45]].mean(axis=0)
    landmarks[[43, 44, 46, 47]] = middle + (landmarks[[43, 44, 46, 47]] - middle) * np.float32([1, share])
    return make_look(replace(FACE, landmarks=landmarks))


def follow(looks: Iterable[Look], *, fps: float = 30) -> list[Eye]:
    """The left eye after each look."""
    lids = Lids()
    return [lids.update(look, face_of(look), 1 / fps)[Side.LEFT] for look in looks]


OPEN, CLOSED = with_left(EyeState.OPEN), with_left(EyeState.CLOSED)


def test_an_eye_that_is_shut_in_the_first_frame_is_drawn_shut() -> None:
    assert follow([CLOSED])[0].shut


@pytest.mark.parametrize("fps", [15, 30, 60])
def test_a_shut_eye_is_drawn_shut_within_a_tenth_of_a_second(fps: int) -> None:
    assert follow([OPEN] + [CLOSED] * round(fps * 0.1), fps=fps)[-1].shut


def test_a_state_that_flickers_every_frame_is_not_followed() -> None:
    eyes = follow([OPEN] * 10 + [CLOSED, OPEN] * 30, fps=60)
    assert sum(before.shut != after.shut for before, after in pairwise(eyes)) == 0


def test_a_winking_eye_looks_where_the_open_one_looks() -> None:
    look = replace(with_left(EyeState.CLOSED, Gaze(0.6, 0.1)), left_gaze=Gaze(-0.9, 0.9))
    assert follow([look])[0].gaze == Gaze(0.6, 0.1)


def test_an_eye_without_a_pupil_looks_where_the_other_looks() -> None:
    look = replace(make_look(FACE, Gaze(0.4, -0.2)), left=None, left_gaze=None)
    assert follow([look])[0].gaze == Gaze(0.4, -0.2)


def test_without_any_pupil_the_eyes_look_straight_ahead() -> None:
    assert follow([Look(FACE, None, None, None, None)])[0].gaze == Gaze(0, 0)


def test_when_both_pupils_are_lost_the_gaze_stays() -> None:
    eyes = follow([make_look(FACE, Gaze(0.5, 0.5)), Look(FACE, None, None, None, None)])
    assert eyes[-1].gaze == pytest.approx(Gaze(0.5, 0.5))


def test_an_eye_without_a_pupil_is_shut_when_its_lids_meet() -> None:
    lids_meet = replace(squinting(0.1), left=None, left_gaze=None)
    assert follow([OPEN] * 30 + [lids_meet] * 5)[-1].shut


def test_openness_is_measured_by_what_is_usual_for_the_eye() -> None:
    narrow = [squinting(0.7)] * 3000
    assert follow(narrow)[-1].openness > 0.85 > follow([OPEN] * 30 + narrow[:10])[-1].openness


def test_an_iris_that_is_missed_once_is_still_known() -> None:
    missed = replace(OPEN, left=None, left_gaze=None)
    eye = follow([OPEN] * 10 + [missed])[-1]
    assert (eye.iris, eye.sure > 0.5) == (follow([OPEN])[-1].iris, True)


def test_an_iris_that_is_never_seen_again_is_given_up() -> None:
    missed = replace(OPEN, left=None, left_gaze=None)
    assert follow([OPEN] * 10 + [missed] * 30)[-1].sure < 0.01


def test_an_iris_is_where_its_pupil_is() -> None:
    look = make_look(make_face(roll=0.5))
    face, eye = face_of(look), follow([look])[-1]
    assert eye.iris is not None
    assert look.left is not None
    assert face.from_point(face.eye(Side.LEFT), eye.iris.along, eye.iris.below) == pytest.approx(look.left.centre)


def test_the_frame_rate_does_not_change_how_an_eye_closes() -> None:
    slow = follow([OPEN] * 15 + [CLOSED] * 1, fps=15)[-1]
    fast = follow([OPEN] * 60 + [CLOSED] * 4, fps=60)[-1]
    assert slow.lid == pytest.approx(fast.lid)
