"""The target detector: searches a page of any size at several scales and turns, with a calibrated score."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from livecam.core.image_files.regions import TiffRegions
from livecam.core.types import Box, Image, check_image
from livecam.perception.targets.image_pyramid import factors, overview
from livecam.perception.targets.interfaces import SegmentationNetwork
from livecam.perception.targets.model_card import SearchSpec
from livecam.perception.targets.peaks import MapPeak, peaks, separate
from livecam.perception.targets.tiling import PANEL_PIXELS, Block, blocks, page_maps
from livecam.perception.targets.turns import ANGLES, Turns, turned

_LARGEST = 4.0  # times a page is enlarged at most to be as large as the pages the network knows
_UNRIVALLED = 0.02  # the height that the next best is taken to have where there is none
_HUGE = 0.5  # a page that would be made smaller than this is searched up to its own scale, too
_LARGE = 40_000_000  # pixels of a page whose smaller scales are searched in an overview
_OVERVIEW = 16_000_000  # pixels of that at most
_STEP = 1.4  # from one of these scales to the next
_UNUSUAL = math.log(3)  # of the odds that a peak has less at scales for parts of pages, and up to a map's own
_FITTING = (0.6, 1.5)  # of the typical target's size: what the network takes for one at a single scale


class Target(NamedTuple):
    """Where a target may be, in page pixels."""

    x: float
    y: float
    score: float  # 0..1, the calibrated probability that this is one
    box: Box
    peak_height: float  # the height of the centre map, 0..1
    scale: float = 1.0  # the page was enlarged by so much where it was seen best
    turn: float = 0.0  # degrees clockwise that the page was turned by


@dataclass(frozen=True, slots=True)
class TargetDetector:
    """Runs a network as its card says."""

    network: SegmentationNetwork
    search: SearchSpec
    panel_pixels: int = PANEL_PIXELS
    turns: Turns = Turns.NEVER

    def detect(self, image: Image | TiffRegions, top: int = 5) -> Sequence[Target]:
        """The `top` best candidates of a page (h, w, 3) uint8 BGR, the likeliest first; `is_confident` tells of each
        whether it counts as found. None is a normal answer. ImageError for what is no such page."""
        if not isinstance(image, TiffRegions):
            check_image(image)
        scales = self.scales((image.shape[1], image.shape[0]))
        found = separate(self._at_scales(image, scales))
        upright = self._targets(found, top)
        if self.turns is Turns.NEVER or (self.turns is Turns.AUTO and any(map(self.is_confident, upright))):
            return upright
        if isinstance(image, TiffRegions):  # too large to be turned
            return upright
        return self._targets(separate((*found, *self._turned(image, scales))), top)

    def is_confident(self, target: Target) -> bool:
        """Whether this one is on the page, rather than only the best candidate."""
        return target.score >= self.search.threshold

    def detect_confident(self, image: Image) -> Sequence[Target]:
        """Only those that count as found."""
        return [target for target in self.detect(image) if self.is_confident(target)]

    def scales(self, size: tuple[int, int]) -> Sequence[float]:
        """The factors that a page of `size` (width, height) is looked at with: those of the card for a page brought to
        the size the network knows, and for one much larger than that also those up to its own scale."""
        width, height = size
        pixels = self.search.page_pixels
        known = min(math.sqrt(pixels / (width * height)), _LARGEST) if pixels else 1.0
        scales = [known * scale for scale in (*self.search.scales, *self.search.cut_outs)]
        if known < _HUGE:
            while max(scales) * _STEP < _STEP**0.5:
                scales.append(max(scales) * _STEP)
        return scales

    def sizes(self, size: tuple[int, int]) -> tuple[float, float]:
        """The smallest and the largest target that is looked for on a page of `size`, pixels (root of its area)."""
        typical, scales = math.sqrt(math.prod(self.search.box)), self.scales(size)
        return _FITTING[0] * typical / max(scales), _FITTING[1] * typical / min(scales)

    def _at_scales(self, image: Image | TiffRegions, scales: Sequence[float]) -> Iterator[MapPeak]:
        small, factor = overview(image, _OVERVIEW) if image.shape[0] * image.shape[1] > _LARGE else (image, 1)
        for number, scale in enumerate(scales):
            usual = number < len(self.search.scales)
            reduced = factor > 1 and scale <= 1 / factor
            found = self._peaks(small, scale * factor) if reduced else self._peaks(image, scale)
            for peak in found:
                placed = _enlarged(peak, factor) if reduced else peak
                yield placed if usual else placed._replace(raw=_less_likely(placed.raw))

    def _turned(self, image: Image, scales: Sequence[float]) -> Iterator[MapPeak]:
        for angle in ANGLES:
            if page := turned(image, angle):
                for peak in self._at_scales(page.image, scales):
                    # No less likely: on a page that lies wrongly the network sees less than on an upright one.
                    yield page.back(peak._replace(turn=angle))

    def _peaks(self, image: Image | TiffRegions, scale: float) -> Iterator[MapPeak]:
        context = self.network.margin + 3 * max(self.search.box)
        for block in blocks((image.shape[1], image.shape[0]), scale, context):
            part = image[block.rows.start : block.rows.stop, block.columns.start : block.columns.stop]
            maps = page_maps(self.network, part, scale=scale, panel_pixels=self.panel_pixels)
            for peak in peaks(maps, self.network.stride, self.search.box):
                placed = _on_page(peak, part, scale, block)
                if block.owns(placed.x, placed.y):
                    yield placed

    def _targets(self, found: Sequence[MapPeak], top: int) -> Sequence[Target]:
        return [self._target(peak, _rival(found, peak)) for peak in found[:top]]

    def _target(self, peak: MapPeak, rival: float) -> Target:
        score = self.search.calibration.score(peak.raw, rival)
        return Target(peak.x, peak.y, score, peak.box, peak.raw, peak.scale, peak.turn)


def _rival(found: Sequence[MapPeak], peak: MapPeak) -> float:
    """The height of the best of the other peaks of the page."""
    return next((other.raw for other in found if other is not peak), _UNRIVALLED)


def _less_likely(height: float) -> float:
    odds = math.log(max(height, 1e-6) / max(1 - height, 1e-6)) - _UNUSUAL
    return 1 / (1 + math.exp(-odds))


def _enlarged(peak: MapPeak, factor: int) -> MapPeak:
    """From the overview of a page to the page."""
    x, y = ((place + 0.5) * factor - 0.5 for place in (peak.x, peak.y))
    return peak._replace(x=x, y=y, box=Box(*(side * factor for side in peak.box)), scale=peak.scale / factor)


def _on_page(peak: MapPeak, part: Image, scale: float, block: Block) -> MapPeak:
    """From the scaled part to the page, where the box is cut off at the edges."""
    height, width = part.shape[:2]
    along, down = factors(part, scale)
    left, top = max(0.0, peak.box.x / along), max(0.0, peak.box.y / down)
    right = min(float(width), (peak.box.x + peak.box.width) / along)
    bottom = min(float(height), (peak.box.y + peak.box.height) / down)
    x, y = block.columns.start, block.rows.start
    return MapPeak(
        x + float(np.clip((peak.x + 0.5) / along - 0.5, 0.0, width - 1.0)),
        y + float(np.clip((peak.y + 0.5) / down - 0.5, 0.0, height - 1.0)),
        peak.raw,
        Box(x + left, y + top, max(1.0, right - left), max(1.0, bottom - top)),
        scale,
    )
