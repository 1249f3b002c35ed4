"""Close looks: what small windows say is what the whole page says there, for a fraction of the work."""

from __future__ import annotations

import numpy as np
import pytest

from livecam.core.types import Box, Image
from livecam.perception.targets.close_looks import close_looks
from livecam.perception.targets.detector import TargetDetector
from livecam.perception.targets.peaks import MapPeak
from livecam.perception.targets.turns import Turns
from tests.livecam.perception.targets.networks import DISC, SEARCH, RedDiscs, page_with

PLACES = [(8, 8), (400, 250), (320, 200), (632, 388), (200, 114)]


def whole(page: Image, scale: float) -> list[MapPeak]:
    return list(TargetDetector(RedDiscs(), SEARCH)._peaks(page, scale))


@pytest.mark.parametrize("scale", [0.7, 1.0, 1.3])
def test_a_window_says_what_the_whole_page_says(scale: float) -> None:
    page = page_with(*((x, y, 0.9) for x, y in PLACES[1:3]))
    expected = whole(page, scale)[:2]
    seen = sorted(close_looks(RedDiscs(), page, scale, expected, SEARCH.box), key=lambda peak: -peak.raw)
    found = {(round(peak.x, 3), round(peak.y, 3), round(peak.raw, 5)) for peak in seen}
    assert {(round(peak.x, 3), round(peak.y, 3), round(peak.raw, 5)) for peak in expected} <= found


def test_a_target_at_the_edge_of_the_page_is_seen() -> None:
    page = page_with(*((x, y, 1) for x, y in PLACES))
    places = [MapPeak(x + 2, y - 3, 0.5, Box(x, y, 25, 25)) for x, y in PLACES]
    seen = list(close_looks(RedDiscs(), page, 1.0, places, SEARCH.box))
    assert all(any(max(abs(peak.x - x), abs(peak.y - y)) < 4 for peak in seen) for x, y in PLACES)
    assert all(0 <= peak.x <= 639 and 0 <= peak.y <= 399 for peak in seen)


def test_the_finest_scale_is_looked_at_only_where_something_shows() -> None:
    page = page_with((400, 250, 1), (100, 120, 0.9), radius=DISC / 2, width=2000, height=1500)
    search = SEARCH.model_copy(update={"scales": (0.7, 1.0, 2.0)})
    network = RedDiscs()
    found = TargetDetector(network, search).detect(page)
    assert [round(target.scale, 1) for target in found[:2]] == [2.0, 2.0]
    assert sum(height * width for height, width in network.seen) < 2 * 2000 * 1500


def test_turned_pages_cost_less_than_one_upright_search_each() -> None:
    page = page_with((400, 250, 0.2), width=1500, height=1000)
    search = SEARCH.model_copy(update={"scales": (0.7, 1.0, 1.3)})
    seen = {}
    for turns in (Turns.NEVER, Turns.ALWAYS):
        network = RedDiscs()
        TargetDetector(network, search, turns=turns).detect(page)
        seen[turns] = sum(height * width for height, width in network.seen)
    assert seen[Turns.ALWAYS] < 4 * seen[Turns.NEVER]


def test_no_places_are_no_work() -> None:
    network = RedDiscs()
    assert list(close_looks(network, np.zeros((90, 90, 3), np.uint8), 1.0, [], SEARCH.box)) == []
    assert network.seen == []
