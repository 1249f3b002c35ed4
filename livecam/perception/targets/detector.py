"""The target detector: searches a page of any size at several scales, with a calibrated score."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from livecam.core.types import Box, Image, check_image
from livecam.perception.targets.image_pyramid import factors
from livecam.perception.targets.interfaces import SegmentationNetwork
from livecam.perception.targets.model_card import SearchSpec
from livecam.perception.targets.peaks import MapPeak, peaks, separate
from livecam.perception.targets.tiling import PANEL_PIXELS, page_maps

_LARGEST = 3.0  # times a page is enlarged at most to be as large as the pages the network knows
_UNRIVALLED = 0.02  # the height that the next best is taken to have where there is none


class Target(NamedTuple):
    """Where a target may be, in page pixels."""

    x: float
    y: float
    score: float  # 0..1, the calibrated probability that this is one
    box: Box
    peak_height: float  # the height of the centre map, 0..1


@dataclass(frozen=True, slots=True)
class TargetDetector:
    """Runs a network as its card says."""

    network: SegmentationNetwork
    search: SearchSpec
    panel_pixels: int = PANEL_PIXELS

    def detect(self, image: Image, top: int = 5) -> Sequence[Target]:
        """The `top` best candidates of a page (h, w, 3) uint8 BGR, the likeliest first; `sure` tells of each whether
        it counts as found. None is a normal answer. ImageError for what is no such page."""
        check_image(image)
        found = separate(peak for scale in self._scales(image) for peak in self._peaks(image, scale))
        return [self._target(peak, _rival(found, peak)) for peak in found[:top]]

    def is_confident(self, target: Target) -> bool:
        """Whether this one is on the page, rather than only the best candidate."""
        return target.score >= self.search.threshold

    def detect_confident(self, image: Image) -> Sequence[Target]:
        """Only those that count as found."""
        return [target for target in self.detect(image) if self.is_confident(target)]

    def _scales(self, image: Image) -> Sequence[float]:
        """Those of the card, for a page brought to the size of the pages the network knows."""
        height, width = image.shape[:2]
        pixels = self.search.page_pixels
        known = min(math.sqrt(pixels / (width * height)), _LARGEST) if pixels else 1.0
        return [known * scale for scale in self.search.scales]

    def _peaks(self, image: Image, scale: float) -> Iterator[MapPeak]:
        maps = page_maps(self.network, image, scale=scale, panel_pixels=self.panel_pixels)
        for peak in peaks(maps, self.network.stride, self.search.box):
            yield _on_page(peak, image, scale)

    def _target(self, peak: MapPeak, rival: float) -> Target:
        score = self.search.calibration.score(peak.raw, rival)
        return Target(peak.x, peak.y, score, peak.box, peak.raw)


def _rival(found: Sequence[MapPeak], peak: MapPeak) -> float:
    """The height of the best of the other peaks of the page."""
    return next((other.raw for other in found if other is not peak), _UNRIVALLED)


def _on_page(peak: MapPeak, image: Image, scale: float) -> MapPeak:
    """From the scaled page to the page, where the box is cut off at the edges."""
    height, width = image.shape[:2]
    along, down = factors(image, scale)
    left, top = max(0.0, peak.box.x / along), max(0.0, peak.box.y / down)
    right = min(float(width), (peak.box.x + peak.box.width) / along)
    bottom = min(float(height), (peak.box.y + peak.box.height) / down)
    return MapPeak(
        min(max((peak.x + 0.5) / along - 0.5, 0.0), width - 1.0),
        min(max((peak.y + 0.5) / down - 0.5, 0.0), height - 1.0),
        peak.raw,
        Box(left, top, max(1.0, right - left), max(1.0, bottom - top)),
    )
