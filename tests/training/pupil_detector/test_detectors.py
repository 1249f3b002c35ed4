"""A network judged as it is: its answers come back in frame pixels, both eyes, with a state."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from livecam.core.types import EyeState, Side
from livecam.perception.pupils.network.heatmap import HeatmapOutput
from tests.fakes import make_face, make_frame
from training.data.augmentation import CropPipeline
from training.pupil_detector.detectors import KerasPupilDetector

pytestmark = pytest.mark.tensorflow


class MiddleOfTheCrop:
    """A task and its network at once, for which every iris is in the middle of its crop."""

    cutting = CropPipeline()

    def __init__(self, openness: float) -> None:
        self.openness = openness

    def predict_on_batch(self, crops: np.ndarray) -> int:
        return len(crops)

    def read(self, outputs: int) -> HeatmapOutput:
        ones = np.ones(outputs)
        return HeatmapOutput(np.tile([31.5, 23.5], (outputs, 1)), ones, ones * 10, ones * self.openness, ones)

    def build(self) -> Any:
        return self

    def loss(self, labels: tuple[Any, ...], outputs: Any) -> Any:
        return 0.0


@pytest.mark.parametrize("side", list(Side))
def test_the_middle_of_a_crop_is_the_middle_of_the_corners(side: Side) -> None:
    network, face = MiddleOfTheCrop(3.0), make_face(roll=0.3)
    detector = KerasPupilDetector(network, network)
    left, right = detector.detect(detector.cropper(make_frame(), face))
    found = left if side is Side.LEFT else right
    assert found is not None
    assert tuple(found.centre) == pytest.approx(face.lids(side)[[0, 3]].mean(axis=0), abs=0.1)


@pytest.mark.parametrize(("openness", "state"), [(2.0, EyeState.OPEN), (-2.0, EyeState.CLOSED)])
def test_what_the_network_thinks_of_the_lids_is_the_state(openness: float, state: EyeState) -> None:
    network = MiddleOfTheCrop(openness)
    detector = KerasPupilDetector(network, network)
    left = detector.detect(detector.cropper(make_frame(), make_face())).left
    assert left is not None
    assert left.state is state
