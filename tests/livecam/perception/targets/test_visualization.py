"""The picture that points at the target."""

from __future__ import annotations

import numpy as np
import pytest

from livecam.core.types import Box, Image
from livecam.perception.targets.detector import Target
from livecam.perception.targets.visualization import draw_targets
from tests.livecam.perception.targets.networks import page_with

PAGE = page_with(width=800, height=500)
RED = np.array([40, 30, 230])


def target(x: float, y: float, side: float = 20) -> Target:
    return Target(x, y, 0.93, Box(x - side / 2, y - side / 2, side, side), 0.9)


def is_red(picture: Image) -> np.ndarray:  # type: ignore[type-arg]
    return (np.abs(picture.astype(int) - RED) < 30).all(axis=2)


def test_the_target_is_as_bright_as_on_the_page() -> None:
    assert np.array_equal(draw_targets(PAGE, [target(200, 150)])[145:156, 195:206], PAGE[145:156, 195:206])


def test_what_is_far_from_it_is_dimmed() -> None:
    assert draw_targets(PAGE, [target(200, 150)])[350:, :400].max() < 0.5 * PAGE.max()


def test_a_red_box_stands_around_it() -> None:
    red = is_red(draw_targets(PAGE, [target(200, 150)]))[130:170, 180:220]
    assert red[:, :8].any(axis=1).sum() > 20
    assert red[:8].any(axis=0).sum() > 20


@pytest.mark.parametrize(
    ("x", "y", "corner"),
    [(200, 150, (1, 1)), (600, 150, (1, 0)), (200, 350, (0, 1)), (600, 350, (0, 0))],
)
def test_it_is_magnified_in_the_corner_across(x: int, y: int, corner: tuple[int, int]) -> None:
    picture = draw_targets(PAGE, [target(x, y)])
    quarters = [[picture[:220, :220], picture[:220, -220:]], [picture[-220:, :220], picture[-220:, -220:]]]
    brightness = [[float(quarter.mean()) for quarter in row] for row in quarters]
    assert np.unravel_index(int(np.argmax(brightness)), (2, 2)) == corner


def test_without_a_target_all_is_dimmed_and_it_says_so() -> None:
    picture = draw_targets(PAGE, [])
    assert (picture > 200).mean() < 0.01
    assert (picture[220:280, 300:500] > 200).any()


def test_every_target_is_lit() -> None:
    picture = draw_targets(PAGE, [target(200, 150), target(500, 400)])
    assert np.array_equal(picture[395:406, 495:506], PAGE[395:406, 495:506])


def test_the_magnified_view_leaves_a_target_in_its_corner_alone() -> None:
    picture = draw_targets(PAGE, [target(200, 150), target(700, 400)])
    assert picture[320:370, 620:670].max() < 0.5 * PAGE.max()


def test_the_page_is_not_drawn_on() -> None:
    before = PAGE.copy()
    draw_targets(PAGE, [target(200, 150)])
    assert np.array_equal(PAGE, before)


@pytest.mark.parametrize("size", [(1, 1), (5, 300), (60, 40)])
@pytest.mark.parametrize("count", [0, 1])
def test_the_smallest_page_is_no_error(size: tuple[int, int], count: int) -> None:
    page = page_with(width=size[0], height=size[1])
    assert draw_targets(page, [target(size[0] / 2, size[1] / 2)] * count).shape == page.shape


@pytest.mark.parametrize("place", [(0, 0), (799, 499), (799, 0)])
def test_a_target_at_the_edge_is_no_error(place: tuple[int, int]) -> None:
    assert draw_targets(PAGE, [target(*place)]).shape == PAGE.shape
