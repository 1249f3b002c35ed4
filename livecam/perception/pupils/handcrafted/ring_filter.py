"""The ring filter: how much a place looks like the centre of an iris, dark inside and bright outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]  # (h, w)
Stack = NDArray[np.float32]  # (n, h, w) or (h, w, n)

# The lids hide the top of most irises, often the bottom, hardly ever the sides.
_SIDE_WEIGHT, _BOTTOM_WEIGHT, _TOP_WEIGHT = 1.0, 0.55, 0.13
# What a ring loses for a size that is 10 % off the usual one, growing with the square of the logarithm.
_SIZE_PENALTY = 0.1


class Ring(NamedTuple):
    """The edge of an iris: its height is twice the radius, its width that times `narrowing`, as it looks aside."""

    radius: float
    narrowing: float = 1.0


class RingParams(NamedTuple):
    """How rings are weighed: the standard deviation of their edge in pixels; the share and the place (in radii) of the
    second edge, that of the pupil proper; the usual radius, and what a radius 10 % off it costs."""

    edge: float
    pupil_share: float
    pupil_radius: float
    usual_radius: float
    size_cost: float


@dataclass(frozen=True, slots=True, eq=False)
class RingBank:
    """Radial edge filters of several sizes, all applied to a block of places by matrix products.

    After Daugman's integro-differential operator (1993) and the means of gradients of Timm & Barth (2011), with known
    sizes, weights for what the lids usually hide, and narrowed rings for irises that are seen from the side.
    """

    rings: tuple[Ring, ...]
    reach: int  # the filters span 2 * reach + 1 pixels
    weights: Plane  # (2 * span ** 2, rings), horizontal then vertical slopes
    cost: NDArray[np.float32]  # (rings,), taken off the response

    @classmethod
    def of(cls, rings: Sequence[Ring], reach: int, manner: RingParams) -> RingBank:
        weights = np.column_stack([_filter(ring, reach, manner) for ring in rings]).astype(np.float32)
        size = np.array([ring.radius * np.sqrt(ring.narrowing) / manner.usual_radius for ring in rings])
        cost = manner.size_cost * (np.log(size) / _SIZE_PENALTY) ** 2
        return cls(tuple(rings), reach, weights, cost.astype(np.float32))

    def respond(self, slopes: Stack, low: tuple[int, int], size: tuple[int, int]) -> Stack:
        """The response at a block of `size` (width, height) places from `low` (x, y) on: (height, width, rings).

        `slopes` is (2, h, w) and contiguous, and the block keeps `reach` pixels from its border. An edge of one level
        a pixel all around a place answers 1.
        """
        span = 2 * self.reach + 1
        left, top = low[0] - self.reach, low[1] - self.reach
        width, height = size
        plane, row, column = slopes.strides
        windows: Stack = np.ndarray(
            (height, width, 2, span, span),
            np.float32,
            slopes,
            offset=top * row + left * column,
            strides=(row, column, plane, row, column),
        )
        # A product for each row: one for the whole block is large enough to wake the threads of the linear algebra
        # library, which on a busy machine wait for each other longer than the product takes.
        answer: Stack = windows.reshape(height, width, -1) @ self.weights - self.cost
        return answer


def slopes(levels: Plane) -> Stack:
    """Horizontal and vertical slopes (2, h, w), levels a pixel."""
    both = np.empty((2, *levels.shape), np.float32)
    cv2.Sobel(levels, cv2.CV_32F, 1, 0, dst=both[0], scale=1 / 8)
    cv2.Sobel(levels, cv2.CV_32F, 0, 1, dst=both[1], scale=1 / 8)
    return both


def _filter(ring: Ring, reach: int, manner: RingParams) -> NDArray[np.float64]:
    steps = np.arange(-reach, reach + 1)
    x, y = np.meshgrid(steps / ring.narrowing, steps)
    distance = np.hypot(x, y) + 1e-9
    sideways = (x / distance) ** 2
    visible = _SIDE_WEIGHT * sideways + np.where(y > 0, _BOTTOM_WEIGHT, _TOP_WEIGHT) * (1 - sideways)
    edges = [
        visible * np.exp(-0.5 * ((distance - radius) / manner.edge) ** 2)
        for radius in (ring.radius, ring.radius * manner.pupil_radius)
    ]
    weight = edges[0] / edges[0].sum() + manner.pupil_share * edges[1] / edges[1].sum()
    # The normal of an ellipse leans towards its narrow side.
    outward = np.stack([x / ring.narrowing, y])
    outward /= np.hypot(*outward) + 1e-9
    column: NDArray[np.float64] = (weight * outward).ravel()
    return column
