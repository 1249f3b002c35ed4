"""Tiled inference: runs a network over a page of any size, in overlapping panels without visible seams."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from livecam.core.types import Image
from livecam.perception.targets.image_pyramid import Interval, LazyScaledImage
from livecam.perception.targets.interfaces import Map, SegmentationMaps, SegmentationNetwork

# Why panels overlap as they do: docs/decisions/page-panels.md
PANEL_PIXELS = 3_000_000  # most that the network sees at once; it needs some 60 bytes for each
_FEATHER = 32  # pixels over which one panel passes into the next
_LONGEST = 16_384  # pixels, on the page itself as on the scaled page

_BLOCK_SIDE = 3_000  # pixels, of the page or as it is scaled; a larger one is searched in blocks, at constant memory


class Block(NamedTuple):
    """A part of a page that is searched by itself, with what lies around the part that is its own."""

    rows: Interval  # page pixels that are seen
    columns: Interval
    own_rows: tuple[float, float]
    own_columns: tuple[float, float]

    def owns(self, x: float, y: float) -> bool:
        """Whether a place, in page pixels, is this block's to tell of."""
        return self.own_columns[0] <= x < self.own_columns[1] and self.own_rows[0] <= y < self.own_rows[1]


def blocks(size: tuple[int, int], scale: float, context: float) -> Iterator[Block]:
    """A page of `size` (width, height) in parts that overlap by `context` scaled pixels each way; a page of usual size
    is one."""
    (columns, own_columns), (rows, own_rows) = (_spans(length, scale, context) for length in size)
    for row, own_row in zip(rows, own_rows, strict=True):
        for column, own_column in zip(columns, own_columns, strict=True):
            yield Block(row, column, own_row, own_column)


def _spans(length: int, scale: float, context: float) -> tuple[list[Interval], list[tuple[float, float]]]:
    count = max(1, math.ceil(length * max(scale, 1.0) / _BLOCK_SIDE))
    edges = [round(length * k / count) for k in range(count + 1)]
    reach = math.ceil(context / scale)
    seen = [Interval(max(0, low - reach), min(length, high + reach)) for low, high in pairwise(edges)]
    own = [
        (low if k else -math.inf, high if k < count - 1 else math.inf) for k, (low, high) in enumerate(pairwise(edges))
    ]
    return seen, own


class _Strip(NamedTuple):
    """A panel along one axis: what it sees, which cells of it are taken, and with what share."""

    seen: Interval  # pixels of the padded page
    cells: Interval  # of the whole map
    share: NDArray[np.float32]  # (cells,), 0..1; over all strips the shares of a cell sum up to 1


def page_maps(
    network: SegmentationNetwork, image: Image, *, scale: float = 1.0, panel_pixels: int = PANEL_PIXELS
) -> SegmentationMaps:
    """The maps of the whole page (h, w, 3) at `scale`, whose cells are those of the scaled page.

    A page, its sides rounded up, of at most `panel_pixels` goes through the network at once. A larger one is cut into
    equal panels with `network.margin` of context on every side that is not the page's own, and each passes into the
    next: the answer is the same.
    """
    page = LazyScaledImage(image, scale)
    whole = _empty_maps(network, page)
    for rows, columns in _panels(network, page, panel_pixels):
        answer = network(page.cut(rows.seen, columns.seen))
        for total, part in zip(whole, answer, strict=True):
            _add(total, part, rows, columns, network.stride)
    return whole


def _empty_maps(network: SegmentationNetwork, page: LazyScaledImage) -> SegmentationMaps:
    shape = -(-page.height // network.stride), -(-page.width // network.stride)
    return SegmentationMaps(np.zeros(shape, np.float32), np.zeros(shape, np.float32))


def _panels(network: SegmentationNetwork, page: LazyScaledImage, most: int) -> Iterator[tuple[_Strip, _Strip]]:
    longest = int(_LONGEST * min(1.0, page.scale))
    heights, widths = (list(_cuts(network, length, longest)) for length in (page.height, page.width))
    # Of all ways to cut the page, the one that has the network see the least.
    height, width = min(
        ((height, width) for height in heights for width in widths),
        key=lambda cut: (max(0, cut[0].size * cut[1].size - most), cut[0].seen * cut[1].seen),
    )
    columns = _strips(network, page.width, width)
    for row in _strips(network, page.height, height):
        for column in columns:
            yield row, column


class _Cut(NamedTuple):
    """A way to cut one axis: so many panels of this size."""

    panels: int
    size: int

    @property
    def seen(self) -> int:
        return self.panels * self.size


def _cuts(network: SegmentationNetwork, length: int, longest: int) -> Iterator[_Cut]:
    """From one panel to as many as make sense; the first of several is at most `longest` where that can be."""
    overlap = _overlap(network)
    count, size = 1, _rounded_up(length, network.multiple)
    if size <= longest:
        yield _Cut(count, size)
    while size > 2 * overlap + network.multiple:
        count += 1
        size = _rounded_up(math.ceil((length + (count - 1) * overlap) / count), network.multiple)
        if size <= max(longest, 2 * overlap + network.multiple):
            yield _Cut(count, size)


def _strips(network: SegmentationNetwork, length: int, cut: _Cut) -> Sequence[_Strip]:
    multiple, stride = network.multiple, network.stride
    padded, cells = _rounded_up(length, multiple), -(-length // stride)
    context = _rounded_up(network.margin, multiple)
    starts = [0] if cut.panels == 1 else [
        (padded - cut.size) * i // (cut.panels - 1) // multiple * multiple for i in range(cut.panels)
    ]  # fmt: skip
    seen = [Interval(start, start + cut.size) for start in starts]
    trusted = [
        Interval(
            0 if span.start == 0 else (span.start + context) // stride,
            cells if span.stop >= padded else (span.stop - context) // stride,
        )
        for span in seen
    ]
    shares = _shares(trusted, cells)
    return [
        _Strip(span, taken, share[taken.start : taken.stop])
        for span, taken, share in zip(seen, trusted, shares, strict=True)
    ]


def _shares(spans: Sequence[Interval], cells: int) -> NDArray[np.float32]:
    """(spans, cells): each span's weight falls linearly towards an end that another span reaches beyond."""
    at = np.arange(cells) + 0.5
    weights = np.stack([
        np.minimum(at - (span.start if span.start else -cells), (span.stop if span.stop < cells else 2 * cells) - at)
        for span in spans
    ])  # fmt: skip
    weights = np.clip(weights, 0, None)
    shares: NDArray[np.float32] = (weights / weights.sum(axis=0)).astype(np.float32)
    return shares


def _add(total: Map, part: Map, rows: _Strip, columns: _Strip, stride: int) -> None:
    """Adds what one panel says, as far as it is to be trusted."""
    top, left = rows.cells.start - rows.seen.start // stride, columns.cells.start - columns.seen.start // stride
    trusted = part[top : top + rows.cells.length, left : left + columns.cells.length]
    whole = total[rows.cells.start : rows.cells.stop, columns.cells.start : columns.cells.stop]
    whole += trusted * rows.share[:, None] * columns.share


def _overlap(network: SegmentationNetwork) -> int:
    # Rounding may cost a multiple at either end.
    return 2 * (_rounded_up(network.margin, network.multiple) + network.multiple) + _rounded_up(
        _FEATHER, network.multiple
    )


def _rounded_up(length: int, multiple: int) -> int:
    return -(-length // multiple) * multiple
