"""Close looks: small windows of a page, many seen by the network at once, where a coarse search showed something."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from livecam.core.image_files.regions import TiffRegions
from livecam.core.types import Box, Image
from livecam.perception.targets.image_pyramid import Interval, LazyScaledImage, factors
from livecam.perception.targets.interfaces import Map, SegmentationMaps, SegmentationNetwork
from livecam.perception.targets.peaks import HeadSize, MapPeak, peaks

_AROUND = 1.0  # of a target's longer side, each way: how far from a place a peak still belongs to it
_MOST_PIXELS = 1_600_000  # that the network sees at once


class _Window(NamedTuple):
    """A part of the scaled page about a place; the network has its full context wherever the window is trusted."""

    rows: Interval  # scaled pixels
    columns: Interval


def close_looks(
    network: SegmentationNetwork, image: Image | TiffRegions, scale: float, places: Sequence[MapPeak], typical: HeadSize
) -> Iterator[MapPeak]:
    """The peaks near `places` on a page (h, w, 3) at `scale`, in page pixels: those that a search of the whole page
    at this scale has there."""
    page = LazyScaledImage(image, scale)
    along, down = factors(image, scale)
    reach = math.ceil(_AROUND * max(typical))
    half = _rounded_up(network.margin + reach, network.multiple)
    side = 2 * half + network.multiple
    most = max(1, _MOST_PIXELS // side**2)
    windows = list(dict.fromkeys(_window(page, place, (along, down), half, network.multiple) for place in places))
    for first in range(0, len(windows), most):
        shown = windows[first : first + most]
        for window, maps in zip(shown, _seen(network, page, shown, side), strict=True):
            _trust(maps.centre, window, page, network)
            for peak in peaks(maps, network.stride, typical):
                yield _on_page(peak, window, (along, down), image.shape, scale)


def _window(page: LazyScaledImage, place: MapPeak, exact: tuple[float, float], half: int, multiple: int) -> _Window:
    """It begins at a multiple, so that the network's cells are those of the whole page."""
    spans = []
    for at, factor in ((place.y, exact[1]), (place.x, exact[0])):
        start = int((at + 0.5) * factor - 0.5 - half) // multiple * multiple
        spans.append(Interval(start, start + 2 * half + multiple))
    return _Window(*spans)


def _seen(
    network: SegmentationNetwork, page: LazyScaledImage, windows: Sequence[_Window], side: int
) -> Iterator[SegmentationMaps]:
    """What the network says of each window; they lie side by side in one picture."""
    across = math.ceil(math.sqrt(len(windows)))
    down = -(-len(windows) // across)
    sheet = np.zeros((down * side, across * side, 3), np.uint8)
    for number, window in enumerate(windows):
        y, x = number // across * side, number % across * side
        sheet[y : y + side, x : x + side] = page.cut(window.rows, window.columns)
    answer = network(sheet)
    cells = side // network.stride
    for number in range(len(windows)):
        y, x = number // across * cells, number % across * cells
        yield SegmentationMaps(*(np.array(whole[y : y + cells, x : x + cells]) for whole in answer))


def _trust(centre: Map, window: _Window, page: LazyScaledImage, network: SegmentationNetwork) -> None:
    """Takes away what is said without its full context, and beyond the page."""
    margin = _rounded_up(network.margin, network.multiple) // network.stride
    for axis, span, length in ((0, window.rows, page.height), (1, window.columns, page.width)):
        cells = np.arange(centre.shape[axis])
        at = cells * network.stride + span.start
        beyond = (cells < margin) | (cells >= len(cells) - margin) | (at < 0) | (at >= length)
        centre[beyond if axis == 0 else (slice(None), beyond)] = 0


def _on_page(
    peak: MapPeak, window: _Window, exact: tuple[float, float], shape: tuple[int, ...], scale: float
) -> MapPeak:
    (along, down), (height, width) = exact, shape[:2]
    x, y = peak.x + window.columns.start, peak.y + window.rows.start
    box = peak.box
    left, top = max(0.0, (box.x + window.columns.start) / along), max(0.0, (box.y + window.rows.start) / down)
    right = min(float(width), (box.x + box.width + window.columns.start) / along)
    bottom = min(float(height), (box.y + box.height + window.rows.start) / down)
    return MapPeak(
        float(np.clip((x + 0.5) / along - 0.5, 0.0, width - 1.0)),
        float(np.clip((y + 0.5) / down - 0.5, 0.0, height - 1.0)),
        peak.raw,
        Box(left, top, max(1.0, right - left), max(1.0, bottom - top)),
        scale,
    )


def _rounded_up(length: int, multiple: int) -> int:
    return -(-length // multiple) * multiple
