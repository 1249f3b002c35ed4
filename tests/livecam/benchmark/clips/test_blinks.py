"""Blinks that are told, counted against those of a truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from livecam.benchmark.clips.blinks import BlinkCounter, BlinkScore
from livecam.benchmark.clips.clip_truth import TrueEye, TrueFace
from livecam.core.types import EyeState, FaceObservation, Scene, Side
from tests.fakes import make_face, make_frame, make_look

STATES = {"o": EyeState.OPEN, "c": EyeState.CLOSED, "h": EyeState.HALF}


def score(true: str, told: str, *, truth_of_left: str = "") -> BlinkScore:
    """Of a letter a frame, at 30 frames a second: open, closed, half; a dash is a frame without a face."""
    truth = {
        index: (true_face(index, STATES[right], STATES[left]),)
        for index, (right, left) in enumerate(zip(true, truth_of_left or true, strict=True))
    }
    counter = BlinkCounter(truth)
    for index, letter in enumerate(told):
        faces: Sequence[FaceObservation] = () if letter == "-" else (observation(STATES[letter]),)
        counter.add(Scene(make_frame(index=index), tuple(faces)))
    return counter.score()


def true_face(frame: int, right: EyeState, left: EyeState) -> TrueFace:
    look = make_look(make_face())
    assert look.left
    assert look.right
    return TrueFace(frame, 0, TrueEye(look.left.centre, left), TrueEye(look.right.centre, right))


def observation(state: EyeState) -> FaceObservation:
    look = make_look()
    eyes = {side: replace(pupil, state=state) for side in Side if (pupil := look.pupil(side))}
    return replace(look, left=eyes[Side.LEFT], right=eyes[Side.RIGHT])


def test_a_blink_that_is_told_with_its_first_frame_has_no_latency() -> None:
    assert score("oooccooo", "oooccooo") == BlinkScore(1, (0.0,), 0, pytest.approx(8 / 30 / 60))


def test_one_that_is_told_two_frames_late_is_found_but_not_in_time() -> None:
    late = score("ooocccco", "oooooccc")
    assert (late.found, late.in_time, late.latencies_ms) == (1, 0, pytest.approx((66.7,), abs=0.1))


def test_one_frame_with_closed_eyes_is_no_blink_and_telling_it_is_not_false() -> None:
    short = score("ooocoooo", "ooocoooo")
    assert (short.blinks, short.false) == (0, 0)


def test_a_blink_that_nobody_had_is_false() -> None:
    assert score("oooooooooo", "ooooccoooo").false == 1


def test_lids_that_are_half_down_excuse_it() -> None:
    assert score("oooohhoooo", "ooooccoooo").false == 0


def test_a_wink_that_is_taken_for_a_blink_is_false() -> None:
    assert score("oooocccooo", "oooocccooo", truth_of_left="oooooooooo").false == 1


def test_a_face_that_was_not_found_is_a_blink_missed() -> None:
    assert score("oooccooo", "ooo--ooo").found == 0
