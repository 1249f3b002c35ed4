"""Drawn crowds: the same for the same seed, exact masks, one target that is small enough, and look-alikes beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from training.engine.files import DatasetError
from training.target_detector.data.crowd_pages.canvas import blank
from training.target_detector.data.crowd_pages.clothing import PIP, anybody, look_alike
from training.target_detector.data.crowd_pages.page import PageSettings, draw_page
from training.target_detector.data.crowd_pages.person import any_pose, draw
from training.target_detector.data.crowd_pages.writer import write_pages
from training.target_detector.data.dataset import open_pages

SMALL = PageSettings(520, 330, (6.0, 8.0))


def test_the_same_seed_draws_the_same_page() -> None:
    assert np.array_equal(draw_page(3, SMALL).image, draw_page(3, SMALL).image)


def test_another_seed_draws_another_page() -> None:
    assert not np.array_equal(draw_page(3, SMALL).image, draw_page(4, SMALL).image)


@pytest.mark.parametrize("seed", range(6))
def test_the_target_is_there_and_tiny(seed: int) -> None:
    share = (draw_page(seed, SMALL).mask > 0).mean()
    assert 0.00005 < share <= 0.001


def test_the_box_is_that_of_the_mask() -> None:
    drawn = draw_page(1, SMALL)
    rows, columns = np.nonzero(drawn.mask)
    assert drawn.box == (columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1)


@pytest.mark.parametrize("seed", range(6))
def test_most_of_the_head_that_is_sought_can_be_seen(seed: int) -> None:
    drawn = draw_page(seed, SMALL)
    assert drawn.box is not None
    assert (drawn.mask > 0).sum() > 0.45 * drawn.box.area


def test_an_empty_page_hides_nobody() -> None:
    drawn = draw_page(1, PageSettings(520, 330, (6.0, 8.0), empty=True))
    assert (drawn.box, int(drawn.mask.max())) == (None, 0)


def test_the_mask_is_where_the_picture_changes() -> None:
    """The head on a blank page: what it covers is what is not paper, but for the soft rim of the outline."""
    canvas = blank(200, 200, (255, 255, 255))
    draw(canvas, any_pose(100, 180, 30, np.random.default_rng(0)), PIP, sought=True)
    drawn_rows = np.nonzero((canvas.image != 255).any(axis=2))[0]
    covered = canvas.mask > 0
    inked = (canvas.image != 255).any(axis=2)
    assert drawn_rows.min() <= np.nonzero(covered)[0].min() + 2
    assert (inked & covered).sum() > 0.55 * covered.sum()


def test_nobody_else_looks_like_the_one_who_is_sought() -> None:
    random = np.random.default_rng(0)
    others = [look_alike(random) for _ in range(200)] + [anybody(random) for _ in range(400)]
    signs = [(look.hat, look.hat_colours, look.glasses) for look in others]
    assert (PIP.hat, PIP.hat_colours, PIP.glasses) not in signs


@pytest.mark.parametrize(("size", "head"), [((300, 300), 30.0), ((520, 330), 14.0)])
def test_a_page_too_small_for_its_heads_is_an_error(size: tuple[int, int], head: float) -> None:
    with pytest.raises(DatasetError, match="too small for heads"):
        draw_page(0, PageSettings(*size, (6.0, head)))


def test_heads_of_no_size_are_an_error() -> None:
    with pytest.raises(DatasetError, match="cannot be drawn"):
        draw_page(0, PageSettings(520, 330, (8.0, 6.0)))


def test_written_pages_are_read_again_with_their_exact_masks(tmp_path: Path) -> None:
    list(write_pages(2, tmp_path, SMALL, seed=1))
    page = open_pages(tmp_path)[1]
    drawn = draw_page(100_004, SMALL)
    assert np.array_equal(page.mask(), drawn.mask)
    assert page.boxes == (drawn.box,)


def test_pages_of_another_seed_have_other_names(tmp_path: Path) -> None:
    for seed in (1, 2):
        list(write_pages(1, tmp_path / str(seed), SMALL, seed=seed))
    assert [open_pages(tmp_path / seed)[0].name for seed in "12"] == ["1-000.png", "2-000.png"]


def test_some_written_pages_may_hide_nobody(tmp_path: Path) -> None:
    list(write_pages(4, tmp_path, SMALL, seed=1, empty=0.5))
    assert [len(page.boxes) for page in open_pages(tmp_path)] == [1, 0, 1, 0]
