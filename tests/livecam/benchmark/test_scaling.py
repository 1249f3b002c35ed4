"""Scaling: what grows faster than its amount is told, and a crowd has as many faces as it should."""

from __future__ import annotations

import numpy as np
import pytest

from livecam.benchmark.contenders import open_path
from livecam.benchmark.machine import machine, versions
from livecam.benchmark.scaling import ScalingCurve, ScalingPoint, ScalingResults, _changed, _crowd
from livecam.core.image_files.images import decode_image
from livecam.settings import Settings


def curve(*costs: float) -> ScalingCurve:
    points = [ScalingPoint(place + 1, str(place + 1), cost / 2, cost / 2, cost) for place, cost in enumerate(costs)]
    return ScalingCurve("faces", tuple(points))


@pytest.mark.parametrize(("costs", "linear"), [((1, 2, 3), True), ((1, 1.2, 1.4), True), ((1, 2, 4), False)])
def test_what_costs_more_than_its_share_is_not_linear(costs: tuple[float, ...], linear: bool) -> None:
    assert curve(*costs).linear is linear


def test_a_crowd_has_as_many_faces_as_it_should() -> None:
    path = open_path(_changed(Settings(), max_faces=10))
    seen = 0
    for frame in _crowd(10):
        seen = len(path.perception.see(frame).faces)
        path.detector.catch_up()
    assert seen == 10


def test_the_curves_are_a_picture_side_by_side() -> None:
    pytest.importorskip("matplotlib")
    results = ScalingResults(machine(), versions(), (curve(1, 2), curve(1, 3)))
    image = decode_image(results.picture(), "it")
    assert image.shape[1] > 2 * image.shape[0]
    assert np.ptp(image) > 100
