"""A second look at the best candidates: a little smaller and larger, as they are and mirrored; most of it counts."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from livecam.core.types import Image
from livecam.perception.targets.image_pyramid import ImagePyramid, Interval, LazyScaledImage, factors
from livecam.perception.targets.interfaces import SegmentationNetwork
from livecam.perception.targets.model_card import SearchSpec
from livecam.perception.targets.peaks import HeadSize, MapPeak

LOOKED = 6  # candidates
_MOST = 20  # windows that the network sees at once
_REACH = 0.5  # of a target's side, how far from a candidate's place its peak may be
_LOWEST = 0.002  # nearer to 0 or 1 than this all heights are the same


def looked_again(
    network: SegmentationNetwork,
    page: ImagePyramid,
    found: Sequence[MapPeak],
    search: SearchSpec,
) -> list[MapPeak]:
    """The candidates of a page, each as high as the log-odds of its looks say, at so many times its own scale, as it is
    and mirrored: what is a target looks like one most times (test-time augmentation). The search counts, too, as much
    as the card says."""
    if not search.looks or not found:
        return list(found)
    sizes = search.looks
    views = [(peak, peak.scale * size, mirrored) for peak in found for size in sizes for mirrored in (False, True)]
    heights: list[float] = []
    for first in range(0, len(views), _MOST):
        heights += _heights(network, page, views[first : first + _MOST], search.box)
    each = _log_odds(np.array(heights)).reshape(len(found), -1)
    again = np.median(each, axis=1) if search.middle else each.mean(axis=1)
    before = _log_odds(np.array([peak.raw for peak in found]))
    both = search.first_look * before + (1 - search.first_look) * again
    return [peak._replace(raw=1 / (1 + math.exp(-odds))) for peak, odds in zip(found, both.tolist(), strict=True)]


def _heights(
    network: SegmentationNetwork,
    page: ImagePyramid,
    views: Sequence[tuple[MapPeak, float, bool]],
    typical: HeadSize,
) -> list[float]:
    """The height of the centre map about each candidate; all windows lie side by side in one picture."""
    reach = math.ceil(_REACH * math.sqrt(math.prod(typical)))
    half = -(-(network.margin + reach) // network.multiple) * network.multiple
    across = math.ceil(math.sqrt(len(views)))
    sheet = np.zeros((-(-len(views) // across) * 2 * half, across * 2 * half, 3), np.uint8)
    for number, (peak, scale, mirrored) in enumerate(views):
        y, x = number // across * 2 * half, number % across * 2 * half
        window = _window(page, peak, scale, half)
        sheet[y : y + 2 * half, x : x + 2 * half] = window[:, ::-1] if mirrored else window
    centre, stride = network(sheet).centre, network.stride
    cells, near = half // stride, -(-reach // stride)
    middles = [((2 * (k // across) + 1) * cells, (2 * (k % across) + 1) * cells) for k in range(len(views))]
    return [float(centre[row - near : row + near, column - near : column + near].max()) for row, column in middles]


def _window(page: ImagePyramid, peak: MapPeak, scale: float, half: int) -> Image:
    """(2 half, 2 half, 3) of the page at `scale`, the candidate in the middle."""
    image, reduced = page.level(scale)
    place = zip((peak.y, peak.x), reversed(factors(image, scale * reduced)), strict=True)
    middles = (round((x + 0.5) / reduced * factor) for x, factor in place)
    rows, columns = (Interval(at - half, at + half) for at in middles)
    return LazyScaledImage(image, scale * reduced).cut(rows, columns)


def _log_odds(heights: NDArray[np.float64]) -> NDArray[np.float64]:
    inside = np.clip(heights, _LOWEST, 1 - _LOWEST)
    odds: NDArray[np.float64] = np.log(inside / (1 - inside))
    return odds
