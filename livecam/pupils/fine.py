"""The exact centre and radius of an iris around a coarse peak."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.pupils.ring import Manner, Plane, Ring, RingBank, Stack, slopes

_STEP = 0.6
_RADII = 5.4 + _STEP * np.arange(8)
_NARROWINGS = (1.0, 0.85, 0.7)
_RINGS = [Ring(float(radius), narrowing) for narrowing in _NARROWINGS for radius in _RADII]
_BANK = RingBank.of(_RINGS, 11, Manner(edge=0.9, pupil_share=0.1, pupil_radius=0.4, usual_radius=7.8, size_cost=0.006))
_REACH = 3  # how far, in patch pixels, a centre may lie from its coarse peak
_SIDE = 2 * _REACH + 1
_AROUND = _BANK.reach  # patch pixels seen around the places
_OFFSETS = np.arange(_SIDE, dtype=np.float32)
_SHARPNESS = 100.0  # how steeply the weight of a place falls with its response
_OTHER_SIZE_COST, _OTHER_SIZE_MOST = 0.01, 9.0  # for radii that differ between the eyes, a square pixel
_BLUR = 0.7


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Responses around a coarse peak: [row, column, narrowing, radius]."""

    responses: NDArray[np.float32]
    low: tuple[int, int]  # x, y of the first place, patch pixels


class Spot(NamedTuple):
    """An iris in patch pixels, how strong its ring is, and how widely (patch pixels) the strong places are spread."""

    x: float
    y: float
    radius: float
    score: float
    spread: float


def block(levels: Plane, peak: NDArray[np.float64]) -> Block:
    height, width = levels.shape
    left, top = (
        min(max(round(at) - _REACH, _BANK.reach), size - _BANK.reach - _SIDE)
        for at, size in zip(peak[:2].tolist(), (width, height), strict=True)
    )
    # Only what the rings can touch is smoothed.
    seen = slice(top - _AROUND, top + _SIDE + _AROUND), slice(left - _AROUND, left + _SIDE + _AROUND)
    smooth = cv2.GaussianBlur(levels[seen], (5, 5), _BLUR).astype(np.float32, copy=False)
    responses: Stack = _BANK.respond(slopes(smooth), (_AROUND, _AROUND), (_SIDE, _SIDE))
    return Block(responses.reshape(_SIDE, _SIDE, len(_NARROWINGS), len(_RADII)), (left, top))


def spots(first: Block, second: Block) -> tuple[Spot, Spot]:
    """The irises of both eyes, whose radii are drawn together: a person's two irises are of one size."""
    together = first.responses.max(axis=(0, 1, 2)) + second.responses.max(axis=(0, 1, 2))
    usual = _RADII[int(together.argmax())]
    cost = _OTHER_SIZE_COST * np.minimum((_RADII - usual) ** 2, _OTHER_SIZE_MOST).astype(np.float32)
    return _spot(first, cost), _spot(second, cost)


def _spot(block: Block, cost: NDArray[np.float32]) -> Spot:
    responses = block.responses - cost
    row, column, narrowing, ring = map(int, np.unravel_index(int(responses.argmax()), responses.shape))
    peak = float(responses[row, column, narrowing, ring])
    sheet = responses[:, :, narrowing, ring]
    sharp_x, sharp_y = column + _vertex(sheet[row], column), row + _vertex(sheet[:, column], row)
    weight = np.exp((responses - peak) * _SHARPNESS).sum(axis=(2, 3))
    mean_x, mean_y, spread = _moments(weight / weight.sum())
    # The vertex is exact where one ring is clearly right, the mean is steadier where several are nearly so.
    x, y = block.low[0] + (sharp_x + mean_x) / 2, block.low[1] + (sharp_y + mean_y) / 2
    radius = float(_RADII[ring]) + _STEP * _vertex(responses[row, column, narrowing], ring)
    return Spot(x, y, radius, peak, spread)


def _moments(share: NDArray[np.float32]) -> tuple[float, float, float]:
    across, down = share.sum(axis=0), share.sum(axis=1)
    x, y = float(across @ _OFFSETS), float(down @ _OFFSETS)
    variance = float(across @ (_OFFSETS - x) ** 2 + down @ (_OFFSETS - y) ** 2)
    return x, y, variance**0.5


def _vertex(values: NDArray[np.float32], at: int) -> float:
    """Where the parabola through the largest value and its neighbours peaks, in steps from `at`, within half a step."""
    if not 0 < at < len(values) - 1:
        return 0.0
    before, here, after = values[at - 1 : at + 2].tolist()
    bend = before - 2 * here + after
    return min(max((before - after) / (2 * bend), -0.5), 0.5) if bend < 0 else 0.0
