"""Hard negative mining: peaks of the network on training pages where there is no target."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from livecam.core.types import Box
from livecam.perception.targets.interfaces import Map, SegmentationNetwork
from livecam.perception.targets.tiling import page_maps
from training.target_detector.data.augmentation import Random
from training.target_detector.data.dataset import LabelledPage
from training.target_detector.data.sampling import MinedPeak

_EACH = 25  # peaks a page
_LEAST = 0.05  # of the height of the map
_NEAR = 7  # cells in which only the highest peak counts
_TYPICAL = 36  # pixels of a head at the size that was looked at
_GROWN = 0.75  # of a target's size around it that is not a false place


def mine(
    network: SegmentationNetwork,
    pages: Sequence[LabelledPage],
    random: Random,
    earlier: Sequence[MinedPeak] = (),
    *,
    share: float = 0.5,
) -> tuple[MinedPeak, ...]:
    """The highest false peaks: of a share of the pages, looked at in one random scale each, and for the others those
    that were found earlier."""
    looked = set(random.permutation(len(pages))[: max(1, round(share * len(pages)))].tolist())
    looked |= set(range(len(pages))) if not earlier else set()
    kept = [peak for peak in earlier if peak.page not in looked]
    return (*kept, *(peak for number in sorted(looked) for peak in _of_page(network, pages, number, random)))


def _of_page(
    network: SegmentationNetwork, pages: Sequence[LabelledPage], number: int, random: Random
) -> list[MinedPeak]:
    page = pages[number]
    scale = page.working * float(np.exp(random.uniform(np.log(0.65), np.log(1.35))))
    centre = page_maps(network, page.image(), scale=scale).centre
    side, found = _TYPICAL / scale, []
    for row, column, score in _highest(centre, 2 * _EACH, _LEAST):
        x, y = ((place + 0.5) * network.stride / scale for place in (column, row))
        if not _on_target(page, x, y, side):
            found.append(MinedPeak(number, Box(x - side / 2, y - side / 2, side, side), score))
    return found[:_EACH]


def _highest(centre: Map, most: int, least: float) -> list[tuple[int, int, float]]:
    top = cv2.dilate(centre, np.ones((_NEAR, _NEAR), np.uint8))
    rows, columns = np.nonzero((centre >= top) & (centre >= least))
    order = np.argsort(-centre[rows, columns])[:most]
    return [(int(rows[k]), int(columns[k]), float(centre[rows[k], columns[k]])) for k in order]


def _on_target(page: LabelledPage, x: float, y: float, side: float) -> bool:
    return any(
        abs(x - box.x - box.width / 2) < box.width / 2 + _GROWN * side
        and abs(y - box.y - box.height / 2) < box.height / 2 + _GROWN * side
        for box in page.boxes
    )
