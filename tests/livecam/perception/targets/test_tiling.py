"""A page in panels says what the page says at once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livecam.core.types import Image
from livecam.perception.targets.interfaces import SegmentationMaps
from livecam.perception.targets.tiling import page_maps
from tests.livecam.perception.targets.networks import RedDiscs, page_with

AT_ONCE = 10**9


def colourful(width: int, height: int) -> Image:
    return np.random.default_rng(5).integers(0, 256, (height, width, 3), np.uint8)


def apart(one: SegmentationMaps, other: SegmentationMaps) -> float:
    return max(float(np.abs(a - b).max()) for a, b in zip(one, other, strict=True))


@settings(max_examples=25, deadline=None)
@given(
    width=st.integers(1, 500),
    height=st.integers(1, 300),
    scale=st.sampled_from([0.31, 0.7, 1.0, 1.3]),
    most=st.integers(15_000, 60_000),
    multiple=st.sampled_from([4, 8, 16, 32]),
)
def test_panels_give_the_answer_of_the_whole_page_at_the_seams_too(
    width: int, height: int, scale: float, most: int, multiple: int
) -> None:
    page, network = colourful(width, height), RedDiscs(multiple=multiple)
    whole = page_maps(network, page, scale=scale, panel_pixels=AT_ONCE)
    assert apart(whole, page_maps(network, page, scale=scale, panel_pixels=most)) < 1e-6


def test_a_network_that_looks_further_than_it_says_is_found_out() -> None:
    page, liar = colourful(500, 300), RedDiscs(margin=0)
    assert apart(page_maps(liar, page, panel_pixels=AT_ONCE), page_maps(liar, page, panel_pixels=20_000)) > 1e-3


def test_a_page_that_fits_is_seen_at_once() -> None:
    network = RedDiscs()
    page_maps(network, colourful(500, 301), panel_pixels=AT_ONCE)
    assert network.seen == [(304, 504)]


def test_all_panels_of_a_page_are_of_one_size_that_keeps_the_bound() -> None:
    network = RedDiscs()
    page_maps(network, colourful(1000, 700), panel_pixels=50_000)
    (height, width), *others = set(network.seen)
    assert (others, height * width <= 50_000) == ([], True)


def test_the_maps_have_a_cell_for_every_begun_stride_of_the_page() -> None:
    assert page_maps(RedDiscs(), colourful(101, 50)).centre.shape == (13, 26)


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.0])
def test_a_disc_is_highest_where_it_is_at_every_scale(scale: float) -> None:
    page = page_with((400, 100, 1), radius=12 / scale)
    centre = page_maps(RedDiscs(), page, scale=scale).centre
    row, column = np.unravel_index(centre.argmax(), centre.shape)
    assert np.abs(np.array([column, row]) * 4 + 1.5 - np.array([400, 100]) * scale).max() <= 4
