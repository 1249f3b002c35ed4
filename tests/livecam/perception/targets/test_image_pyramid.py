"""A page at another scale, cut anywhere."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from livecam.perception.targets.image_pyramid import Interval, LazyScaledImage, factors
from tests.livecam.perception.targets.networks import page_with

PAGE = page_with((100, 100, 1), (300, 220, 0.5))


@pytest.mark.parametrize("scale", [0.2, 0.7, 1.0, 1.3, 3.0])
def test_a_part_is_the_same_whatever_is_cut_with_it(scale: float) -> None:
    page = LazyScaledImage(PAGE, scale)
    whole = page.cut(Interval(0, page.height), Interval(0, page.width))
    assert np.array_equal(page.cut(Interval(17, 61), Interval(40, 99)), whole[17:61, 40:99])


@pytest.mark.parametrize("scale", [0.25, 0.7, 1.3])
def test_it_looks_as_when_the_whole_page_is_resized(scale: float) -> None:
    soft = cv2.GaussianBlur(PAGE, (0, 0), 4)
    page = LazyScaledImage(soft, scale)
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    resized = cv2.resize(soft, (page.width, page.height), interpolation=way)
    mine = page.cut(Interval(0, page.height), Interval(0, page.width))
    assert np.abs(mine.astype(int) - resized)[4:-4, 4:-4].max() <= 6


def test_noise_is_averaged_away_by_a_small_scale() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (400, 400, 3), np.uint8)
    page = LazyScaledImage(noise, 0.2)
    assert page.cut(Interval(0, 80), Interval(0, 80)).std() < 0.35 * noise.std()


def test_the_page_itself_is_not_copied() -> None:
    assert np.shares_memory(LazyScaledImage(PAGE, 1.0).cut(Interval(0, 8), Interval(0, 8)), PAGE)


def test_beyond_the_page_its_edge_is_repeated() -> None:
    cut = LazyScaledImage(PAGE, 1.0).cut(Interval(392, 408), Interval(632, 648))
    assert np.array_equal(cut[8:, 8:], np.broadcast_to(PAGE[-1, -1], (8, 8, 3)))


def test_the_factors_are_those_of_whole_pixels() -> None:
    assert factors(np.zeros((10, 33, 3), np.uint8), 0.7) == (23 / 33, 7 / 10)
