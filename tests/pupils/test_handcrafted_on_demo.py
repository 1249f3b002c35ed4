"""The demo's irises move as its performance says; the whole chain from picture to gaze must notice."""

from __future__ import annotations

import numpy as np
import pytest

from livecam.core.scene import EyeState
from livecam.faces.choose import follow_recorded, open_model
from livecam.perception import Perception
from livecam.pupils.handcrafted import Handcrafted
from livecam.settings import FaceFinderName
from livecam.sources.demo import Demo
from livecam.sources.performance import pose


@pytest.fixture(scope="module")
def watched() -> list[tuple[tuple[float, float], tuple[float, float], float]]:
    """Over half a minute: the true gaze, the mean of both eyes', and the worse eye's error in pupil distances."""
    demo, perception = (
        Demo(640, 360),
        Perception(follow_recorded(open_model(FaceFinderName.DLIB), 1), Handcrafted()),
    )
    seen = []
    for index in range(0, 900, 5):
        frame = demo.frame(index)
        truth = demo.truth(frame.seconds)
        looks = perception.see(frame).looks
        if pose(frame.seconds).closing or not looks:
            continue
        look = looks[0]
        assert look.left
        assert look.right
        assert look.left_gaze
        assert look.right_gaze
        errors = [
            np.hypot(*np.subtract(p.centre, q.centre)) for p, q in zip((look.left, look.right), truth, strict=True)
        ]
        gaze = tuple(np.mean([look.left_gaze, look.right_gaze], axis=0))
        seen.append((pose(frame.seconds).gaze, gaze, max(errors) / look.face.pupil_distance))
    return seen


@pytest.mark.parametrize("axis", [0, 1], ids=["across", "down"])
def test_the_known_motion_of_the_irises_is_recovered(watched: list, axis: int) -> None:
    true, measured = np.array([one[0] for one in watched]), np.array([one[1] for one in watched])
    assert np.corrcoef(true[:, axis], measured[:, axis])[0, 1] >= 0.95


def test_pupils_are_where_the_performance_put_them(watched: list) -> None:
    assert np.mean([one[2] <= 0.025 for one in watched]) > 0.95


def test_a_blink_takes_the_confidence_away() -> None:
    demo, perception = (
        Demo(640, 360),
        Perception(follow_recorded(open_model(FaceFinderName.DLIB), 1), Handcrafted()),
    )
    frames = [demo.frame(index) for index in range(36, 48)]
    seen = [(frame, look) for frame in frames for look in perception.see(frame).looks]
    shut = [look for frame, look in seen if demo.truth(frame.seconds).left.state is EyeState.CLOSED]
    confidences = [pupil.confidence for look in shut for pupil in (look.left, look.right) if pupil]
    assert np.median(confidences) < 0.5
