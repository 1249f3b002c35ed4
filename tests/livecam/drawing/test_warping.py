"""Growing and rippling what is in the picture."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livecam.core.types import Point
from livecam.drawing.compositing import Placement, Wave
from livecam.drawing.warping import enlarge, enlarged, ripple
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


@settings(max_examples=20, deadline=None)
@given(x=st.floats(40, 80), y=st.floats(40, 80), radius=st.floats(5, 70), gain=st.floats(0.05, 0.5))
def test_growing_is_what_slow_arithmetic_makes_it(x: float, y: float, radius: float, gain: float) -> None:
    image = picture()
    rows, columns = np.indices((120, 120))
    inside = np.maximum(1 - ((columns - x) ** 2 + (rows - y) ** 2) / radius**2, 0)
    expected = redrawn(image, columns - gain * inside**2 * (columns - x), rows - gain * inside**2 * (rows - y))
    enlarge(image, Point(x, y), radius, gain)
    assert cv2.absdiff(image, expected).max() <= 8


@settings(max_examples=20, deadline=None)
@given(angle=st.floats(0, 6.3), amplitude=st.floats(0, 0.12), phase=st.floats(0, 6.3))
def test_a_ripple_is_what_slow_arithmetic_makes_it(angle: float, amplitude: float, phase: float) -> None:
    image = picture()
    (width, height), (cos, sin) = (70.0, 40.0), (float(np.cos(angle)), float(np.sin(angle)))
    rows, columns = np.indices((120, 120)) - 60.0
    u, v = (columns * cos + rows * sin) / width, (rows * cos - columns * sin) / height
    window = np.maximum(1 - 4 * u**2, 0) ** 2 * np.maximum(1 - 4 * v**2, 0) ** 2
    bend = amplitude * height * np.sin(2 * np.pi * 2.1 * u + phase) * window
    expected = redrawn(image, columns + 60 + bend * sin, rows + 60 - bend * cos)
    place = Placement(60, 60, width * cos, width * sin, -height * sin, height * cos)
    ripple(image, place, Wave(amplitude, 2.1, phase))
    assert cv2.absdiff(image, expected).max() <= 8


def picture() -> np.ndarray:
    """Noise without sharp edges, so that 1/32 of a pixel, to which OpenCV finds colours, is a few levels."""
    noise = np.random.default_rng(1).integers(0, 256, (120, 120, 3), np.uint8)
    return cv2.normalize(cv2.GaussianBlur(noise, (0, 0), 2), None, 0, 255, cv2.NORM_MINMAX)  # type: ignore[call-overload,no-any-return]


def redrawn(image: np.ndarray, columns: np.ndarray, rows: np.ndarray) -> np.ndarray:
    return cv2.remap(image, np.float32(columns), np.float32(rows), cv2.INTER_LINEAR)
