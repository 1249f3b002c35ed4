"""Subpixel localisation: the exact centre and radius of an iris around a coarse peak."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.perception.pupils.handcrafted.ring_filter import Plane, Ring, RingBank, RingParams, Stack, slopes

_STEP = 0.6
_RADII = 5.4 + _STEP * np.arange(8)
_NARROWINGS = (1.0, 0.8)
_RINGS = [Ring(float(radius), narrowing) for narrowing in _NARROWINGS for radius in _RADII]
_BANK = RingBank.of(
    _RINGS, 11, RingParams(edge=0.9, pupil_share=0.2, pupil_radius=0.4, usual_radius=7.8, size_cost=0.007)
)
_REACH = 3  # how far, in patch pixels, a centre may lie from its coarse peak
_SIDE = 2 * _REACH + 1
_AROUND = _BANK.reach  # patch pixels seen around the places
_OFFSETS = np.arange(_SIDE, dtype=np.float32)
_SHARPNESS = 100.0  # how steeply the weight of a place falls with its response
_OTHER_SIZE_COST, _OTHER_SIZE_MOST = 0.01, 9.0  # for radii that differ between the eyes, a square pixel
_BLUR = 0.7


# What a centre loses for its place: nothing within _FREE of the half width from the middle of the corners, then _ASIDE
# times the square of what is beyond; and _HIGH times the square of its distance, in _REACH_PX, from the lids' mean row.
_FREE, _ASIDE = 0.3, 0.6
_HIGH, _REACH_PX = 0.0075, 6.0


class EyeOutline(NamedTuple):
    """Where the lids' landmarks are, in patch pixels."""

    x: float  # the middle of the corners
    y: float  # the mean height of the lids
    half_width: float

    def cost(self, x: NDArray[np.float32], y: NDArray[np.float32]) -> Plane:
        """What a centre loses at columns x (w,) and the rows y (h,), (h, w): an iris seldom sits in a corner."""
        beyond = np.maximum(np.abs(x - self.x) / self.half_width - _FREE, 0)
        above = (y - self.y) / _REACH_PX
        cost: Plane = ((_ASIDE * beyond * beyond)[None] + (_HIGH * above * above)[:, None]).astype(np.float32)
        return cost


@dataclass(frozen=True, slots=True, eq=False)
class SearchBlock:
    """Responses around a coarse peak: [row, column, narrowing, radius]."""

    responses: NDArray[np.float32]
    low: tuple[int, int]  # x, y of the first place, patch pixels


class IrisCandidate(NamedTuple):
    """An iris in patch pixels, how strong its ring is, and how widely (patch pixels) the strong places are spread."""

    x: float
    y: float
    radius: float
    score: float
    spread: float


def search_block(levels: Plane, peak: NDArray[np.float64], outline: EyeOutline) -> SearchBlock:
    height, width = levels.shape
    left, top = (
        min(max(round(at) - _REACH, _BANK.reach), size - _BANK.reach - _SIDE)
        for at, size in zip(peak[:2].tolist(), (width, height), strict=True)
    )
    # Only what the rings can touch is smoothed.
    seen = slice(top - _AROUND, top + _SIDE + _AROUND), slice(left - _AROUND, left + _SIDE + _AROUND)
    smooth = cv2.GaussianBlur(levels[seen], (5, 5), _BLUR).astype(np.float32, copy=False)
    responses: Stack = _BANK.respond(slopes(smooth), (_AROUND, _AROUND), (_SIDE, _SIDE))
    responses -= outline.cost(_OFFSETS + np.float32(left), _OFFSETS + np.float32(top))[..., None]
    return SearchBlock(responses.reshape(_SIDE, _SIDE, len(_NARROWINGS), len(_RADII)), (left, top))


def iris_candidates(first: SearchBlock, second: SearchBlock) -> tuple[IrisCandidate, IrisCandidate]:
    """The irises of both eyes, whose radii are drawn together: a person's two irises are of one size."""
    together = first.responses.max(axis=(0, 1, 2)) + second.responses.max(axis=(0, 1, 2))
    usual = _RADII[int(together.argmax())]
    cost = _OTHER_SIZE_COST * np.minimum((_RADII - usual) ** 2, _OTHER_SIZE_MOST).astype(np.float32)
    return _candidate(first, cost), _candidate(second, cost)


def _candidate(block: SearchBlock, cost: NDArray[np.float32]) -> IrisCandidate:
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
    return IrisCandidate(x, y, radius, peak, spread)


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


Peak = NDArray[np.float64]  # (3,): x and y in patch pixels, and score
Peaks = NDArray[np.float64]  # (n, 3), the best first

_COARSE_RINGS = [Ring(radius, 0.9) for radius in (3.25, 3.75, 4.25, 4.75)]
_COARSE_BANK = RingBank.of(
    _COARSE_RINGS, 5, RingParams(edge=0.6, pupil_share=0.15, pupil_radius=0.33, usual_radius=3.9, size_cost=0.001)
)
_LOW, _SIZE = (8, 7), (16, 10)  # where in the half-size patch a centre may lie
_COARSE_X, _COARSE_Y = (
    (2 * (low + np.arange(size)) + 0.5).astype(np.float32) for low, size in zip(_LOW, _SIZE, strict=True)
)
_NEIGHBOURS = np.ones((3, 3), np.uint8)
_PEAKS = 6
_ELSEWHERE = 4.0  # patch pixels
_APART_COST, _APART_REACH, _APART_MOST = 0.02, np.array([4.0, 3.0]), 4.0


def peaks(levels: Plane, outline: EyeOutline) -> Peaks:
    """The best places, less what their place costs; the best first, never none."""
    half = cv2.resize(levels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA).astype(np.float32, copy=False)
    # The cost first: a place on the slope of a stronger one in the corner is no peak before.
    scores = _COARSE_BANK.respond(slopes(half), _LOW, _SIZE).max(axis=2) - outline.cost(_COARSE_X, _COARSE_Y)
    rows, columns = np.nonzero(scores >= cv2.dilate(scores, _NEIGHBOURS))
    score = scores[rows, columns]
    best = np.argsort(-score)[:_PEAKS]
    found: Peaks = np.stack([_COARSE_X[columns], _COARSE_Y[rows], score], axis=1)[best].astype(np.float64)
    return found


def together(left: Peaks, right: Peaks) -> tuple[Peak, Peak]:
    """The pair with the best sum. Eyes look the same way, but one that is cut badly must not drag the other far."""
    apart = (((left[:, None, :2] - right[None, :, :2]) / _APART_REACH) ** 2).sum(axis=2)
    score = left[:, None, 2] + right[None, :, 2] - _APART_COST * np.minimum(apart, _APART_MOST)
    first, second = divmod(int(score.argmax()), len(right))
    return left[first], right[second]


def margin(peaks: Peaks, chosen: Peak) -> float:
    """How much better a peak is than the best one elsewhere; less than nothing when the other eye decided for it."""
    elsewhere = peaks[np.abs(peaks[:, :2] - chosen[:2]).max(axis=1) > _ELSEWHERE, 2]
    return float(chosen[2] - max(elsewhere, default=0.0))
