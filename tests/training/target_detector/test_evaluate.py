"""What is judged is what a detector says: hits, misses, painted-out pages and pages that come otherwise."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from livecam.core.assets import asset
from livecam.core.types import Box, Image
from livecam.perception.targets.detector import TargetDetector
from livecam.perception.targets.interfaces import SegmentationMaps
from livecam.perception.targets.model_card import SearchSpec, TargetConfidenceCalibration, read_card
from livecam.perception.targets.peaks import HeadSize
from tests.training.target_detector.drawn import make_page
from training.target_detector import recipe
from training.target_detector.data.hard_negative_mining import mine
from training.target_detector.evaluation import StripeBaseline, answer, paint_out, peak_confidence
from training.target_detector.page_changes import CHANGES
from training.target_detector.scores import details

pytestmark = pytest.mark.tensorflow

SEARCH = SearchSpec(
    scales=(1.0,), box=HeadSize(30, 30), calibration=TargetConfidenceCalibration(height=1, lead=0, bias=0)
)


class RedNetwork:
    """Sees what is red."""

    stride, multiple, margin = 4, 8, 16

    def __call__(self, panel: Image) -> SegmentationMaps:
        red = np.clip(panel[..., 2].astype(np.float32) - panel[..., 0].max(initial=0) / 2 - 60, 0, 100) / 100
        mask = cv2.resize(red, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
        centre = cv2.blur(mask, (7, 7), borderType=cv2.BORDER_CONSTANT)
        return SegmentationMaps(centre.astype(np.float32), mask.astype(np.float32))


FINDER = TargetDetector(RedNetwork(), SEARCH)


def test_a_target_that_is_found_is_a_hit_in_its_place() -> None:
    found = answer(FINDER, make_page())
    assert (found.rank, found.strict) == (0, True)


def test_the_chosen_component_is_compared_pixel_by_pixel() -> None:
    assert answer(FINDER, make_page()).pixels > 0.75


def test_a_target_somewhere_else_is_none() -> None:
    page = replace(make_page(), boxes=(Box(10, 10, 30, 30),))
    found = answer(FINDER, page)
    assert (found.rank, found.false > 0) == (None, True)


@pytest.mark.parametrize(("beyond", "rank"), [(2, 0), (8, None)])
def test_a_peak_near_the_box_is_a_hit_up_to_30_pixels_of_2800(beyond: float, rank: int | None) -> None:
    """On a page of 400 pixels these are 4.3; the peak is at the middle of the red square, 215."""
    page = replace(make_page(), boxes=(Box(215 + beyond, 120, 30, 30),))
    found = answer(FINDER, page)
    assert (found.rank, found.strict) == (rank, False)


@pytest.mark.parametrize("name", [name for name in CHANGES if name != "grey"])
def test_boxes_follow_what_is_done_to_the_page(name: str) -> None:
    search = SEARCH.model_copy(update={"page_pixels": 400 * 300})
    assert answer(TargetDetector(RedNetwork(), search), make_page(), CHANGES[name]).rank == 0


def test_the_answers_of_a_model_that_are_right_are_counted() -> None:
    """Of two pages one is told wrongly: its target is said to be where nothing is."""
    card = read_card(asset("models/waldo.tflite"))[0].model_copy(
        update={"scales": (1.0,), "cut_outs": (), "looks": (), "page_pixels": 0, "box": SEARCH.box, "threshold": 0.3}
        | {"calibration": SEARCH.calibration}
    )
    wrong = replace(make_page(), boxes=(Box(10, 10, 30, 30),))
    part = recipe.DetectorUnderTest(TargetDetector(RedNetwork(), card), (make_page(), wrong))
    figures = recipe.evaluate([part], painted=True, changes=False, watch=lambda _, parts, __: parts)
    assert figures["answers"] == {"found": 1, "refused": 1, "of_each": 2}
    assert "1 of 2 found first" in details("waldo", figures)[-1]


def test_a_painted_out_target_is_gone() -> None:
    assert (
        peak_confidence(FINDER, paint_out(make_page()), hit=False).height
        < 0.5 * answer(FINDER, make_page()).targets[0].peak_height
    )


def test_what_is_not_painted_out_stays() -> None:
    page = make_page()
    assert np.array_equal(paint_out(page)[:80], page.image()[:80])


def test_grey_pages_have_no_colour() -> None:
    assert np.ptp(CHANGES["grey"](make_page().image()).image, axis=2).max() == 0


def test_false_peaks_are_mined_away_from_the_target() -> None:
    page = replace(make_page(width=2800, height=1760), boxes=(Box(1000, 1000, 30, 30),))
    mined = mine(RedNetwork(), [page], np.random.default_rng(0))
    assert len(mined) > 0
    assert all(abs(peak.box.x + peak.box.width / 2 - 215) < 40 for peak in mined)


def test_the_target_itself_is_never_mined() -> None:
    assert mine(RedNetwork(), [make_page(width=2800, height=1760)], np.random.default_rng(0)) == ()


def test_the_stripe_filter_sees_red_and_white_stripes() -> None:
    panel = np.full((160, 160, 3), (120, 180, 90), np.uint8)
    for row in range(60, 100, 8):
        panel[row : row + 4, 60:100] = (30, 30, 220)
        panel[row + 4 : row + 8, 60:100] = (250, 250, 250)
    maps = StripeBaseline()(panel)
    row, column = np.unravel_index(int(maps.centre.argmax()), maps.centre.shape)
    assert (abs(row * 4 - 80) < 16, abs(column * 4 - 80) < 16) == (True, True)


def test_the_stripe_filter_sees_nothing_in_plain_colours() -> None:
    assert StripeBaseline()(np.full((160, 160, 3), (30, 30, 220), np.uint8)).centre.max() == 0
