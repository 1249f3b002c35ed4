"""What collecting caught of what failed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from livecam.benchmark.clips.clip_truth import LabelledClip, TrueEye, TrueFace
from livecam.core.types import EyeState, Frame, Scene
from livecam.settings import PupilSettings, Settings
from livecam.store.samples import SamplingReason
from tests.livecam.live.collection.fakes import seen
from training.active_learning.collection_quality import (
    CollectionQuality,
    FailureEvent,
    JudgedFace,
    KeptFace,
    failure_events,
    is_wrong,
    measured,
    summary,
)


def truth_of(scene: Scene, frame: int, *, closed: bool = False, beside: float = 0.0) -> TrueFace:
    """As the scene has it, with the left eye closed, or with true pupils so many pupil distances beside."""
    (face,) = scene.faces
    assert face.left
    assert face.right
    step = beside * face.face.pupil_distance
    left, right = (
        TrueEye(pupil.centre._replace(x=pupil.centre.x + step), EyeState.OPEN) for pupil in (face.left, face.right)
    )
    return TrueFace(frame, 0, replace_state(left, closed), right)


def replace_state(eye: TrueEye, closed: bool) -> TrueEye:
    return eye._replace(state=EyeState.CLOSED if closed else EyeState.OPEN)


@pytest.mark.parametrize(
    ("closed", "beside", "wrong"), [(False, 0.0, False), (False, 0.04, False), (False, 0.06, True), (True, 0.0, True)]
)
def test_a_far_pupil_and_a_wrong_state_are_failures(closed: bool, beside: float, wrong: bool) -> None:
    scene = seen(0)

    assert is_wrong(scene.faces[0], truth_of(scene, 0, closed=closed, beside=beside)) is wrong


def test_failures_of_a_face_with_less_than_half_a_second_between_are_one_event() -> None:
    faces = [JudgedFace(k, seconds, face, True) for k, (face, seconds) in enumerate([(1, 0), (1, 0.4), (1, 1), (2, 0)])]

    assert failure_events(faces) == [FailureEvent(1, 0, 0.4), FailureEvent(1, 1, 1), FailureEvent(2, 0, 0)]


def test_what_is_kept_is_told_by_reason_beside_as_many_random_faces() -> None:
    faces = tuple(JudgedFace(k, float(k), 0, k in {3, 7}) for k in range(10))
    low, jump = SamplingReason.LOW, SamplingReason.JUMP
    kept = (
        KeptFace(low, faces[3]),
        KeptFace(low, None),
        KeptFace(jump, faces[4]),
        KeptFace(SamplingReason.RANDOM, None),
    )
    found = summary([CollectionQuality("clip", faces, kept)])

    assert found["kept"] == {"kept": 3, "judged": 2, "failures": 0.5, "events_caught": 0.5}
    assert found["reasons"]["jump"] == {"kept": 1, "judged": 1, "failures": 0.0, "events_caught": 0.0}
    assert found["random"]["failures"] == pytest.approx(0.2, abs=0.03)


def test_a_clip_without_failures_has_no_share_of_them() -> None:
    found = summary([CollectionQuality("clip", (JudgedFace(0, 0.0, 0, False),), ())])

    assert (found["kept"]["failures"], found["kept"]["events_caught"], found["events"]) == (None, None, 0)


def test_a_doubtful_wrong_face_of_a_clip_is_kept_and_judged() -> None:
    scenes = [seen(k / 30, confidence=0.2 if k == 20 else 0.99) for k in range(40)]
    scenes = [replace(scene, frame=Frame(scene.frame.image, k, k / 30)) for k, scene in enumerate(scenes)]
    truth = {k: [truth_of(scene, k, beside=0.1 if k == 20 else 0.0)] for k, scene in enumerate(scenes)}
    clip = LabelledClip("clip", tuple(scene.frame for scene in scenes), truth)
    found = measured(clip, iter(scenes), Settings(pupils=PupilSettings()))

    assert [(each.reason.value, each.judged.frame) for each in found.kept if each.judged and each.judged.failed] == [
        ("low", 20)
    ]
    assert len(found.events) == 1
