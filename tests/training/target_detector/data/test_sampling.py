"""Crops to learn from: what is promised of each kind, and that the seam of a paste tells nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from livecam.core.types import Box
from tests.training.target_detector.drawn import make_page, plain_image
from training.engine.files import DatasetError
from training.target_detector.data import augmentation, photographs
from training.target_detector.data.augmentation import NONE, ColourJitter
from training.target_detector.data.sampling import MinedPeak, Sampler, SamplingMix, cut

PAGES = [make_page("1.png"), make_page("2.png", Box(90, 200, 36, 30), seed=3)]
STILL = SamplingMix(size=96, jitter=NONE)
TUTORIAL = SamplingMix(size=224, true=0.34, pasted=0, mined=0, jitter=NONE)


def sampler(mix: SamplingMix = STILL, seed: int = 0) -> Sampler:
    return Sampler(PAGES, mix, np.random.default_rng(seed))


def test_the_same_seed_gives_the_same_crops() -> None:
    one, other = (sampler(SamplingMix(size=96), 5) for _ in range(2))
    assert all(np.array_equal(one.sample().crop, other.sample().crop) for _ in range(8))


def test_crops_around_a_target_have_its_centre_on_the_mask() -> None:
    own = sampler(replace(STILL, true=1.0))
    for _ in range(30):
        made = own.sample()
        x, y, _ = made.heads[0]
        assert made.mask[int(y), int(x)] == 255


def test_the_rest_is_free_of_the_target() -> None:
    own = sampler(replace(STILL, true=0.0, pasted=0.0))
    assert not any(own.sample().mask.any() for _ in range(60))


def test_the_tutorials_mix_has_a_third_of_targets() -> None:
    own = sampler(TUTORIAL)
    share = np.mean([len(own.sample().heads) > 0 for _ in range(400)])
    assert share == pytest.approx(0.34, abs=0.07)


def test_decoys_are_no_targets() -> None:
    own = sampler(replace(STILL, true=0.0, pasted=1.0, decoys=1.0))
    assert not any(len(made.heads) or made.mask.any() for made in (own.sample() for _ in range(40)))


def test_pasted_targets_are_as_large_as_was_asked() -> None:
    own = sampler(replace(STILL, true=0.0, pasted=1.0, decoys=0.0, sides=(30.0, 30.0)))
    sides = [side for _ in range(40) for *_, side in own.sample().heads]
    assert sides == [30.0] * len(sides)
    assert len(sides) > 20


def test_what_is_pasted_looks_like_the_target() -> None:
    own = sampler(replace(STILL, true=0.0, pasted=1.0, decoys=0.0, sides=(30.0, 30.0)))
    reddish = []
    for _ in range(40):
        made = own.sample()
        inside = made.crop[made.mask > 0]
        if len(inside) > 300:
            reddish.append(inside[:, 2].mean() - inside[:, 0].mean())
    # Half of the cutouts keep their colours: jitter is off.
    assert np.median(reddish) > 100


def test_mined_places_are_cut_where_the_model_was_wrong() -> None:
    own = sampler(replace(STILL, true=0.0, pasted=0.0, mined=1.0, sides=(20.0, 20.0)))
    page = make_page("3.png", None)
    image = plain_image()
    image[40:60, 300:320] = (0, 255, 0)
    own.pages = (*own.pages, replace(page, read=lambda: image))
    own.peaks = (MinedPeak(2, Box(300, 40, 20, 20), 0.9),)
    assert all((made.crop == (0, 255, 0)).all(axis=2).any() for made in (own.sample() for _ in range(20)))


def test_a_mirrored_crop_has_its_centres_mirrored() -> None:
    own = sampler(replace(STILL, true=1.0))
    for _ in range(30):
        made = own.sample()
        rows, columns = np.nonzero(made.mask)
        whole = len(rows) > 0.98 * made.heads[0][2] ** 2
        if whole:
            assert made.heads[0][0] == pytest.approx(columns.mean(), abs=1.5)


def test_a_cut_brings_a_page_to_the_scale_asked_for() -> None:
    made = cut(PAGES[0], np.array([180.0, 100.0]), 2.0, 96)
    assert made.heads[0] == pytest.approx([(215 - 180) * 2 - 0.5, (135 - 100) * 2 - 0.5, 60])


def test_a_paste_keeps_what_is_away_from_it() -> None:
    crop, mask = plain_image(96, 96), np.zeros((96, 96), np.uint8)
    before = crop.copy()
    cutout = augmentation.target(PAGES[0], PAGES[0].boxes[0], 20.0, np.random.default_rng(0))
    augmentation.paste(crop, mask, cutout, (20.0, 20.0))
    assert np.array_equal(crop[:, 70:], before[:, 70:])


def test_targets_and_decoys_have_the_same_feather() -> None:
    box = PAGES[0].boxes[0]
    one = augmentation.target(PAGES[0], box, 30.0, np.random.default_rng(4))
    other = augmentation.decoy(PAGES[0], Box(50, 50, box.width, box.height), 30.0, np.random.default_rng(4))
    assert np.array_equal(one.alpha, other.alpha)


def test_the_rim_of_a_cutout_is_soft() -> None:
    alpha = augmentation.target(PAGES[0], PAGES[0].boxes[0], 30.0, np.random.default_rng(4)).alpha
    assert ((alpha > 0.1) & (alpha < 0.9)).sum() > 0.1 * (alpha >= 0.9).sum()


def test_a_miscoloured_target_is_no_target() -> None:
    cutout = augmentation.target(PAGES[0], PAGES[0].boxes[0], 30.0, np.random.default_rng(0))
    assert not augmentation.miscoloured(cutout, np.random.default_rng(0)).mask.any()


def test_what_is_occluded_is_not_on_the_mask() -> None:
    crop, mask = plain_image(96, 96), np.full((96, 96), 255, np.uint8)
    augmentation.occlude(crop, mask, Box(20, 20, 40, 40), np.random.default_rng(0))
    assert 0 < (mask == 0).sum() < 40 * 40 * 0.4


def test_no_jitter_changes_nothing() -> None:
    image = plain_image(64, 64)
    random = np.random.default_rng(0)
    assert np.array_equal(NONE.resolve(NONE.recolour(image, random), random), image)


def test_grey_is_grey() -> None:
    image = ColourJitter(grey=1.0).recolour(plain_image(64, 64), np.random.default_rng(0))
    spread = image.astype(int).max(axis=2) - image.min(axis=2)
    # The inks differ a little from channel to channel even so.
    assert np.median(spread) < 60


def test_pages_without_a_target_are_nothing_to_learn_from() -> None:
    with pytest.raises(DatasetError, match="nothing to learn"):
        Sampler([make_page(box=None)], STILL, np.random.default_rng(0))


def test_a_page_smaller_than_a_crop_is_an_error() -> None:
    with pytest.raises(DatasetError, match="a crop needs 512x512"):
        Sampler(PAGES, replace(STILL, size=512), np.random.default_rng(0))


def test_heads_and_masks_of_crops_that_are_askew_stay_together() -> None:
    made = sampler(replace(STILL, true=1.0, askew=1.0, jitter=ColourJitter(1.0, 0.0)), 4)
    seen = 0
    for _ in range(40):
        crop = made.sample()
        for x, y, side in crop.heads:
            rows, columns = np.nonzero(crop.mask)
            if 0.6 * side < x < 96 - 0.6 * side and 0.6 * side < y < 96 - 0.6 * side:
                seen += 1
                assert np.hypot(columns.mean() - x, rows.mean() - y) < 0.2 * side
    assert seen > 5


def test_light_changes_how_bright_a_crop_is() -> None:
    crop = plain_image(96, 96)
    shown = [photographs.lit(crop, np.random.default_rng(seed)) for seed in range(5)]
    assert {(image.shape, image.dtype) for image in shown} == {(crop.shape, crop.dtype)}
    assert all(abs(image.mean() - crop.mean()) > 2 for image in shown)
