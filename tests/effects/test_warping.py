"""Growing and rippling what is in the picture."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from livecam.core.scene import Point
from livecam.effects.drawing import Placement, Wave
from livecam.effects.warping import enlarge, enlarged, ripple
from tests.fakes import grey


def dot(x: float, y: float) -> np.ndarray:
    image = grey(120, 120, 255)
    cv2.circle(image, (round(x * 16), round(y * 16)), 4 * 16, (0, 0, 0), -1, cv2.LINE_AA, 4)
    return image


def place_of(image: np.ndarray) -> np.ndarray:
    weight = 255.0 - image[..., 0]
    rows, columns = np.indices(weight.shape)
    return np.array([(columns * weight).sum(), (rows * weight).sum()]) / weight.sum()


def test_the_middle_grows_as_much_as_it_should() -> None:
    image = dot(60, 60)
    before = (255.0 - image[..., 0]).sum()
    enlarge(image, Point(60, 60), 50, 0.3)
    assert (255.0 - image[..., 0]).sum() / before == pytest.approx(1 / 0.7**2, rel=0.04)


def test_beyond_the_radius_nothing_moves() -> None:
    image = np.random.default_rng(1).integers(0, 256, (120, 120, 3), np.uint8)
    before = image.copy()
    enlarge(image, Point(60, 60), 30, 0.4)
    rows, columns = np.indices((120, 120))
    outside = np.hypot(columns - 60, rows - 60) >= 30
    assert np.array_equal(image[outside], before[outside])


@pytest.mark.parametrize("distance", [0, 6, 12, 60])
def test_a_point_is_foretold_where_the_picture_takes_it(distance: float) -> None:
    image = dot(50 + distance, 50)
    enlarge(image, Point(50, 50), 48, 0.3)
    expected = enlarged(Point(50 + distance, 50), Point(50, 50), 48, 0.3)
    assert place_of(image)[0] == pytest.approx(expected.x, abs=0.5)


def test_a_ripple_raises_one_half_and_lowers_the_other() -> None:
    images = [dot(40, 60), dot(80, 60)]
    for image in images:
        ripple(image, Placement(60, 60, 100, 0, 0, 80), Wave(0.08, 1.0, 0.0))
    heights = [place_of(image)[1] for image in images]
    assert heights[1] - heights[0] > 4


def test_a_ripple_that_is_flat_changes_nothing() -> None:
    image = np.random.default_rng(1).integers(0, 256, (120, 120, 3), np.uint8)
    before = image.copy()
    ripple(image, Placement(60, 60, 80, 0, 0, 60), Wave(0.0, 2.0, 0.7))
    assert np.array_equal(image, before)
