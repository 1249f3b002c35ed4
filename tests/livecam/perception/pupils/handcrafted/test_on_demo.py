"""The demo's irises move as its performance says; the whole chain from picture to gaze must notice."""

from __future__ import annotations

import numpy as np
import pytest

from livecam.core.types import EyeState
from livecam.live.sources.demo import DemoSource, demo_pose
from livecam.perception.faces.factory import follow_recorded, open_model
from livecam.perception.pipeline import Perception
from livecam.perception.pupils.handcrafted.detector import RingPupilDetector
from livecam.settings import FaceDetectorName


@pytest.fixture(scope="module")
def watched() -> list[tuple[tuple[float, float], tuple[float, float], float]]:
    """Over half a minute: the true gaze, the mean of both eyes', and the worse eye's error in pupil distances."""
    demo, perception = (
        DemoSource(640, 360),
        Perception(follow_recorded(open_model(FaceDetectorName.DLIB), 1), RingPupilDetector()),
    )
    seen = []
    for index in range(0, 900, 5):
        frame = demo.frame(index)
        truth = demo.truth(frame.timestamp)
        looks = perception.see(frame).faces
        if demo_pose(frame.timestamp).closing or not looks:
            continue
        observation = looks[0]
        assert observation.left
        assert observation.right
        assert observation.left_gaze
        assert observation.right_gaze
        errors = [
            np.hypot(*np.subtract(p.centre, q.centre))
            for p, q in zip((observation.left, observation.right), truth, strict=True)
        ]
        gaze = tuple(np.mean([observation.left_gaze, observation.right_gaze], axis=0))
        seen.append((demo_pose(frame.timestamp).gaze, gaze, max(errors) / observation.face.pupil_distance))
    return seen


@pytest.mark.parametrize("axis", [0, 1], ids=["across", "down"])
def test_the_known_motion_of_the_irises_is_recovered(watched: list, axis: int) -> None:
    true, measured = np.array([one[0] for one in watched]), np.array([one[1] for one in watched])
    assert np.corrcoef(true[:, axis], measured[:, axis])[0, 1] >= 0.94


def test_pupils_are_where_the_performance_put_them(watched: list) -> None:
    assert np.mean([one[2] <= 0.025 for one in watched]) > 0.95


def test_a_blink_takes_the_confidence_away() -> None:
    demo, perception = (
        DemoSource(640, 360),
        Perception(follow_recorded(open_model(FaceDetectorName.DLIB), 1), RingPupilDetector()),
    )
    frames = [demo.frame(index) for index in range(36, 48)]
    seen = [(frame, observation) for frame in frames for observation in perception.see(frame).faces]
    shut = [observation for frame, observation in seen if demo.truth(frame.timestamp).left.state is EyeState.CLOSED]
    confidences = [pupil.confidence for observation in shut for pupil in (observation.left, observation.right) if pupil]
    assert np.median(confidences) < 0.5
