"""Masks in bytes, checked against the arithmetic they stand for."""

from __future__ import annotations

import numpy as np
import pytest

from livecam.drawing.eyelids import EyelidCurves
from livecam.drawing.warping import above, between, inside

RNG = np.random.default_rng(2)
ACROSS, UPPER, LOWER = RNG.uniform(-1.5, 1.5, (3, 40, 30)).astype(np.float32)
HALF_A_LEVEL = 0.5 / 255


def ramp(height: np.ndarray) -> np.ndarray:
    return np.clip(height / 0.16 + 0.5, 0, 1)


@pytest.mark.parametrize("margin", [0.0, 0.12])
def test_a_lid_is_soft_by_a_sixth_of_a_radius(margin: float) -> None:
    expected = ramp(ACROSS.astype(float) - UPPER - margin)
    assert above(UPPER, ACROSS, margin=margin) / 255 == pytest.approx(expected, abs=1.1 * HALF_A_LEVEL)


@pytest.mark.parametrize("margin", [0.0, 0.12])
def test_between_two_lids_is_below_the_one_and_above_the_other(margin: float) -> None:
    expected = ramp(ACROSS.astype(float) - UPPER - margin) * ramp(LOWER.astype(float) - ACROSS - margin)
    assert between(ACROSS, UPPER, LOWER, margin=margin) / 255 == pytest.approx(expected, abs=3.1 * HALF_A_LEVEL)


def test_the_edge_of_a_disc_is_a_smooth_step() -> None:
    distance = RNG.uniform(0, 3, (40, 30)).astype(np.float32)
    share = np.clip((1.34 - distance.astype(float)) / 0.44 + 0.5, 0, 1)
    assert inside(distance, 1.34, 0.44) / 255 == pytest.approx(share**2 * (3 - 2 * share), abs=2.6 * HALF_A_LEVEL)


def test_the_lids_go_through_both_corners_of_the_eye() -> None:
    points = np.array([[-2.6, 0.2], [-1, -0.95], [1, -0.8], [2.6, -0.1], [1, 1], [-1, 0.7]])
    curves = EyelidCurves.through(points, centre=(0, 0), radius=1)
    upper, lower = curves.at(curves.corners[:, 0].astype(np.float32)[None])
    assert [upper[0], lower[0]] == [pytest.approx(curves.corners[:, 1], abs=1e-5)] * 2
