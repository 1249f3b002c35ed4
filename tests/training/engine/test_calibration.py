"""A confidence is a probability: fitted from hits, measured by the calibration error."""

from __future__ import annotations

import numpy as np
import pytest

from training.engine.calibration import calibration_error, fit_logistic, logistic, reliability

TRUE_WEIGHTS = np.array([3.0, -0.5, -1.0])


def observed(count: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    features = random.normal([0.5, 2.0], [1.0, 3.0], (count, 2))
    return features, random.random(count) < logistic(features, TRUE_WEIGHTS)


def test_the_weights_that_made_the_hits_are_found_again() -> None:
    assert fit_logistic(*observed(20000), penalty=0) == pytest.approx(TRUE_WEIGHTS, abs=0.15)


def test_a_clean_separation_stays_finite() -> None:
    assert np.abs(fit_logistic([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1])).max() < 1e3


def test_hits_alone_teach_nothing() -> None:
    with pytest.raises(ValueError, match="only hits"):
        fit_logistic([[1.0], [2.0]], [True, True])


def test_honest_confidences_have_hardly_any_calibration_error() -> None:
    features, hits = observed(20000)
    assert calibration_error(logistic(features, TRUE_WEIGHTS), hits) < 0.02


def test_boasting_is_measured() -> None:
    assert calibration_error(np.full(100, 0.9), np.arange(100) < 50) == pytest.approx(0.4)


def test_a_confidence_of_one_is_in_the_last_bin() -> None:
    assert [entry.answers for entry in reliability([0.05, 1.0, 0.95], [0, 1, 1])] == [1, 2]


def test_the_weights_are_those_where_the_penalised_likelihood_is_flat() -> None:
    features, hits = observed(300)
    weights = fit_logistic(features, hits, penalty=0.01)
    scaled = (features - features.mean(axis=0)) / features.std(axis=0)
    missing = hits - logistic(features, weights)
    slope = scaled.T @ missing - 0.01 * len(hits) * weights[:-1] * features.std(axis=0)
    assert [*slope, missing.sum()] == pytest.approx([0, 0, 0], abs=1e-5)


def test_the_calibration_error_is_the_mean_distance_of_share_and_confidence() -> None:
    random = np.random.default_rng(0)
    stated = random.random(500)
    hits = random.random(500) < stated**2
    bins = np.floor(stated * 10)
    apart = [abs(stated[bins == k].mean() - hits[bins == k].mean()) * (bins == k).mean() for k in range(10)]
    assert calibration_error(stated, hits) == pytest.approx(sum(apart), abs=1e-12)
