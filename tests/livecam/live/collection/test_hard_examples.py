"""Which scenes are worth keeping."""

from __future__ import annotations

from dataclasses import replace

import pytest

from livecam.core.types import EyeState, Scene
from livecam.live.collection.hard_examples import Candidate, HardExampleDetector
from livecam.settings import CollectSettings
from livecam.store.samples import SamplingReason
from tests.fakes import grey, make_face, make_look
from tests.livecam.live.collection.fakes import empty, make_hard_example_detector, seen


def candidates(scenes: list[Scene], detector: HardExampleDetector | None = None) -> list[Candidate]:
    detector = detector or make_hard_example_detector()
    found = [detector.evaluate(scene) for scene in scenes]
    return [candidate for candidate in (*found, *detector.flush()) if candidate is not None]


def reasons(scenes: list[Scene], detector: HardExampleDetector | None = None) -> list[SamplingReason]:
    return [candidate.reason for candidate in candidates(scenes, detector) if candidate.reason]


def test_a_sure_face_is_nothing_to_learn_from() -> None:
    assert reasons([seen(index / 30, confidence=0.9999) for index in range(9)]) == []


def test_an_empty_room_is_nothing_to_learn_from() -> None:
    assert candidates([empty(index / 30) for index in range(30)]) == []


def test_a_doubtful_eye_is_kept() -> None:
    assert reasons([seen(0, confidence=0.49)]) == [SamplingReason.LOW]


def test_an_eye_that_was_not_found_is_doubtful() -> None:
    observation = replace(make_look(), right=None)
    assert reasons([replace(seen(0), faces=(observation,))]) == [SamplingReason.LOW]


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ((EyeState.HALF, EyeState.HALF), [SamplingReason.LOW]),
        ((EyeState.HALF, EyeState.OPEN), []),
        ((EyeState.OPEN, EyeState.OPEN), []),
    ],
)
def test_two_eyes_that_are_half_open_are_doubtful_however_sure(
    states: tuple[EyeState, EyeState], expected: list[SamplingReason]
) -> None:
    scene = seen(0, confidence=0.9)
    (look,) = scene.faces
    assert look.left is not None
    assert look.right is not None
    left, right = (replace(pupil, state=state) for pupil, state in zip((look.left, look.right), states, strict=True))
    assert reasons([replace(scene, faces=(replace(look, left=left, right=right),))]) == expected


def test_doubtful_frames_that_follow_each_other_closely_are_one() -> None:
    detector = make_hard_example_detector(CollectSettings(gap_seconds=1.0))
    assert len(reasons([seen(index / 10, confidence=0.2) for index in range(25)], detector)) == 3


def test_of_an_event_the_most_doubtful_frame_is_kept_and_no_other() -> None:
    doubts = [0.99, 0.4, 0.3, 0.1, 0.2, 0.4, *[0.99] * 20, 0.3, 0.2, *[0.99] * 20]
    scenes = [seen(index / 30, confidence=confidence) for index, confidence in enumerate(doubts)]
    kept = [each for each in candidates(scenes, make_hard_example_detector(event_seconds=0.5)) if each.reason]
    assert [round(each.seconds * 30) for each in kept] == [3, 27]


def test_what_is_held_of_an_event_at_the_end_is_not_lost() -> None:
    detector = make_hard_example_detector(event_seconds=0.5)
    assert detector.evaluate(seen(0, confidence=0.2)) is None
    assert [each.seconds for each in detector.flush()] == [0]
    assert not detector.flush()


def test_while_all_goes_well_a_face_that_is_less_sure_is_kept_in_the_end_and_one_that_is_sure_never() -> None:
    kept = candidates([seen(index / 30, confidence=0.65) for index in range(300)])
    sure = candidates([seen(index / 30, confidence=0.9) for index in range(300)])
    assert {candidate.reason for candidate in kept} == {SamplingReason.LOW, None}
    assert {candidate.reason for candidate in sure} == {None}


def test_each_face_of_several_has_a_pause_of_its_own() -> None:
    one, other = (seen(0, confidence=0.2, face=make_face(identity=number)) for number in (1, 2))
    later = seen(0.1, confidence=0.2, face=make_face(identity=1))
    kept = candidates([one, replace(other, frame=replace(other.frame, timestamp=0.05, index=1)), later])
    assert [candidate.observation.face.track_id for candidate in kept] == [1, 2]


def test_eyes_that_are_closed_for_one_frame_are_kept_as_they_were_in_that_frame() -> None:
    scenes = [seen(index / 30) for index in range(3)]
    observation = scenes[1].faces[0]
    assert observation.left
    assert observation.right
    left, right = (replace(pupil, state=EyeState.CLOSED) for pupil in (observation.left, observation.right))
    shut = replace(observation, left=left, right=right)
    (kept,) = (
        candidate
        for candidate in candidates([scenes[0], replace(scenes[1], faces=(shut,)), scenes[2]])
        if candidate.reason is SamplingReason.JUMP
    )
    assert kept.scene.frame.timestamp == scenes[1].frame.timestamp


def test_a_pupil_that_leaps_by_itself_is_kept() -> None:
    assert reasons([seen(0), seen(1 / 30, shifts=(0.09, 0.0))]) == [SamplingReason.JUMP]


def test_a_glance_of_both_eyes_is_no_leap() -> None:
    assert reasons([seen(0), seen(1 / 30, shifts=(0.09, 0.09))]) == []


def test_where_an_eye_went_in_a_pause_is_no_leap() -> None:
    assert reasons([seen(0), seen(0.5, shifts=(0.09, 0.0))]) == []


def test_another_face_is_no_leap() -> None:
    assert reasons([seen(0), seen(1 / 30, shifts=(0.09, 0.0), face=make_face(identity=2))]) == []


def test_an_eye_that_opens_is_no_leap() -> None:
    closed = seen(0)
    observation = closed.faces[0]
    assert observation.left
    shut = replace(closed, faces=(replace(observation, left=replace(observation.left, state=EyeState.CLOSED)),))
    assert SamplingReason.JUMP not in reasons([shut, seen(1 / 30, shifts=(0.09, 0.0))])


def test_a_flag_takes_the_next_scene_with_a_face() -> None:
    detector = make_hard_example_detector()
    detector.flag()
    assert reasons([empty(0), seen(0.1, confidence=0.9999), seen(0.2, confidence=0.9999)], detector) == [
        SamplingReason.FLAG
    ]


def test_the_other_detector_is_asked_for_at_most_one_frame_in_ten() -> None:
    blank = grey()
    kept = candidates([seen(index / 30, confidence=0.2 if index % 3 else 0.99, image=blank) for index in range(1000)])
    assert 40 <= len(kept) <= 100


def test_of_several_faces_the_most_doubtful_is_kept() -> None:
    sure = seen(0, confidence=0.6)
    other = seen(0, confidence=0.1, face=make_face(identity=2)).faces[0]
    kept = candidates([replace(sure, faces=(*sure.faces, other))])
    assert kept[0].observation is other


def test_a_drawn_face_goes_before_a_doubtful_one() -> None:
    scenes = [seen(index / 30, confidence=0.2) for index in range(90)]
    assert set(reasons(scenes, make_hard_example_detector(per_minute=1e6))) == {
        SamplingReason.RANDOM,
        SamplingReason.LOW,
    }


@pytest.mark.parametrize("setting", [{"low": 0.0}, {"low": 1.0}])
def test_the_bar_is_a_setting(setting: dict[str, float]) -> None:
    scene = seen(0, confidence=0.5)
    expected = [SamplingReason.LOW] if setting["low"] else []
    assert reasons([scene], make_hard_example_detector(CollectSettings.model_validate(setting))) == expected
