"""The detector: places in page pixels at any scale, and scores that decide."""

from __future__ import annotations

import math
from threading import Event

import numpy as np
import pytest

from livecam.core.types import Image
from livecam.perception.targets.detector import Target, TargetDetector
from livecam.perception.targets.interfaces import SegmentationMaps
from livecam.perception.targets.model_card import SearchSpec, TargetConfidenceCalibration
from livecam.perception.targets.network import CancellableNetwork, SearchCancelledError
from tests.livecam.perception.targets.networks import DISC, SEARCH, RedDiscs, page_with

SEVERAL = SEARCH.model_copy(update={"scales": (0.5, 1.0, 2.0)})


def find(page: Image, search: SearchSpec = SEARCH, top: int = 5) -> list[Target]:
    return list(TargetDetector(RedDiscs(), search).detect(page, top))


def off(target: Target, x: float, y: float) -> float:
    return max(abs(target.x - x), abs(target.y - y))


def test_the_likeliest_comes_first() -> None:
    places = [(400, 300), (500, 60), (100, 100)]
    page = page_with(*((x, y, red) for (x, y), red in zip(places, (1.0, 0.8, 0.6), strict=True)))
    assert max(off(target, x, y) for target, (x, y) in zip(find(page)[:3], places, strict=True)) < 2.5


@pytest.mark.parametrize("radius", [DISC / 2, DISC, DISC * 2])
def test_a_target_of_any_size_is_found_at_the_scale_that_fits_it(radius: float) -> None:
    target = find(page_with((400, 250, 1), radius=radius), SEVERAL)[0]
    assert (off(target, 400, 250) < 3, 0.7 < target.box.width / (2 * radius) < 1.4) == (True, True)


def test_what_is_seen_at_several_scales_is_one_target() -> None:
    several = SEARCH.model_copy(update={"scales": (0.8, 1.0, 1.25)})
    assert sum(off(target, 400, 250) < 20 for target in find(page_with((400, 250, 1)), several)) == 1


def test_no_more_than_asked_for() -> None:
    page = page_with((100, 100, 0.6), (400, 300, 1.0), (500, 60, 0.8))
    assert [len(find(page, top=top)) for top in (0, 1, 2)] == [0, 1, 2]


def test_two_targets_do_not_deny_each_other() -> None:
    search = SEARCH.model_copy(update={"calibration": TargetConfidenceCalibration(height=1.0, bias=0.0)})
    alone, two = find(page_with((400, 300, 0.8)), search), find(page_with((400, 300, 0.8), (100, 100, 0.8)), search)
    assert [target.score for target in two[:2]] == pytest.approx([alone[0].score] * 2, abs=0.02)


def test_a_scale_for_cut_outs_finds_what_is_too_large_and_trusts_it_less() -> None:
    large = page_with((400, 200, 1), radius=3 * DISC)
    cut_outs = SEARCH.model_copy(update={"cut_outs": (1 / 3,)})
    found, usual = find(large, cut_outs)[0], find(page_with((400, 200, 1)), cut_outs)[0]
    assert (off(found, 400, 200) < 4, found.scale, usual.scale) == (True, pytest.approx(1 / 3), 1.0)
    assert found.score < usual.score


def test_a_map_is_searched_up_to_its_own_scale_in_blocks() -> None:
    known = SEARCH.model_copy(update={"page_pixels": 640 * 400 // 9})
    detector = TargetDetector(RedDiscs(), known)
    assert max(detector.scales((640, 400))) == pytest.approx(1, abs=0.2)
    assert detector.sizes((640, 400))[0] < 2 * DISC < detector.sizes((640, 400))[1]


def test_small_scales_of_a_map_are_searched_in_an_overview(monkeypatch: pytest.MonkeyPatch) -> None:
    page = page_with((400, 250, 1), (100, 120, 0.9), radius=2 * DISC)
    whole = find(page, SEVERAL)
    for name in ("_LARGE", "_OVERVIEW"):
        monkeypatch.setattr(f"livecam.perception.targets.image_pyramid.{name}", 640 * 400 // 4)
    found = find(page, SEVERAL)
    assert (found[0].scale, found[1].scale) == (0.5, 0.5)
    assert max(off(one, two.x, two.y) for one, two in zip(found[:2], whole[:2], strict=True)) < 3


def test_blocks_find_the_same_as_the_whole_page(monkeypatch: pytest.MonkeyPatch) -> None:
    page = page_with((320, 200, 1), (255, 130, 0.9), (500, 60, 0.8))
    whole = find(page)
    monkeypatch.setattr("livecam.perception.targets.tiling._BLOCK_SIDE", 150)
    assert np.allclose([target[:3] for target in find(page)], [target[:3] for target in whole], atol=0.6)


def test_a_page_of_grey_has_nothing_to_show() -> None:
    assert find(np.full((300, 300, 3), 128, np.uint8)) == []


def test_a_score_decides_by_the_threshold() -> None:
    detector = TargetDetector(RedDiscs(), SEARCH)
    sure, unsure = detector.detect(page_with((400, 300, 1.0), (100, 100, 0.3)), 2)
    assert [detector.is_confident(sure), detector.is_confident(unsure)] == [True, False]


def test_panels_find_the_same_as_the_whole_page() -> None:
    page = page_with((255, 130, 1), (400, 300, 0.9), (321, 60, 0.8))
    panels = TargetDetector(RedDiscs(), SEVERAL, panel_pixels=20_000).detect(page)
    assert np.allclose([target[:3] for target in panels], [target[:3] for target in find(page, SEVERAL)], atol=1e-3)


@pytest.mark.parametrize("size", [(1, 1), (7, 300), (30, 30)])
def test_a_page_smaller_than_a_target_is_no_error(size: tuple[int, int]) -> None:
    page = np.zeros((size[1], size[0], 3), np.uint8)
    page[..., 2] = 255
    assert all(0 <= target.x <= size[0] - 1 and 0 <= target.y <= size[1] - 1 for target in find(page, SEVERAL))


def test_a_box_ends_at_the_edge_of_the_page() -> None:
    box = find(page_with((3, 3, 1)))[0].box
    assert (box.x, box.y) == (0, 0)


def test_a_page_is_brought_to_the_size_the_network_knows_pages_in() -> None:
    page = page_with((400, 250, 1), radius=DISC / 2)
    known = SEARCH.model_copy(update={"page_pixels": 4 * page.shape[0] * page.shape[1]})
    target = find(page, known)[0]
    assert off(target, 400, 250) < 2.5
    assert target.peak_height > find(page)[0].peak_height


def test_a_search_ends_at_the_next_panel_when_it_is_given_up() -> None:
    ended, network = Event(), RedDiscs()

    class Ending(RedDiscs):
        def __call__(self, panel: Image) -> SegmentationMaps:
            ended.set()
            return network(panel)

    with pytest.raises(SearchCancelledError):
        TargetDetector(CancellableNetwork(Ending(), ended), SEARCH, panel_pixels=20_000).detect(page_with())
    assert len(network.seen) == 1


def test_a_search_that_may_be_given_up_finds_the_same() -> None:
    page = page_with((400, 300, 1))
    assert TargetDetector(CancellableNetwork(RedDiscs(), Event()), SEARCH).detect(page) == find(page)


def test_on_a_large_page_more_candidates_are_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    page = page_with(*((40 + 60 * k, 200, 1 - 0.05 * k) for k in range(10)))
    detector = TargetDetector(RedDiscs(), SEARCH.model_copy(update={"looks": (0.9, 1.0)}))
    few = [target.peak_height for target in detector.detect(page, 10)]
    monkeypatch.setattr("livecam.perception.targets.detector.LOOKED", 10)
    ten = [target.peak_height for target in detector.detect(page, 10)]
    monkeypatch.undo()
    monkeypatch.setattr("livecam.perception.targets.image_pyramid._LARGE", 200_000)
    monkeypatch.setattr("livecam.perception.targets.detector._SEVERAL", 150_000)
    large = [target.peak_height for target in detector.detect(page, 10)]
    assert large == ten
    assert large != few


def test_a_wide_picture_is_also_searched_as_several_pages_side_by_side() -> None:
    detector = TargetDetector(RedDiscs(), SEARCH.model_copy(update={"page_pixels": 256_000}))
    assert detector.scales((640, 400)) == [1.0]
    assert detector.scales((1280, 400)) == pytest.approx([math.sqrt(0.5), 1.0])
    assert detector.scales((400, 1280)) == pytest.approx([math.sqrt(0.5)])
    (best, *_) = detector.detect(page_with((1000, 300, 1), width=1280))
    assert (best.x, best.y, best.scale) == pytest.approx((1000, 300, 1.0), abs=1)
