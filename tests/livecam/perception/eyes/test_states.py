"""Open, half, closed and hidden eyes: of one picture, and over time by what is usual for a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from livecam.core.interfaces import PupilPair
from livecam.core.types import EyeState, Face, IrisVisibility, Pupil, Side
from livecam.perception.eyes.states import EyeStateFilter, states_of_picture
from livecam.perception.eyes.usual import RunningMaximum, lid_opening
from tests.fakes import make_face, make_pupil

FPS = 30.0
WIDE, SHUT = IrisVisibility(9.0, covered=False), IrisVisibility(-2.0, covered=False)
COVERED = IrisVisibility(3.0, covered=True)


def with_lids(share: float) -> Face:
    """A face whose lids are this share of their usual distance apart."""
    face = make_face()
    landmarks = face.landmarks.copy()
    for start in (36, 42):
        level = landmarks[[start, start + 3], 1].mean()
        landmarks[start : start + 6, 1] = level + share * (landmarks[start : start + 6, 1] - level)
    return replace(face, landmarks=landmarks)


def pair(left: IrisVisibility, right: IrisVisibility | None = None, *, state: EyeState = EyeState.OPEN) -> PupilPair:
    face = make_face()
    seen = {Side.LEFT: left, Side.RIGHT: right or left}
    pupils = (replace(make_pupil(face, side), evidence=seen[side], state=state) for side in (Side.LEFT, Side.RIGHT))
    return PupilPair(*pupils)


def states(moments: Iterable[tuple[PupilPair, float]]) -> Sequence[tuple[EyeState, ...]]:
    """Of the left and the right eye, for pupils and how far the lids are apart, frame by frame."""
    eyes = EyeStateFilter()
    return [
        tuple(pupil.state for pupil in eyes.update(pupils, with_lids(lids), index / FPS) if isinstance(pupil, Pupil))
        for index, (pupils, lids) in enumerate(moments)
    ]


AWAKE = [(pair(WIDE), 1.0)] * 30
OPEN, HALF, CLOSED, HIDDEN = ((state, state) for state in EyeState)


def test_a_blink_is_told_in_its_first_picture() -> None:
    assert states([*AWAKE, (pair(SHUT), 1.0)])[-1] == CLOSED


def test_eyes_open_again_as_soon_as_the_irises_show() -> None:
    assert states([*AWAKE, *[(pair(SHUT), 0.6)] * 4, (pair(WIDE), 0.6)])[-1] == OPEN


def test_a_blink_is_told_of_a_person_whose_irises_are_never_clear() -> None:
    faint, fainter = IrisVisibility(5.0, covered=False), IrisVisibility(0.3, covered=False)
    assert states([*[(pair(faint), 1.0)] * 30, (pair(fainter), 0.7)])[-1] == CLOSED


def test_narrow_lids_alone_are_no_blink() -> None:
    assert states([*AWAKE, (pair(WIDE), 0.5)])[-1] == OPEN


def test_an_iris_that_the_lids_mostly_cover_is_half_closed() -> None:
    assert states([*AWAKE, (pair(IrisVisibility(3.0, covered=False)), 0.7)])[-1] == HALF


def test_a_wink_is_not_a_blink() -> None:
    assert states([*AWAKE, *[(pair(SHUT, WIDE), 0.9)] * 3])[-1] == (EyeState.CLOSED, EyeState.OPEN)


def test_a_squint_in_which_one_iris_shows_is_not_a_blink() -> None:
    squint = pair(IrisVisibility(-0.5, covered=False), IrisVisibility(2.0, covered=False))
    assert states([*AWAKE, *[(squint, 0.7)] * 3])[-1] == (EyeState.CLOSED, EyeState.HALF)


def test_eyes_that_a_turned_head_made_narrow_leave_no_wider_usual_opening() -> None:
    turned = with_lids(1.0)
    landmarks = turned.landmarks.copy()
    for start in (36, 42):  # half as wide, and as high as before
        middle = landmarks[[start, start + 3], 0].mean()
        landmarks[start : start + 6, 0] = middle + (landmarks[start : start + 6, 0] - middle) / 2
    eyes = EyeStateFilter()
    for index in range(30):
        eyes.update(pair(WIDE), replace(turned, landmarks=landmarks), index / FPS)
    told = eyes.update(pair(IrisVisibility(0.9, covered=False)), with_lids(0.9), 1.0)
    assert {pupil.state for pupil in told if pupil} == {EyeState.HALF}


def test_what_one_picture_cannot_tell_takes_two() -> None:
    unclear = IrisVisibility(0.0, covered=False, clear=False)
    told = states([*[(pair(WIDE._replace(clear=False)), 1.0)] * 30, (pair(unclear), 0.7), (pair(unclear), 0.7)])
    assert told[-2] != CLOSED == told[-1]


@pytest.mark.parametrize(("usual", "shut", "expected"), [(4.0, -1.0, OPEN), (4.0, 0.0, CLOSED), (9.0, -1.0, CLOSED)])
def test_an_iris_that_is_never_clear_may_go_without_a_blink_where_no_lid_shows(
    usual: float, shut: float, expected: tuple[EyeState, EyeState]
) -> None:
    before = IrisVisibility(usual, covered=False, clear=False, shut=-1.0)
    now = IrisVisibility(-0.5, covered=False, clear=False, shut=shut)
    assert states([*[(pair(before), 1.0)] * 30, *[(pair(now), 0.7)] * 2])[-1] == expected


def test_a_covered_eye_is_hidden_only_when_it_stays_so() -> None:
    told = states([*AWAKE, *[(pair(COVERED), 1.0)] * 10])
    assert told[-1] == HIDDEN
    assert HIDDEN not in told[:33]


def test_a_face_that_appears_with_sunglasses_is_hidden_at_once() -> None:
    assert states([(pair(COVERED), 1.0)])[0] == HIDDEN


def test_lids_that_stay_apart_for_long_are_not_of_a_shut_eye_but_of_a_hand_before_it() -> None:
    told = states([*AWAKE, *[(pair(SHUT), 1.0)] * 30])
    assert (told[32], told[-1]) == (CLOSED, HIDDEN)


def test_sunglasses_whose_lids_seem_narrow_are_hidden_and_no_sleeper() -> None:
    glass, glint = IrisVisibility(0.5, covered=True), IrisVisibility(0.5, covered=False)
    told = states([*AWAKE, *([(pair(glass), 0.7)] * 9 + [(pair(glint), 0.7)]) * 3])
    assert (told[32], told[-1]) == (CLOSED, HIDDEN)


def test_a_sleeper_stays_closed() -> None:
    assert states([*AWAKE, *[(pair(SHUT), 0.6)] * 90])[-1] == CLOSED


@pytest.mark.parametrize(("seen", "most"), [(SHUT, 0.5), (COVERED, 0.41)])
def test_closed_and_hidden_eyes_are_not_trusted(seen: IrisVisibility, most: float) -> None:
    pupils = EyeStateFilter().update(pair(seen), with_lids(1.0), 0.0)
    assert all(pupil.confidence < most for pupil in pupils if pupil)


def test_a_detector_that_says_nothing_of_an_iris_keeps_its_own_state() -> None:
    pupils = pair(WIDE, state=EyeState.CLOSED)
    silent = PupilPair(*(pupil and replace(pupil, evidence=None) for pupil in pupils))
    assert EyeStateFilter().update(silent, make_face(), 0.0) == silent


@pytest.mark.parametrize(
    ("seen", "state", "lids", "expected"),
    [
        (WIDE, EyeState.OPEN, 1.0, EyeState.OPEN),
        (WIDE, EyeState.OPEN, 0.6, EyeState.OPEN),
        (SHUT, EyeState.CLOSED, 1.0, EyeState.CLOSED),
        (COVERED, EyeState.OPEN, 1.0, EyeState.HIDDEN),
        (IrisVisibility(3.0, covered=False), EyeState.OPEN, 0.5, EyeState.HALF),
        (IrisVisibility(3.0, covered=False), EyeState.OPEN, 1.0, EyeState.OPEN),
    ],
)
def test_a_single_picture_is_judged_by_itself(
    seen: IrisVisibility, state: EyeState, lids: float, expected: EyeState
) -> None:
    told = states_of_picture(pair(seen, state=state), with_lids(lids))
    assert {pupil.state for pupil in told if pupil} == {expected}


def test_the_opening_is_measured_in_widths_of_the_eye() -> None:
    assert lid_opening(make_face(pupil_distance=50), Side.LEFT) == pytest.approx(0.17 / 0.46, rel=0.02)


def test_a_running_maximum_follows_up_quickly_and_down_slowly() -> None:
    maximum = RunningMaximum(least=0.1)
    for value in [0.3] * 30 + [0.2] * 30:
        last = maximum.update(value, 1 / FPS)
    assert last == pytest.approx(0.3, abs=0.005)
    assert np.isclose(maximum.update(0.4, 1.0), 0.4, atol=0.005)
