"""The level at which an eye is closed, and a confidence, from a few labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from livecam.core.assets import asset
from livecam.perception.pupils.network.model_card import SHIPPED, logistic
from livecam.store.samples import SampleState, SamplingReason, Split
from livecam.store.store import Store
from tests.training.labelled import fill
from training.pupil_detector.detectors import open_circle
from training.retraining.recalibration import closed_level, recalibrated

OPEN, SHUT = [True] * 6, [False] * 6


def level(openness: list[float], is_open: list[bool], before: float = 0.5) -> float:
    return closed_level(np.array(openness), np.array(is_open), before)


def test_narrow_eyes_that_were_called_closed_lower_the_level() -> None:
    found = level([-0.4, -0.5, 3, 4, 5, 6, -3, -4, -3, -4, -5, -3], OPEN + SHUT)

    assert logistic(-3) < found < logistic(-0.5)


def test_lids_that_were_called_open_raise_it() -> None:
    assert logistic(0.8) < level([3, 3, 4, 4, 5, 6, 0.7, 0.8, -3, -4, -5, -3], OPEN + SHUT) < logistic(2.0)


@pytest.mark.parametrize(
    ("openness", "is_open"),
    [
        ([3, 3, 3, 3, 3, -1], OPEN),
        ([-3, -3, -3, -3, -3, 1], SHUT),
        ([3, 3, 3, 3, 3, -0.1, -3, -3, -3, -3, -3, -3], OPEN + SHUT),
    ],
    ids=["only open eyes", "only closed eyes", "one accident"],
)
def test_what_does_not_tell_another_level_leaves_it(openness: list[float], is_open: list[bool]) -> None:
    assert level(openness, is_open, 0.4) == 0.4


def test_answers_that_were_right_make_the_model_surer_and_few_do_so_little(tmp_path: Path) -> None:
    network = open_circle(asset(SHIPPED))
    with Store.open(tmp_path) as store:
        fill(store, 30, Split.TRAIN, SamplingReason.LOW)
        labelled = list(store.samples(states=[SampleState.LABELLED]))
        few, many = (recalibrated(network, labelled[:n], store.picture) for n in (1, 30))
        none = recalibrated(network, [], store.picture)
    before = network.card.calibration

    assert none == (before, network.card.decoding.closed_below, None)
    assert abs(few.calibration.bias - before.bias) < abs(many.calibration.bias - before.bias)
    assert few.error is None
    assert many.error is not None
