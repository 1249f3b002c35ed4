"""The handcrafted baseline: where red and white alternate downwards, as in the well-known jumper."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from livecam.core.scene import Image
from livecam.find.maps import Map, Maps

_PERIODS = (6, 8, 10)  # pixels from one red stripe to the next, at the working size
_WINDOW = (24, 24)  # pixels within which the stripes are added up


@dataclass(frozen=True, slots=True)
class StripeNetwork:
    """No network, but it answers like one."""

    stride: int = 4
    multiple: int = 8
    margin: int = 40

    def __call__(self, panel: Image) -> Maps:
        response = np.max([_striped(panel, period) for period in _PERIODS], axis=0)
        small = cv2.resize(response, None, fx=1 / self.stride, fy=1 / self.stride, interpolation=cv2.INTER_AREA)
        centre = np.clip(small, 0, 1).astype(np.float32)
        return Maps(centre, centre)


def _striped(panel: Image, period: int) -> Map:
    """How much of the surroundings is red with white half a period above and below it, 0..1."""
    blue, green, red = (panel[..., k].astype(np.float32) for k in range(3))
    is_red = np.clip((red - np.maximum(blue, green) - 40) / 60, 0, 1)
    is_white = np.clip((np.minimum(np.minimum(blue, green), red) - 150) / 60, 0, 1)
    half = period // 2
    above, below = np.roll(is_white, half, axis=0), np.roll(is_white, -half, axis=0)
    # The edges wrap around; a target is never on the first or last rows.
    alternating: Map = cv2.boxFilter(is_red * above * below, -1, _WINDOW).astype(np.float32)
    return alternating * 4
