"""What fails is kept: not what was rightly found closed, no tiny, false or turned face, no moment twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from livecam.core.interfaces import PupilPair
from livecam.core.types import EyeState, Face, IrisVisibility, Scene, Side
from livecam.live.collection.hard_examples import is_usable, least_confidence
from livecam.live.collection.model_disagreement import DISPUTED_STATE, disagreement, predictions
from livecam.store.samples import SamplingReason
from tests.fakes import make_face
from tests.livecam.live.collection.fakes import MemoryStore, collected, make_hard_example_detector, seen


def with_states(scene: Scene, left: EyeState, right: EyeState, *, openness: float = -9.0) -> Scene:
    (observation,) = scene.faces
    pupils = {
        side: replace(
            observation.pupil(side),  # type: ignore[type-var]
            state=state,
            confidence=0.49 if state is EyeState.CLOSED else 0.999,
            evidence=IrisVisibility(openness if state is EyeState.CLOSED else 9.0, covered=False),
        )
        for side, state in ((Side.LEFT, left), (Side.RIGHT, right))
    }
    return replace(scene, faces=(replace(observation, left=pupils[Side.LEFT], right=pupils[Side.RIGHT]),))


@pytest.mark.parametrize(("openness", "is_sure"), [(-9.0, True), (-0.3, False)])
def test_a_closed_eye_is_doubtful_only_when_its_state_is(openness: float, is_sure: bool) -> None:
    scene = with_states(seen(0), EyeState.CLOSED, EyeState.CLOSED, openness=openness)
    assert (least_confidence(scene.faces[0]) > 0.9) is is_sure


def test_a_blink_that_was_recognised_is_not_kept() -> None:
    detector = make_hard_example_detector()
    states = [EyeState.OPEN] * 3 + [EyeState.CLOSED] * 4 + [EyeState.OPEN] * 3
    scenes = [with_states(seen(index / 30), state, state) for index, state in enumerate(states)]
    assert [candidate for scene in scenes if (candidate := detector.evaluate(scene)) and candidate.reason] == []


def test_an_eye_that_closes_for_one_frame_is_kept() -> None:
    detector = make_hard_example_detector()
    states = [EyeState.OPEN, EyeState.OPEN, EyeState.CLOSED, EyeState.OPEN]
    found = [detector.evaluate(with_states(seen(k / 30), state, state)) for k, state in enumerate(states)]
    assert [candidate and candidate.reason for candidate in found] == [None, None, None, SamplingReason.JUMP]


def test_one_eye_shut_beside_an_open_one_is_kept() -> None:
    candidate = make_hard_example_detector().evaluate(with_states(seen(0), EyeState.CLOSED, EyeState.OPEN))
    assert candidate is not None
    assert candidate.reason is SamplingReason.LOW


@pytest.mark.parametrize(("openness", "apart"), [(-0.5, DISPUTED_STATE), (-9.0, 0.0)])
def test_a_state_that_the_other_detector_disputes_counts_unless_it_is_sure(openness: float, apart: float) -> None:
    (observation,) = with_states(seen(0), EyeState.CLOSED, EyeState.CLOSED, openness=openness).faces
    (opened,) = with_states(seen(0), EyeState.OPEN, EyeState.OPEN).faces
    others = predictions("cpu", "1", PupilPair(opened.left, opened.right))
    assert disagreement(observation, others) == apart


def turned(face: Face, share: float) -> Face:
    landmarks = face.landmarks.copy()
    right, left = (face.lids(side)[[0, 3]].mean(axis=0) for side in (Side.RIGHT, Side.LEFT))
    landmarks[30] = right + share * (left - right)
    return replace(face, landmarks=landmarks)


@pytest.mark.parametrize(
    ("face", "usable"),
    [
        (make_face(), True),
        (make_face(pupil_distance=21), False),
        (make_face(pupil_distance=23), True),
        (replace(make_face(), confidence=0.3), False),
        (turned(make_face(), 0.3), True),
        (turned(make_face(), 0.0), False),
        (turned(make_face(), 1.1), False),
    ],
)
def test_tiny_unsure_and_profile_faces_are_left_alone(face: Face, usable: bool) -> None:
    candidate = make_hard_example_detector().evaluate(seen(0, confidence=0.1, face=face))
    assert (is_usable(face), candidate is not None and candidate.reason is not None) == (usable, usable)


def test_a_second_run_of_the_same_recording_keeps_nothing_twice() -> None:
    store = MemoryStore()
    collected([seen(index, confidence=0.3) for index in range(8)], store)
    first = len(store.samples)
    # Decoded again with other rounding: no two pictures are the same.
    collected([seen(index + 0.01, confidence=0.3) for index in range(8)], store)
    assert (first, len(store.samples)) == (8, 8)


def test_a_second_run_keeps_nothing_that_is_like_what_the_first_kept() -> None:
    store = MemoryStore()
    picture = seen(0).frame.image
    scenes = [seen(index, confidence=0.3, image=picture) for index in range(0, 8, 2)]
    collected(scenes, store)
    first = len(store.samples)
    collected(scenes, store)
    assert (first, len(store.samples)) == (1, 1)


def test_a_second_run_draws_nothing_where_the_first_drew_enough() -> None:
    store = MemoryStore(random_before=0)
    scenes = [seen(index / 10, confidence=0.9999) for index in range(600)]
    for _ in range(2):
        collected(scenes, store, detector=make_hard_example_detector(per_minute=60.0, seed=3))
        kept = [sample.reason for sample in store.samples]
        assert set(kept) == {SamplingReason.RANDOM}
    assert len(kept) == 20
