"""Make-up and reflections: lines lie along the lids, lights lie between them."""

from __future__ import annotations

import numpy as np
import pytest

from training.synthesis.makeup import LidLines, paint_makeup
from training.synthesis.reflections import add_glints

SHARE = np.linspace(0, 1, 25)
LIDS = LidLines(
    np.column_stack([40 + 80 * SHARE, 60 - 80 * SHARE * (1 - SHARE)]),
    np.column_stack([40 + 80 * SHARE, 60 + 50 * SHARE * (1 - SHARE)]),
)


@pytest.mark.parametrize("seed", range(20))
def test_makeup_only_darkens_and_stays_near_the_lids(seed: int) -> None:
    picture = np.full((120, 160, 3), 0.8, np.float32)
    paint_makeup(picture, LIDS, np.random.default_rng(seed))
    assert picture.max() <= np.float32(0.8)
    assert picture[105:].min() > 0.79


def test_some_eyes_wear_a_dark_line_along_the_upper_lid() -> None:
    darkest = []
    for seed in range(60):
        picture = np.full((120, 160, 3), 0.8, np.float32)
        paint_makeup(picture, LIDS, np.random.default_rng(seed))
        darkest.append(picture[40, 80].min())
    assert 0.1 < (np.array(darkest) < 0.5).mean() < 0.9


@pytest.mark.parametrize("seed", range(20))
def test_glints_light_the_ball_and_not_the_skin(seed: int) -> None:
    picture = np.full((120, 160, 3), 0.2, np.float32)
    opening = LIDS.opening(picture.shape)
    add_glints(picture, opening, np.array([80.0, 55.0]), 14.0, np.random.default_rng(seed), count=3)
    assert (picture[opening == 0] == np.float32(0.2)).all()
    assert picture.max() > 0.3
