"""Nothing flickers: a resting face under camera noise, through the real models and the smoothing."""

from __future__ import annotations

import numpy as np
import pytest

from livecam.core.types import Image
from livecam.live.sources.demo import DemoSource
from livecam.perception.faces.factory import follow_recorded
from livecam.perception.pipeline import Perception, Smoothing
from livecam.perception.pupils.handcrafted.detector import RingPupilDetector
from livecam.settings import FaceDetectorName
from tests.benchmarks.gaze_at_rest import steadiness
from tests.fakes import make_frame
from tests.livecam.perception.faces.opened import EVERY_NAME, opened


def noisy(image: Image, seed: int) -> Image:
    noise = np.random.default_rng(seed).normal(0, 3, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("name", EVERY_NAME)
def test_a_pupil_at_rest_jitters_by_less_than_three_tenths_of_a_pixel(name: FaceDetectorName) -> None:
    resting = DemoSource(960, 540).frame(0).image
    perception = Perception(follow_recorded(opened(name), 1), RingPupilDetector(), Smoothing())
    scenes = [perception.see(make_frame(noisy(resting, index), index=index)) for index in range(60)]
    pupils = [observation.left.centre for scene in scenes[15:] for observation in scene.faces if observation.left]
    assert (len(pupils), np.std(pupils, axis=0).max()) == (45, pytest.approx(0, abs=0.3))


def test_a_gaze_at_rest_is_steady_and_a_moving_one_is_not_late() -> None:
    found = steadiness(opened(FaceDetectorName.MESH), RingPupilDetector())
    assert found.step_px <= 0.2
    assert found.stray_px <= 0.2
    assert found.lag_ms <= 30
