"""Working size and search scales of a target, chosen from the boxes that are there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from livecam.core.types import Box
from livecam.perception.targets.model_card import SearchSpec, TargetConfidenceCalibration
from livecam.perception.targets.peaks import HeadSize
from training.engine.files import DatasetError
from training.target_detector.data.dataset import LabelledPage

NETWORK_SIDE = 36.0  # pixels of the typical target as the network sees it: root of the area of its box
SMALLEST = 4.0  # pixels of a typical target; what is smaller has nothing to be told by
_ENLARGED = 4.0  # times a page is enlarged at most
_REDUCED = 0.05
_LEAST, _MOST = 0.6, 1.5  # of NETWORK_SIDE: a target of any size is at least once seen within these
_USUAL = (0.7, 1.0, 1.3)
CUT_OUTS = (0.5, 0.36, 0.25)  # a part of a page is brought to a page's size, which makes its targets too large
_STEP = 1.4
_MOST_SCALES = 10


@dataclass(frozen=True)
class SearchPlan:
    """How pages are brought to the size the network works at, and at which scales they are searched."""

    page_pixels: int  # a page is brought to so many; 0 when targets have a size in pixels, whatever the page
    native: float  # the factor of every page when page_pixels is 0
    scales: tuple[float, ...]
    cut_outs: tuple[float, ...]  # smaller scales, for parts of pages
    box: HeadSize  # the typical target as the network sees it

    def factor(self, page: LabelledPage) -> float:
        if not self.page_pixels:
            return self.native
        return min(math.sqrt(self.page_pixels / (page.width * page.height)), _ENLARGED)

    def prepared(self, pages: Sequence[LabelledPage]) -> tuple[LabelledPage, ...]:
        """The pages with their factors."""
        return tuple(replace(page, factor=self.factor(page)) for page in pages)

    def search(self, calibration: TargetConfidenceCalibration, threshold: float = 0.5) -> SearchSpec:
        factor = 1.0 if self.page_pixels else self.native
        scales = tuple(round(min(max(scale * factor, _REDUCED), 4.0), 4) for scale in self.scales)
        return SearchSpec(
            scales=tuple(sorted(set(scales))),
            cut_outs=self.cut_outs,
            page_pixels=self.page_pixels,
            box=self.box,
            calibration=calibration,
            threshold=threshold,
        )


@dataclass(frozen=True)
class BoxSizes:
    """The sides of all targets (roots of their areas), in pixels and as shares of their pages' sides."""

    pages: tuple[LabelledPage, ...]

    @cached_property
    def _boxes(self) -> list[tuple[LabelledPage, Box]]:
        return [(page, box) for page in self.pages for box in page.boxes]

    @cached_property
    def pixels(self) -> NDArray[np.float64]:
        return np.array([side(box) for _, box in self._boxes])

    @cached_property
    def shares(self) -> NDArray[np.float64]:
        return np.array([side(box) / math.sqrt(page.width * page.height) for page, box in self._boxes])


def side(box: Box) -> float:
    """The root of the area."""
    return math.sqrt(box.width * box.height)


def plan(pages: Sequence[LabelledPage]) -> SearchPlan:
    """Whatever varies less decides: targets that are a share of their page, as in scans of any resolution, or that have
    a size in pixels, as on maps. DatasetError for targets too small to be told from anything."""
    sizes = BoxSizes(tuple(pages))
    typical = float(np.median(sizes.pixels))
    if typical < SMALLEST:
        raise DatasetError(
            f"the targets are {typical:.1f} pixels large (root of the area of the boxes, median); they need"
            f" {SMALLEST:g} at least: scan the pages finer, or draw the boxes around the whole target"
        )
    as_shares = _spread(sizes.shares) <= _spread(sizes.pixels) + 1e-6
    median = float(np.median(sizes.shares if as_shares else sizes.pixels))
    if not as_shares and NETWORK_SIDE / median < _REDUCED / min(_USUAL):
        as_shares, median = True, float(np.median(sizes.shares))
    relative = (sizes.shares if as_shares else sizes.pixels) / median
    page_pixels = min(round((NETWORK_SIDE / median) ** 2), 100_000_000) if as_shares else 0
    native = min(NETWORK_SIDE / median, _ENLARGED)
    scales = _scales(relative)
    cut_outs = tuple(scale for scale in CUT_OUTS if as_shares and scale < min(scales) / 1.2)
    made = SearchPlan(page_pixels, native, scales, cut_outs, HeadSize(1, 1))
    return replace(made, box=_typical_box(made, pages))


def _spread(values: NDArray[np.float64]) -> float:
    return float(np.log(values).std())


def _scales(relative: NDArray[np.float64]) -> tuple[float, ...]:
    """Scales that bring the smallest and the largest of the targets near the size the network knows best."""
    least, most = (float(value) for value in np.quantile(relative, (0.05, 0.95)))
    scales = list(_USUAL)
    while least * max(scales) < _LEAST and len(scales) < _MOST_SCALES:
        scales.append(round(max(scales) * _STEP, 3))
    while most * min(scales) > _MOST and len(scales) < _MOST_SCALES:
        scales.append(round(min(scales) / _STEP, 3))
    return tuple(sorted(scales))


def _typical_box(made: SearchPlan, pages: Sequence[LabelledPage]) -> HeadSize:
    sizes = [
        (box.width * factor, box.height * factor)
        for page in pages
        for factor in (made.factor(page),)
        for box in page.boxes
    ]
    width, height = np.median(np.array(sizes), axis=0)
    return HeadSize(max(1.0, round(float(width), 1)), max(1.0, round(float(height), 1)))


def in_words(made: SearchPlan, pages: Sequence[LabelledPage]) -> str:
    """What size of target will be looked for, in the pixels of the pictures."""
    sizes = BoxSizes(tuple(pages))
    least, middle, most = np.quantile(sizes.pixels, (0, 0.5, 1))
    kind = "a share of the page" if made.page_pixels else "a size in pixels, whatever the picture's"
    return (
        f"{len(sizes.pixels)} targets of {least:.0f} to {most:.0f} pixels (median {middle:.0f}), taken for {kind};"
        f" searched at {len(made.scales)} scales, where the network sees the typical one"
        f" {made.box.width:.0f}x{made.box.height:.0f} pixels large"
    )
