"""The opening of an eye as two smooth curves, and how they move when the eye looks up, down or blinks."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Grid = NDArray[np.float32]
_Place = tuple[float, float]  # along, across

# Iris radii: how far above and below the eye skin gives way, and how much of it moves stiffly along with a lid.
_SKIN_ABOVE, _SKIN_BELOW, _RIM = 2.0, 1.2, 0.35
_LOWER_FOLLOWS = 0.4
_LOWER_RISES = 0.15


@dataclass(frozen=True, slots=True, eq=False)
class LidCurves:
    """Upper and lower lid as cubics over the line of the eye's corners, in iris radii around the iris centre.

    `axis` is the unit vector (2,) in pixels from the image-left to the image-right corner.
    """

    axis: NDArray[np.float64]
    corners: NDArray[np.float64]  # (2, 2) along, across
    bulges: NDArray[np.float64]  # (2, 2) upper, lower: constant and slope of the cubic's free part
    radius: float

    @classmethod
    def through(cls, lids: ArrayLike, *, centre: ArrayLike, radius: float) -> LidCurves:
        """The curves through six lid points (6, 2) in pixels, in the order of `Face.lids`."""
        (x, y), points = np.asarray(centre, np.float64).tolist(), np.asarray(lids, np.float64).tolist()
        cos, sin = points[3][0] - points[0][0], points[3][1] - points[0][1]
        width = max(math.hypot(cos, sin), 1e-6)
        cos, sin = cos / width, sin / width
        level = [
            (((px - x) * cos + (py - y) * sin) / radius, ((py - y) * cos - (px - x) * sin) / radius)
            for px, py in points
        ]
        left, right = level[0], level[3]
        upper, lower = _bulge(left, right, level[1], level[2]), _bulge(left, right, level[5], level[4])
        return cls(np.array([cos, sin]), np.array([left, right]), np.array([upper, lower]), radius)

    def at(self, along: Grid) -> tuple[Grid, Grid]:
        """Where the upper and the lower lid are, across the eye, at each `along`; they meet in the corners."""
        share = self.share(along)
        chord = self.corners[0, 1] + (self.corners[1, 1] - self.corners[0, 1]) * share
        hump = share * (1 - share)
        upper, lower = (chord + hump * (start + slope * share) for start, slope in self.bulges)
        return upper.astype(np.float32, copy=False), lower.astype(np.float32, copy=False)

    def share(self, along: Grid) -> Grid:
        """0 at the image-left corner and beyond, 1 at the image-right corner and beyond."""
        left, right = self.corners[:, 0]
        share: Grid = np.clip((along - np.float32(left)) / np.float32(max(right - left, 1e-3)), 0, 1)
        return share

    def reach(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The lowest and the highest pixel offset from the iris centre that a moving lid can change."""
        left, right = self.corners[:, 0].tolist()
        upper, lower = self.at(np.linspace(left, right, 9, dtype=np.float32))
        top, bottom = float(upper.min()) - _SKIN_ABOVE, float(lower.max()) + _SKIN_BELOW
        box = np.array([[left, top], [right, top], [right, bottom], [left, bottom]]) * self.radius
        pixels = box @ np.array([self.axis, [-self.axis[1], self.axis[0]]])
        return pixels.min(axis=0) - 1, pixels.max(axis=0) + 1


def _bulge(left: _Place, right: _Place, first: _Place, second: _Place) -> tuple[float, float]:
    width = max(right[0] - left[0], 1e-3)
    shares = [min(max((point[0] - left[0]) / width, 0.15), 0.85) for point in (first, second)]
    heights = [
        (point[1] - left[1] - (right[1] - left[1]) * share) / (share * (1 - share))
        for point, share in zip((first, second), shares, strict=True)
    ]
    slope = (heights[1] - heights[0]) / max(shares[1] - shares[0], 0.2)
    return sum(heights) / 2 - slope * sum(shares) / 2, slope


@dataclass(frozen=True, slots=True)
class LidMotion:
    """How far the lids follow the gaze (`drop`, iris radii, down is positive) and how far they close (0..1)."""

    drop: float
    closing: float

    @property
    def moves(self) -> bool:
        return self.drop != 0 or self.closing != 0

    def moved(self, lids: LidCurves, along: Grid) -> tuple[Grid, Grid]:
        """Where the upper and the lower lid are after the motion."""
        upper, lower = lids.at(along)
        share = lids.share(along)
        follow = np.float32(self.drop) * 4 * share * (1 - share)
        new_upper, new_lower = upper + follow, lower + _LOWER_FOLLOWS * follow
        new_upper = np.minimum(new_upper, np.maximum(new_lower, upper))
        gap = new_lower - new_upper
        closing = np.float32(self.closing)
        return new_upper + closing * (1 - _LOWER_RISES) * gap, new_lower - closing * _LOWER_RISES * gap

    def source(self, lids: LidCurves, along: Grid, across: Grid) -> Grid:
        """For every place on the moved skin, from where across the eye its colour comes."""
        upper, lower = lids.at(along)
        new_upper, new_lower = self.moved(lids, along)
        above = _stretched(upper - across, upper - new_upper, _SKIN_ABOVE)
        below = _stretched(across - lower, new_lower - lower, _SKIN_BELOW)
        inside = upper + (across - new_upper) * (lower - upper) / np.maximum(new_lower - new_upper, 1e-3)
        source: Grid = np.where(across < new_upper, upper - above, np.where(across > new_lower, lower + below, inside))
        return source


def _stretched(height: Grid, moved: Grid, reach: float) -> Grid:
    """The distance from the resting lid whose skin ends up at `height` when the lid's rim goes to `moved`.

    The rim moves stiffly, the skin beyond is stretched or squeezed up to `reach`, where nothing moves.
    """
    rim = moved + _RIM
    share = np.clip((height - rim) / (reach - rim), 0, None)
    beyond = _RIM + share * (reach - _RIM)
    return np.where(height < rim, height - moved, np.where(height < reach, beyond, height))
