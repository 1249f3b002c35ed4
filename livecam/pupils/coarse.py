"""Where in a pair of eyes an iris may be: peaks of the ring response at half size, weighed together."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.pupils.ring import Manner, Plane, Ring, RingBank, slopes

Peak = NDArray[np.float64]  # (3,): x and y in patch pixels, and score
Peaks = NDArray[np.float64]  # (n, 3), the best first

_RINGS = [Ring(radius, 0.9) for radius in (2.75, 3.25, 3.75, 4.25, 4.75, 5.25)]
_BANK = RingBank.of(_RINGS, 5, Manner(edge=0.6, pupil_share=0.3, pupil_radius=0.33, usual_radius=3.9, size_cost=0.001))
_LOW, _SIZE = (8, 7), (16, 10)  # where in the half-size patch a centre may lie
_NEIGHBOURS = np.ones((3, 3), np.uint8)
_PEAKS = 6
_ELSEWHERE = 4.0  # patch pixels
_MIDDLE_COST, _MIDDLE_REACH = 0.01, (12.0, 6.0)  # patch pixels
_APART_COST, _APART_REACH, _APART_MOST = 0.02, np.array([4.0, 3.0]), 4.0


def peaks(levels: Plane, lid_height: float) -> Peaks:
    """The best places, drawn a little to the middle of the corners and of the lids (`lid_height`, the row between
    them); the best first, never none."""
    half = cv2.resize(levels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA).astype(np.float32, copy=False)
    scores = _BANK.respond(slopes(half), _LOW, _SIZE).max(axis=2)
    rows, columns = np.nonzero(scores >= cv2.dilate(scores, _NEIGHBOURS))
    x, y = 2 * (columns + _LOW[0]) + 0.5, 2 * (rows + _LOW[1]) + 0.5
    away = ((x - (levels.shape[1] - 1) / 2) / _MIDDLE_REACH[0]) ** 2 + ((y - lid_height) / _MIDDLE_REACH[1]) ** 2
    score = scores[rows, columns] - _MIDDLE_COST * away
    best = np.argsort(-score)[:_PEAKS]
    found: Peaks = np.stack([x, y, score], axis=1)[best]
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
