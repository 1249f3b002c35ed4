"""One eye over time: shut without flicker, its gaze from wherever one is known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from livecam.core.types import EyeState, FaceObservation, Gaze, Side
from livecam.live.effects.face_state.eye_state import EyePose, EyeStateTracker
from livecam.live.effects.face_state.frame import FaceFrame, face_frame
from tests.fakes import make_face, make_look

FACE = make_face()


def face_of(observation: FaceObservation) -> FaceFrame:
    found = face_frame(observation.face)
    assert found is not None
    return found


def with_left(state: EyeState, gaze: Gaze = Gaze(0, 0)) -> FaceObservation:
    observation = make_look(FACE, gaze)
    assert observation.left is not None
    return replace(
        observation, left=replace(observation.left, state=state, confidence=0.95 if state is EyeState.OPEN else 0.05)
    )


def squinting(share: float) -> FaceObservation:
    """A face whose left lids are `share` as far apart as usual."""
    landmarks = FACE.landmarks.copy()
    middle = landmarks[[42, 45]].mean(axis=0)
    landmarks[[43, 44, 46, 47]] = middle + (landmarks[[43, 44, 46, 47]] - middle) * np.float32([1, share])
    return make_look(replace(FACE, landmarks=landmarks))


def follow(looks: Iterable[FaceObservation], *, fps: float = 30) -> list[EyePose]:
    """The left eye after each look."""
    lids = EyeStateTracker()
    return [lids.update(observation, face_of(observation), 1 / fps)[Side.LEFT] for observation in looks]


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
    observation = replace(with_left(EyeState.CLOSED, Gaze(0.6, 0.1)), left_gaze=Gaze(-0.9, 0.9))
    assert follow([observation])[0].gaze == Gaze(0.6, 0.1)


def test_an_eye_without_a_pupil_looks_where_the_other_looks() -> None:
    observation = replace(make_look(FACE, Gaze(0.4, -0.2)), left=None, left_gaze=None)
    assert follow([observation])[0].gaze == Gaze(0.4, -0.2)


def test_without_any_pupil_the_eyes_look_straight_ahead() -> None:
    assert follow([FaceObservation(FACE, None, None, None, None)])[0].gaze == Gaze(0, 0)


def test_when_both_pupils_are_lost_the_gaze_stays() -> None:
    eyes = follow([make_look(FACE, Gaze(0.5, 0.5)), FaceObservation(FACE, None, None, None, None)])
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
    observation = make_look(make_face(roll=0.5))
    face, eye = face_of(observation), follow([observation])[-1]
    assert eye.iris is not None
    assert observation.left is not None
    assert face.from_point(face.eye(Side.LEFT), eye.iris.along, eye.iris.below) == pytest.approx(
        observation.left.centre
    )


def test_the_frame_rate_does_not_change_how_an_eye_closes() -> None:
    slow = follow([OPEN] * 15 + [CLOSED] * 1, fps=15)[-1]
    fast = follow([OPEN] * 60 + [CLOSED] * 4, fps=60)[-1]
    assert slow.lid == pytest.approx(fast.lid)


def with_right_too(observation: FaceObservation, *, confidence: float, state: EyeState) -> FaceObservation:
    assert observation.right is not None
    return replace(observation, right=replace(observation.right, confidence=confidence, state=state))


def test_one_eye_that_hardly_seems_open_beside_a_shut_one_is_no_wink() -> None:
    doubtful = with_right_too(CLOSED, confidence=0.4, state=EyeState.OPEN)
    lids = EyeStateTracker()
    eyes = [lids.update(observation, face_of(observation), 1 / 30) for observation in [OPEN] * 5 + [doubtful] * 10]
    assert len({eye.shut for eye in eyes[-1].values()}) == 1


def test_a_clear_wink_shuts_one_eye_only() -> None:
    wink = with_right_too(CLOSED, confidence=0.95, state=EyeState.OPEN)
    lids = EyeStateTracker()
    eyes = [lids.update(observation, face_of(observation), 1 / 30) for observation in [OPEN] * 5 + [wink] * 10]
    assert {side: eye.shut for side, eye in eyes[-1].items()} == {Side.LEFT: True, Side.RIGHT: False}


def test_doubt_from_frame_to_frame_is_no_flicker() -> None:
    doubts = [
        with_right_too(with_left(state), confidence=0.4, state=state) for state in (EyeState.CLOSED, EyeState.OPEN)
    ]
    unsure = [
        replace(observation, left=replace(observation.left, confidence=0.4))
        for observation in doubts
        if observation.left is not None
    ]
    eyes = follow([OPEN] * 10 + unsure * 30)
    assert sum(before.shut != after.shut for before, after in pairwise(eyes)) == 0


def with_lids(share: float) -> FaceObservation:
    """Both eyes' lids `share` as far apart as usual, an iris still seeming to be there."""
    landmarks = FACE.landmarks.copy()
    for corners, lids in (([36, 39], [37, 38, 40, 41]), ([42, 45], [43, 44, 46, 47])):
        middle = landmarks[corners].mean(axis=0)
        landmarks[lids] = middle + (landmarks[lids] - middle) * np.float32([1, share])
    return make_look(replace(FACE, landmarks=landmarks))


def test_lids_that_fall_quickly_are_a_blink_whatever_seems_to_be_between_them() -> None:
    assert any(eye.shut for eye in follow([OPEN] * 30 + [with_lids(0.55)] * 4))


def test_eyes_that_stay_narrow_after_a_blink_are_open_again() -> None:
    assert not follow([OPEN] * 30 + [with_lids(0.55)] * 15)[-1].shut


def test_lids_that_narrow_slowly_are_no_blink() -> None:
    assert not any(eye.shut for eye in follow(with_lids(1 - 0.45 * step / 60) for step in range(60)))


def test_a_gaze_that_is_hardly_seen_moves_the_eye_slowly() -> None:
    observation = make_look(FACE, Gaze(0.8, 0))
    assert observation.left is not None
    assert observation.right is not None
    faint = replace(
        observation, left=replace(observation.left, confidence=0.2), right=replace(observation.right, confidence=0.2)
    )
    assert (
        follow([OPEN] * 5 + [faint])[-1].gaze.horizontal < 0.2 < follow([OPEN] * 5 + [observation])[-1].gaze.horizontal
    )
