"""What crops are made of, in which shares: counted on pages on which each kind can be told by its colour."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from livecam.core.types import Box, Image
from tests.training.target_detector.drawn import make_page, plain_image
from training.target_detector.data.augmentation import NONE, ColourJitter
from training.target_detector.data.dataset import LabelledPage
from training.target_detector.data.sampling import CropSample, MinedPeak, Sampler, SamplingMix

FREE = SamplingMix(size=96, true=0.0, pasted=0.0, mined=0.0, jitter=NONE)
PASTED = replace(FREE, pasted=1.0)
LARGE = make_page(box=Box(0, 0, 150, 100))
COUNT = 250


def sampler(mix: SamplingMix, *pages: LabelledPage, peaks: tuple[MinedPeak, ...] = ()) -> Sampler:
    made = Sampler(pages or (make_page(),), mix, np.random.default_rng(0))
    made.peaks = peaks
    return made


def share(own: Sampler, of: Callable[[CropSample], bool]) -> float:
    """Of the crops of a sampler."""
    return float(np.mean([of(own.sample()) for _ in range(COUNT)]))


def green(made: CropSample) -> bool:
    return bool((made.crop == (0, 255, 0)).all(axis=2).any())


def with_green() -> tuple[LabelledPage, MinedPeak]:
    """A page on which the model was wrong at a green place."""
    image = plain_image(box=Box(200, 120, 30, 30))
    image[40:60, 300:320] = (0, 255, 0)
    return replace(make_page(), read=lambda: image), MinedPeak(0, Box(300, 40, 20, 20), 0.9)


def rising() -> LabelledPage:
    """A page whose blue is the column."""
    image: Image = np.zeros((250, 250, 3), np.uint8)
    image[..., 0] = np.arange(250)
    return LabelledPage("rising.png", 250, 250, (Box(240, 240, 5, 5),), lambda: image)


def test_crops_are_free_of_a_target_that_takes_an_eighth_of_its_page() -> None:
    assert share(sampler(FREE, LARGE), lambda made: bool(made.mask.any()) or len(made.heads) > 0) == 0


@pytest.mark.parametrize("true", [0.2, 0.6])
def test_so_many_crops_are_around_a_target(true: float) -> None:
    assert share(sampler(replace(FREE, true=true)), lambda made: len(made.heads) > 0) == pytest.approx(true, abs=0.09)


@pytest.mark.parametrize("pasted", [0.2, 0.7])
def test_so_many_of_the_others_get_something_pasted(pasted: float) -> None:
    own = sampler(replace(PASTED, pasted=pasted, decoys=0.0))
    assert share(own, lambda made: bool(made.mask.any())) == pytest.approx(pasted, abs=0.09)


def test_so_much_of_what_is_pasted_is_a_decoy() -> None:
    # A third of the crops get two pieces, and only two decoys leave them without a head.
    without = 2 / 3 * 0.7 + 1 / 3 * 0.7**2
    own = sampler(replace(PASTED, decoys=0.7))
    assert share(own, lambda made: not made.mask.any()) == pytest.approx(without, abs=0.09)


@pytest.mark.parametrize("mined", [0.3, 0.7])
def test_so_many_of_the_others_are_cut_where_the_model_was_wrong(mined: float) -> None:
    page, peak = with_green()
    assert share(sampler(replace(FREE, mined=mined), page, peaks=(peak,)), green) == pytest.approx(mined, abs=0.1)


def test_half_of_the_decoys_are_what_the_model_took_for_targets() -> None:
    page, peak = with_green()
    one = replace(PASTED, decoys=1.0, sides=(30.0, 30.0))
    assert 0.3 < share(sampler(one, page, peaks=(peak,)), lambda made: _greenish(made.crop)) < 0.75


def _greenish(crop: Image) -> bool:
    level = crop.astype(int)
    return int(((level[..., 1] > 215) & (level[..., 0] < 60)).sum()) > 40


def test_no_decoy_is_cut_out_of_a_target() -> None:
    own = sampler(replace(PASTED, decoys=1.0, sides=(40.0, 40.0)), LARGE)
    assert share(own, lambda made: int(_red(made.crop).sum()) > 700) == 0


def _red(crop: Image) -> NDArray[np.bool_]:
    return (crop[..., 2] > 200) & (crop[..., :2].max(axis=2) < 50)


def test_half_of_the_crops_are_mirrored() -> None:
    own = sampler(FREE, rising())
    assert share(own, lambda made: made.crop[0, 0, 0] > made.crop[0, -1, 0]) == pytest.approx(0.5, abs=0.1)


def test_pages_are_seen_in_half_to_twice_their_size() -> None:
    own, page = sampler(replace(FREE, size=192), rising()), rising()
    spans = [int(np.ptp(own.sample().crop[..., 0])) + 1 for _ in range(COUNT)]
    factors = np.quantile(192 / np.array(spans) / page.working, [0.02, 0.98])
    assert factors == pytest.approx([0.5, 1.9], rel=0.15)


def test_pasted_heads_are_of_all_sizes() -> None:
    own = sampler(replace(PASTED, decoys=0.0))
    sides = [side for _ in range(COUNT) for *_, side in own.sample().heads]
    assert np.quantile(sides, [0.02, 0.98]) == pytest.approx([18.5, 62.5], rel=0.08)


def test_colours_and_sharpness_of_crops_vary() -> None:
    image = np.full((300, 400, 3), (60, 120, 90), np.uint8)
    page = replace(make_page(), read=lambda: image)
    crops = [sampler(replace(FREE, jitter=ColourJitter(strength, 0.0)), page) for strength in (0.0, 1.0)]
    spread = [np.std([own.sample().crop.mean() for _ in range(40)]) for own in crops]
    assert (spread[0], spread[1] > 5) == (0, True)
