"""The confidence of the network is fitted to misses that are as rare as on webcams."""

from __future__ import annotations

import numpy as np
import pytest

from training.pupil_detector.confidence_calibration import CalibrationData, as_on_webcams, calibrate


def judged(count: int = 600, *, missed: float = 0.2, shut: float = 0.1) -> CalibrationData:
    rng = np.random.default_rng(0)
    misses, visible = rng.random(count) < missed, np.where(rng.random(count) < shut, 0.0, 1.0)
    features = rng.normal(0, 1, (count, 4)) - misses[:, None] * np.array([1.0, -1.0, 0.5, -1.0])
    errors = np.where(misses, 0.1, 0.01)
    return CalibrationData(features, errors, visible, np.where(visible, 3.0, -3.0), np.full(count, "gaze"))


def open_misses(seen: CalibrationData) -> float:
    return float((~seen.hits & seen.open).sum() / seen.open.sum())


def test_open_eyes_are_missed_as_rarely_as_was_asked_for() -> None:
    assert open_misses(as_on_webcams(judged(), 0.02)) == pytest.approx(0.02, abs=0.001)


def test_shut_eyes_weigh_what_a_miss_weighs() -> None:
    before, after = judged(), as_on_webcams(judged(), 0.02)
    shut_to_misses = [(~seen.open).sum() / (~seen.hits & seen.open).sum() for seen in (before, after)]
    assert shut_to_misses[0] == shut_to_misses[1]


def test_without_a_miss_nothing_is_copied() -> None:
    assert len(as_on_webcams(judged(missed=0.0)).errors) == 600


def test_rare_misses_make_confident() -> None:
    plain, rare = calibrate(judged())[0], calibrate(as_on_webcams(judged()))[0]
    assert rare.bias > plain.bias + 1
