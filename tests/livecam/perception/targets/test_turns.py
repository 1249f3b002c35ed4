"""Turned pages: places and boxes come back to the page as it is."""

from __future__ import annotations

import numpy as np
import pytest

from livecam.core.types import Box, Image
from livecam.perception.targets.detector import TargetDetector
from livecam.perception.targets.interfaces import SegmentationMaps
from livecam.perception.targets.peaks import MapPeak
from livecam.perception.targets.turns import ANGLES, Turns, turned
from tests.livecam.perception.targets.networks import SEARCH, RedDiscs, page_with


@pytest.mark.parametrize("angle", ANGLES)
def test_a_place_comes_back_from_a_turned_page(angle: float) -> None:
    image = np.zeros((60, 90, 3), np.uint8)
    image[20:26, 60:64] = 255
    page = turned(image, angle)
    assert page is not None
    rows, columns = np.nonzero(page.image[..., 0] > 190)
    box = Box(columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1)
    back = page.back(MapPeak(columns.mean(), rows.mean(), 0.5, box))
    assert np.abs(np.array([back.x, back.y, *back.box]) - [61.5, 22.5, 60, 20, 4, 6]).max() <= 1.5


def test_turned_pages_are_searched_where_nothing_is_found_or_always() -> None:
    page, empty = page_with((400, 300, 1)), page_with()
    counts = {}
    for turns in Turns:
        for name, image in (("page", page), ("empty", empty)):
            network = RedDiscs()
            TargetDetector(network, SEARCH, turns=turns).detect(image)
            counts[turns.value, name] = len(network.seen)
    assert counts == {
        ("auto", "page"): 1,
        ("auto", "empty"): 6,
        ("always", "page"): 6,
        ("always", "empty"): 6,
        ("never", "page"): 1,
        ("never", "empty"): 1,
    }


def test_a_target_that_only_shows_on_a_turned_page_says_so() -> None:
    class Upright(RedDiscs):
        """Sees nothing on a page that is wider than high."""

        def __call__(self, panel: Image) -> SegmentationMaps:
            maps = RedDiscs.__call__(self, panel)
            return maps if panel.shape[0] > panel.shape[1] else SegmentationMaps(0 * maps.centre, maps.mask)

    found = TargetDetector(Upright(), SEARCH, turns=Turns.AUTO).detect(page_with((400, 300, 1)))[0]
    assert (found.turn in (90, 270), abs(found.x - 400) < 3, abs(found.y - 300) < 3) == (True, True, True)
