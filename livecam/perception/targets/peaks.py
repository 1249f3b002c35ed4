"""Peak detection and non-maximum suppression: reads targets out of segmentation maps."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import cv2
import numpy as np

from livecam.core.types import Box
from livecam.perception.targets.interfaces import Map, SegmentationMaps

_LOWEST = 0.02  # what is below is not looked at
_MOST = 64  # a map
_PART = 0.5  # of a cell, from which it belongs to a component
_NEAR = 0.6  # of the mean side of a box: what is nearer is the same target
_SMALLEST, _LARGEST = 1 / 3, 3.0  # of the typical box's sides: other components are not one target


class HeadSize(NamedTuple):
    width: float
    height: float


class MapPeak(NamedTuple):
    """A place where a target may be, in pixels; `raw` is the height of the map there.

    A box begins with its first pixel: one of 4 pixels from 0 on has its middle at 1.5.
    """

    x: float
    y: float
    raw: float
    box: Box
    scale: float = 1.0  # of the picture, enlarged by so much
    turn: float = 0.0  # degrees clockwise that it was turned by


def peaks(maps: SegmentationMaps, stride: int, typical: HeadSize) -> list[MapPeak]:
    """The highest first, in pixels of the picture that the maps are of; equal heights side by side are one.

    The box is that of the peak's component of the mask, or `typical` about the peak when there is no component of a
    target's size.
    """
    cells = _local_maxima(maps.centre)
    return separate(_peak(maps, cell, stride, typical) for cell in cells)


def separate(found: Iterable[MapPeak]) -> list[MapPeak]:
    """Non-maximum suppression: the highest first, without those that are too near a higher one."""
    kept: list[MapPeak] = []
    for peak in sorted(found, key=lambda peak: -peak.raw):
        if not any(_same(better, peak) for better in kept):
            kept.append(peak)
    return kept


def _same(better: MapPeak, peak: MapPeak) -> bool:
    # By the larger of both: after a second look the one with the larger box may be the likelier of one target.
    reach = _NEAR * max(box.width + box.height for box in (better.box, peak.box)) / 2
    return math.hypot(better.x - peak.x, better.y - peak.y) < reach


def _local_maxima(centre: Map) -> Sequence[tuple[int, int]]:
    """Cells (row, column) that no neighbour is above, the highest first."""
    around = cv2.dilate(centre, np.ones((3, 3), np.uint8))
    rows, columns = np.nonzero((centre >= around) & (centre > _LOWEST))
    order = np.argsort(-centre[rows, columns], kind="stable")[:_MOST]
    return list(zip(rows[order].tolist(), columns[order].tolist(), strict=True))


def _peak(maps: SegmentationMaps, cell: tuple[int, int], stride: int, typical: HeadSize) -> MapPeak:
    row, column = cell
    x = (column + _vertex(maps.centre[row], column) + 0.5) * stride - 0.5
    y = (row + _vertex(maps.centre[:, column], row) + 0.5) * stride - 0.5
    box = _component(maps.mask, cell, stride, typical)
    if box is None:
        box = Box(x + 0.5 - typical.width / 2, y + 0.5 - typical.height / 2, *typical)
    return MapPeak(x, y, float(maps.centre[row, column]), box)


def _vertex(line: Map, at: int) -> float:
    """How far, in cells, the vertex of the parabola through a maximum and its two neighbours is off, within +-0.5."""
    if not 0 < at < len(line) - 1:
        return 0.0
    before, here, after = (float(value) for value in line[at - 1 : at + 2])
    bend = 2 * here - before - after
    return (after - before) / 2 / bend if bend > 1e-9 else 0.0


def _component(mask: Map, cell: tuple[int, int], stride: int, typical: HeadSize) -> Box | None:
    """The box of what hangs together with the cell, looked for no further than a target can reach."""
    reach_x, reach_y = (math.ceil(_LARGEST * side / stride) + 1 for side in typical)
    top, left = max(0, cell[0] - reach_y), max(0, cell[1] - reach_x)
    window = mask[top : cell[0] + reach_y + 1, left : cell[1] + reach_x + 1]
    inside = (window > _PART).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(inside, connectivity=8)
    label = int(labels[cell[0] - top, cell[1] - left])
    if label == 0:
        return None
    x, y, width, height = (int(value) * stride for value in stats[label][:4])
    sides = (width / typical.width, height / typical.height)
    if not all(_SMALLEST <= side <= _LARGEST for side in sides):
        return None
    return Box(left * stride + x, top * stride + y, width, height)
