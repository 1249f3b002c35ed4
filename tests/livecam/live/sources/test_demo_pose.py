"""The performance of the demo: continuous, varied, endless."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from livecam.live.sources.demo import demo_pose


@pytest.mark.parametrize("start", [0.0, 1000.0, 1e6])
def test_nothing_jumps_within_a_millisecond(start: float) -> None:
    poses = [demo_pose(start + step / 1000) for step in range(6000)]
    values = np.array([[*each.gaze, each.closing, *each.shift, each.roll, each.nearness] for each in poses])
    assert np.abs(np.diff(values, axis=0)).max() < 0.05


def test_the_gaze_visits_all_four_quarters() -> None:
    quarters = {(x > 0, y > 0) for x, y in (demo_pose(second).gaze for second in range(20))}
    assert len(quarters) == 4


def test_the_gaze_rests_most_of_the_time() -> None:
    gazes = [demo_pose(index / 60).gaze for index in range(60 * 30)]
    steps = [math.dist(before, after) for before, after in itertools.pairwise(gazes)]
    assert np.median(steps) < 0.005


def test_irises_stay_inside_their_eyes() -> None:
    gazes = np.array([demo_pose(index / 10).gaze for index in range(5000)])
    assert np.abs(gazes[:, 0]).max() < 1
    assert np.abs(gazes[:, 1]).max() < 0.6


def test_it_begins_with_open_eyes_that_look_ahead() -> None:
    first = demo_pose(0.0)
    assert (first.gaze, first.closing, first.roll) == ((0.0, 0.0), 0.0, 0.0)
