"""Nothing flickers: a resting face under camera noise, through the real models and the smoothing."""

from __future__ import annotations

import numpy as np
import pytest

from livecam.core.scene import Image
from livecam.faces.choose import follow_recorded
from livecam.faces.smoothing import SmoothedFaces
from livecam.perception import Perception
from livecam.pupils.handcrafted import Handcrafted
from livecam.pupils.smoothing import Smoothing
from livecam.settings import FaceFinderName
from livecam.sources.demo import Demo
from tests.faces.opened import BOTH, opened
from tests.fakes import make_frame


def noisy(image: Image, seed: int) -> Image:
    noise = np.random.default_rng(seed).normal(0, 3, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("name", BOTH)
def test_a_pupil_at_rest_jitters_by_less_than_three_tenths_of_a_pixel(name: FaceFinderName) -> None:
    resting = Demo(960, 540).frame(0).image
    perception = Perception(SmoothedFaces(follow_recorded(opened(name), 1)), Smoothing(Handcrafted()))
    scenes = [perception.see(make_frame(noisy(resting, index), index=index)) for index in range(60)]
    pupils = [look.left.centre for scene in scenes[15:] for look in scene.looks if look.left]
    assert (len(pupils), np.std(pupils, axis=0).max()) == (45, pytest.approx(0, abs=0.3))
