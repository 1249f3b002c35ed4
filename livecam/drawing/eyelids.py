"""Eyelid curves: the opening of an eye as two smooth curves, and how they move when it looks up, down or blinks."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from livecam.drawing.warping import Grid, clipped

_Place = tuple[float, float]  # along, across

# Iris radii: how far above and below the eye skin gives way, and how much of it moves stiffly along with a lid.
_SKIN_ABOVE, _SKIN_BELOW, _RIM = 2.0, 1.2, 0.35
_LOWER_FOLLOWS = 0.4
LOWER_RISES = 0.15


@dataclass(frozen=True, slots=True, eq=False)
class EyelidCurves:
    """Upper and lower lid as cubics over the line of the eye's corners, in iris radii around the iris centre.

    `axis` is the unit vector (2,) in pixels from the image-left to the image-right corner.
    """

    axis: NDArray[np.float64]
    corners: NDArray[np.float64]  # (2, 2) along, across
    cubics: NDArray[np.float32]  # (2, 4) coefficients, the highest power first, of the upper and the lower lid
    radius: float

    @classmethod
    def through(cls, lids: ArrayLike, *, centre: ArrayLike, radius: float) -> EyelidCurves:
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
        cubics = np.array([_cubic(left, right, *lid) for lid in (level[1:3], level[5:3:-1])], np.float32)
        return cls(np.array([cos, sin]), np.array([left, right]), cubics, radius)

    def at(self, along: Grid) -> tuple[Grid, Grid]:
        """Where the upper and the lower lid are, across the eye, at each `along`; they meet in the corners."""
        share = self.share(along).reshape(-1)
        powers = np.ones((4, share.size), np.float32)
        powers[2] = share
        np.multiply(share, share, out=powers[1])
        np.multiply(powers[1], share, out=powers[0])
        upper, lower = (self.cubics @ powers).reshape(2, *along.shape)
        return upper, lower

    def share(self, along: Grid) -> Grid:
        """0 at the image-left corner and beyond, 1 at the image-right corner and beyond."""
        left, right = self.corners[:, 0]
        share = (along - np.float32(left)) * np.float32(1 / max(right - left, 1e-3))
        return clipped(share)

    def reach(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """How far left and right, and up and down, of the iris centre a moving lid changes anything, in pixels."""
        left, right = self.corners[:, 0].tolist()
        upper, lower = self.at(np.linspace(left, right, 9, dtype=np.float32)[None])
        top, bottom = float(upper.min()) - _SKIN_ABOVE, float(lower.max()) + _SKIN_BELOW
        cos, sin = (self.axis * self.radius).tolist()
        xs = [along * cos - across * sin for along in (left, right) for across in (top, bottom)]
        ys = [along * sin + across * cos for along in (left, right) for across in (top, bottom)]
        return (min(xs) - 1, max(xs) + 1), (min(ys) - 1, max(ys) + 1)


def _cubic(left: _Place, right: _Place, first: _Place, second: _Place) -> tuple[float, float, float, float]:
    """Coefficients over the share of the way from the left to the right corner: through both, near the other two."""
    width, rise = max(right[0] - left[0], 1e-3), right[1] - left[1]
    shares = [min(max((place[0] - left[0]) / width, 0.15), 0.85) for place in (first, second)]
    # The lid is the chord plus share * (1 - share) * (bulge + slope * share).
    heights = [
        (place[1] - left[1] - rise * share) / (share * (1 - share))
        for place, share in zip((first, second), shares, strict=True)
    ]
    slope = (heights[1] - heights[0]) / max(shares[1] - shares[0], 0.2)
    bulge = sum(heights) / 2 - slope * sum(shares) / 2
    return -slope, slope - bulge, bulge + rise, left[1]


@dataclass(frozen=True, slots=True)
class EyelidMotion:
    """How far the lids follow the gaze (`drop`, iris radii, down is positive) and how far they close (0..1).

    `rising` is the lower lid's share of the closing: little in a blink, much in a squint or a smile.
    """

    drop: float
    closing: float
    rising: float = LOWER_RISES

    @property
    def moves(self) -> bool:
        return self.drop != 0 or self.closing != 0

    def moved(self, share: Grid, upper: Grid, lower: Grid) -> tuple[Grid, Grid]:
        """Where the two lids are after the motion; `share` is how far along the eye."""
        follow = share * (1 - share) * np.float32(4 * self.drop)
        new_upper, new_lower = upper + follow, lower + np.float32(_LOWER_FOLLOWS) * follow
        np.minimum(new_upper, np.maximum(new_lower, upper), out=new_upper)
        if self.closing == 0:
            return new_upper, new_lower
        gap = (new_lower - new_upper) * np.float32(self.closing)
        return new_upper + np.float32(1 - self.rising) * gap, new_lower - np.float32(self.rising) * gap

    def source(self, before: tuple[Grid, Grid], after: tuple[Grid, Grid], across: Grid) -> Grid:
        """For every place on the moved eye, from where across the resting eye its colour comes."""
        (upper, lower), (new_upper, new_lower) = before, after
        above = upper - _stretched(upper - across, upper - new_upper, _SKIN_ABOVE)
        below = lower + _stretched(across - lower, new_lower - lower, _SKIN_BELOW)
        inside = upper + (across - new_upper) * ((lower - upper) / np.maximum(new_lower - new_upper, np.float32(1e-3)))
        source: Grid = np.where(across < new_upper, above, np.where(across > new_lower, below, inside))
        return source


def _stretched(height: Grid, moved: Grid, reach: float) -> Grid:
    """The distance from the resting lid whose skin ends up at `height` when the lid's rim goes to `moved`.

    The rim moves stiffly, the skin beyond is stretched or squeezed up to `reach`, where nothing moves.
    """
    rim = moved + np.float32(_RIM)
    beyond = _RIM + (height - rim) * (np.float32(reach - _RIM) / (np.float32(reach) - rim))
    return np.where(height < rim, height - moved, np.where(height < reach, beyond, height))
