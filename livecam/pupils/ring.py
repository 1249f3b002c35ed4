"""How much a place looks like the centre of a limbus: a ring across which it turns from dark iris to bright white."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]  # (h, w)

# The lids hide the top of most irises, often the bottom, hardly ever the sides.
_SIDE_WEIGHT, _BOTTOM_WEIGHT, _TOP_WEIGHT = 1.0, 0.4, 0.13
_EDGE_WIDTH = 1.0  # standard deviation of the ring's edge, pixels


@dataclass(frozen=True, slots=True, eq=False)
class RingBank:
    """Radial edge filters of several radii, all applied to a block of places at once by one matrix product.

    After the radial symmetry idea of Daugman (1993, integro-differential operator) and Timm & Barth (2011, gradients
    that point at the centre), with a known radius and weights for what the lids usually hide.
    """

    radii: tuple[float, ...]
    reach: int  # the filters span 2 * reach + 1 pixels
    weights: Plane  # (2 * (2 * reach + 1) ** 2, radii), horizontal then vertical gradients

    @classmethod
    def of(cls, radii: Sequence[float], reach: int, edge_width: float = _EDGE_WIDTH) -> RingBank:
        return cls(tuple(radii), reach, np.column_stack([_filter(r, reach, edge_width) for r in radii]))

    def respond(self, gradients: Plane, low: tuple[int, int], size: tuple[int, int]) -> Plane:
        """The response at a block of `size` (width, height) places from `low` (x, y) on: (height, width, radii).

        `gradients` is (2, h, w); the block must keep `reach` pixels from its border. A dark disc on white with a slope
        of one level a pixel all round answers 1.
        """
        span = 2 * self.reach + 1
        left, top = low[0] - self.reach, low[1] - self.reach
        width, height = size
        region = gradients[:, top : top + height + span - 1, left : left + width + span - 1]
        plane, row, column = region.strides
        windows = np.lib.stride_tricks.as_strided(
            region, (height, width, 2, span, span), (row, column, plane, row, column), writeable=False
        )
        answer: Plane = windows.reshape(height * width, -1) @ self.weights
        return answer.reshape(height, width, -1)


def gradients(levels: Plane) -> Plane:
    """Horizontal and vertical slopes (2, h, w), levels a pixel."""
    return np.stack(
        [cv2.Sobel(levels, cv2.CV_32F, 1, 0, scale=1 / 8), cv2.Sobel(levels, cv2.CV_32F, 0, 1, scale=1 / 8)]
    )


def _filter(radius: float, reach: int, edge_width: float) -> Plane:
    steps = np.arange(-reach, reach + 1)
    x, y = np.meshgrid(steps, steps)
    distance = np.hypot(x, y) + 1e-9
    sideways = (x / distance) ** 2
    weight = _SIDE_WEIGHT * sideways + np.where(y > 0, _BOTTOM_WEIGHT, _TOP_WEIGHT) * (1 - sideways)
    weight = weight * np.exp(-0.5 * ((distance - radius) / edge_width) ** 2)
    weight /= weight.sum()
    both: Plane = np.concatenate([(weight * x / distance).ravel(), (weight * y / distance).ravel()]).astype(np.float32)
    return both
