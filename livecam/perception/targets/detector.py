"""The target detector: searches a page of any size at several scales and turns, with a calibrated score."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from livecam.core.image_files.regions import TiffRegions
from livecam.core.types import Box, Image, check_image
from livecam.perception.targets.close_looks import close_looks
from livecam.perception.targets.image_pyramid import ImagePyramid, factors, is_large
from livecam.perception.targets.interfaces import SegmentationNetwork
from livecam.perception.targets.model_card import SearchSpec
from livecam.perception.targets.peaks import MapPeak, peaks, separate
from livecam.perception.targets.second_look import LOOKED, looked_again
from livecam.perception.targets.tiling import PANEL_PIXELS, Block, blocks, page_maps
from livecam.perception.targets.turns import ANGLES, Turns, turned

_LARGEST = 4.0  # times a page is enlarged at most to be as large as the pages the network knows
_UNRIVALLED = 0.02  # the height that the next best is taken to have where there is none
_HUGE = 0.5  # a page that would be made smaller than this is searched up to its own scale, too
_SEVERAL = 10_000_000  # pixels of a large page that count as one more page
_SMALL_PANEL = 1_000_000  # pixels of such a page that the network sees at once, to need less memory
_WIDE = 2.0  # times as wide as high, from which a picture may be several pages side by side
_PAGE = 1.6  # times as wide as high is one of these
_STEP = 1.4  # from one of these scales to the next
_UNUSUAL = math.log(3)  # of the odds that a peak has less at scales for parts of pages, and up to a map's own
_CLOSE = 24  # places of a page that are looked at closely
_FINER = 1.15  # times as fine as the next, from which the finest scale is one for close looks
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


BlockSpread = Callable[[Sequence[Block], float], Iterable[Sequence[MapPeak]]]  # the peaks of each block at a scale


@dataclass(frozen=True, slots=True)
class TargetDetector:
    """Runs a network as its card says."""

    network: SegmentationNetwork
    search: SearchSpec
    panel_pixels: int = PANEL_PIXELS
    turns: Turns = Turns.NEVER
    spread: BlockSpread | None = None  # who searches the blocks of a page that is read by regions, if others do

    def detect(self, image: Image | TiffRegions, top: int = 5) -> Sequence[Target]:
        """The `top` best candidates of a page (h, w, 3) uint8 BGR, the likeliest first; `is_confident` tells of each
        whether it counts as found. None is a normal answer. ImageError for what is no such page."""
        if not isinstance(image, TiffRegions):
            check_image(image)
        found = self._upright(ImagePyramid.of(image))
        upright = self._targets(found, top)
        if self.turns is Turns.NEVER or (self.turns is Turns.AUTO and any(map(self.is_confident, upright))):
            return upright
        if isinstance(image, TiffRegions):  # too large to be turned
            return upright
        return self._targets(separate((*found, *self._turned(image))), top)

    def is_confident(self, target: Target) -> bool:
        """Whether this one is on the page, rather than only the best candidate."""
        return target.score >= self.search.threshold

    def detect_confident(self, image: Image) -> Sequence[Target]:
        """Only those that count as found."""
        return [target for target in self.detect(image) if self.is_confident(target)]

    def scales(self, size: tuple[int, int]) -> Sequence[float]:
        """The factors that a page of `size` (width, height) is looked at with: those of the card for a page brought to
        the size the network knows, and for one much larger than that also those up to its own scale."""
        known = self._known(size)
        scales = [*self._usual(size), *(known * scale for scale in self.search.cut_outs)]
        if known < _HUGE:
            while max(scales) * _STEP < _STEP**0.5:
                scales.append(max(scales) * _STEP)
        return scales

    def _known(self, size: tuple[int, int]) -> float:
        """The factor that brings a page to the size the network knows."""
        pixels = self.search.page_pixels
        return min(math.sqrt(pixels / math.prod(size)), _LARGEST) if pixels else 1.0

    def _usual(self, size: tuple[int, int]) -> Sequence[float]:
        """The factors for a whole page; a wide picture may be several of these side by side, with smaller targets than
        one page of its area has."""
        scales, (width, height) = [self._known(size) * scale for scale in self.search.scales], size
        if self.search.page_pixels and width > _WIDE * height:
            scales = [min(scales), *(scale * math.sqrt(width / height / _PAGE) for scale in scales)]
        return scales

    def sizes(self, size: tuple[int, int]) -> tuple[float, float]:
        """The smallest and the largest target that is looked for on a page of `size`, pixels (root of its area)."""
        typical, scales = math.sqrt(math.prod(self.search.box)), self.scales(size)
        return _FITTING[0] * typical / max(scales), _FITTING[1] * typical / min(scales)

    def _at_scales(self, page: ImagePyramid, scales: Sequence[tuple[float, bool]]) -> Iterator[MapPeak]:
        """Of the whole page, at each scale; with it whether the scale is one of a whole page, or one of a part."""
        for scale, usual in scales:
            image, factor = page.level(scale)
            for peak in self._peaks(image, scale * factor):
                placed = _enlarged(peak, factor) if factor > 1 else peak
                yield placed if usual else _likelier(placed, -_UNUSUAL)

    def _upright(self, page: ImagePyramid) -> list[MapPeak]:
        """The peaks at all scales, the highest first; those at the finest usual one only where others show some."""
        size = (page.image.shape[1], page.image.shape[0])
        usual = self._usual(size)
        *others, finest = sorted(usual)
        closely = bool(others) and finest >= _FINER * others[-1]
        whole = [(scale, k < len(usual)) for k, scale in enumerate(self.scales(size))]
        found = separate(self._at_scales(page, [each for each in whole if not closely or each[0] != finest]))
        if closely:
            found = separate((*found, *self._close(page.image, finest, found[:_CLOSE])))
        best = found[: _looked(page.image)]
        return self._looked_again(
            page, found, [any(abs(peak.scale / scale - 1) < 1e-6 for scale in usual) for peak in best]
        )

    def _looked_again(self, page: ImagePyramid, found: Sequence[MapPeak], usual: Sequence[bool]) -> list[MapPeak]:
        """As many of the best as `usual` tells of by their second look, and no other above these; with it whether each
        was seen at a scale of a whole page."""
        if not self.search.looks or not usual:
            return list(found)
        count = len(usual)
        before = [
            peak if common else _likelier(peak, _UNUSUAL) for peak, common in zip(found[:count], usual, strict=True)
        ]
        seen = looked_again(self.network, page, before, self.search)
        looked = [peak if common else _likelier(peak, -_UNUSUAL) for peak, common in zip(seen, usual, strict=True)]
        least = min(peak.raw for peak in looked)
        others = (peak._replace(raw=min(peak.raw, least)) for peak in found[count:])
        return sorted((*looked, *others), key=lambda peak: -peak.raw)

    def _turned(self, image: Image) -> Iterator[MapPeak]:
        """Turned pages are searched at the smallest usual scale; the best places of all of them at the others, too."""
        smallest, *others = sorted(self._usual((image.shape[1], image.shape[0])))
        pages = {angle: page for angle in ANGLES if (page := turned(image, angle))}
        levels = {angle: ImagePyramid.of(page.image) for angle, page in pages.items()}
        found = {angle: separate(self._at_scales(level, [(smallest, True)])) for angle, level in levels.items()}
        least = _nth_highest(found.values(), _CLOSE)
        for angle, page in pages.items():
            places = [peak for peak in found[angle] if peak.raw >= least]
            looks = (peak for scale in others for peak in self._close(page.image, scale, places))
            found[angle] = separate((*found[angle], *looks))
        least = _nth_highest(found.values(), LOOKED)
        for angle, page in pages.items():
            best = [True for peak in found[angle] if peak.raw >= least]
            # No less likely: on a page that lies wrongly the network sees less than on an upright one.
            for peak in self._looked_again(levels[angle], found[angle], best):
                yield page.back(peak._replace(turn=angle))

    def _close(self, image: Image | TiffRegions, scale: float, places: Sequence[MapPeak]) -> Iterator[MapPeak]:
        return close_looks(self.network, image, scale, places, self.search.box)

    def _peaks(self, image: Image | TiffRegions, scale: float) -> Iterator[MapPeak]:
        context = self.network.margin + 3 * max(self.search.box)
        parts = list(blocks((image.shape[1], image.shape[0]), scale, context))
        if self.spread is not None and isinstance(image, TiffRegions):
            for found in self.spread(parts, scale):
                yield from found
            return
        for block in parts:
            yield from self.block_peaks(image, block, scale)

    def block_peaks(self, image: Image | TiffRegions, block: Block, scale: float) -> list[MapPeak]:
        """The peaks of the part of a page that is a block's own, in page pixels."""
        part = image[block.rows.start : block.rows.stop, block.columns.start : block.columns.stop]
        most = min(self.panel_pixels, _SMALL_PANEL) if is_large(image) else self.panel_pixels
        maps = page_maps(self.network, part, scale=scale, panel_pixels=most)
        placed = (_on_page(peak, part, scale, block) for peak in peaks(maps, self.network.stride, self.search.box))
        return [peak for peak in placed if block.owns(peak.x, peak.y)]

    def _targets(self, found: Sequence[MapPeak], top: int) -> Sequence[Target]:
        return [self._target(peak, _rival(found, peak)) for peak in found[:top]]

    def _target(self, peak: MapPeak, rival: float) -> Target:
        score = self.search.calibration.score(peak.raw, rival)
        return Target(peak.x, peak.y, score, peak.box, peak.raw, peak.scale, peak.turn)


def _looked(image: Image | TiffRegions) -> int:
    """How many candidates are looked at again: on a large page, which may have many targets, as on several pages."""
    pixels = image.shape[0] * image.shape[1]
    return LOOKED * math.ceil(pixels / _SEVERAL) if is_large(image) else LOOKED


def _rival(found: Sequence[MapPeak], peak: MapPeak) -> float:
    """The height of the best of the other peaks of the page."""
    return next((other.raw for other in found if other is not peak), _UNRIVALLED)


def _nth_highest(groups: Iterable[Sequence[MapPeak]], count: int) -> float:
    """The height that so many peaks of all groups have."""
    heights = sorted((peak.raw for group in groups for peak in group), reverse=True)
    return heights[min(count, len(heights)) - 1] if heights else 0.0


def _likelier(peak: MapPeak, more: float) -> MapPeak:
    """The peak with so much more of log-odds."""
    odds = math.log(max(peak.raw, 1e-6) / max(1 - peak.raw, 1e-6)) + more
    return peak._replace(raw=1 / (1 + math.exp(-odds)))


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
