"""Local image warps: an eye grows, a mouth ripples, with soft edges so that no seam shows."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.types import Image, Point
from livecam.drawing.compositing import PixelRegion, Placement, Wave, region_under

Grid = NDArray[np.float32]  # (h, w), one value a pixel
Mask = NDArray[np.uint8]  # (h, w), 255 is one

_LID_SOFT = 0.16  # iris radii
_SHARES = np.linspace(0, 1, 256)
_SMOOTH = np.rint(255 * _SHARES**2 * (3 - 2 * _SHARES)).astype(np.uint8)


def between(across: Grid, upper: Grid, lower: Grid, *, margin: float = 0.0) -> Mask:
    """255 between two lids and as far from either as the margin, 0 outside, all in iris radii."""
    below_upper, above_lower = above(upper, across, margin=margin), above(across, lower, margin=margin)
    return cv2.multiply(below_upper, above_lower, scale=1 / 255).astype(np.uint8, copy=False)


def above(high: Grid, low: Grid, *, margin: float = 0.0) -> Mask:
    """255 where `high` is above `low` in the picture by the margin, soft over the softness of a lid."""
    steep = 255 / _LID_SOFT
    share = cv2.addWeighted(low, steep, high, -steep, 127.5 - margin * steep, dtype=cv2.CV_8U)
    return share.astype(np.uint8, copy=False)


def inside(distance: Grid, edge: float, softness: float) -> Mask:
    """255 nearer than `edge`, 0 farther, smooth over `softness` around it."""
    steep = 255 / softness
    share = cv2.addWeighted(distance, -steep, distance, 0, 127.5 + edge * steep, dtype=cv2.CV_8U)
    return cv2.LUT(share, _SMOOTH).astype(np.uint8, copy=False)


def clipped(share: Grid) -> Grid:
    """The same array, brought into 0..1 in place."""
    np.maximum(share, 0, out=share)
    np.minimum(share, 1, out=share)
    return share


_FAR = 4000.0  # OpenCV's remap cannot reach further


def enlarge(image: Image, at: Point, radius: float, gain: float) -> None:
    """Magnifies in place what lies around a point: by 1 / (1 - gain) there, less and less up to `radius` pixels.

    A negative gain makes it smaller.
    """
    region = region_under(image, Placement(at.x, at.y, 2 * radius, 0, 0, 2 * radius))
    if region is None or not 0 < abs(gain) <= 1 or not 2 <= radius < _FAR:
        return
    x, y = _offsets(region, at)
    scale = np.float32(1 / radius)
    # 1 - (distance / radius)**2: rows and columns are worked on apart for as long as they can be.
    inside = (1 - (x * scale) ** 2) - (y * scale) ** 2
    cv2.threshold(inside, 0, 0, cv2.THRESH_TOZERO, dst=inside)
    inside *= inside
    _redraw(image, region, inside * (x * np.float32(-gain)), inside * (y * np.float32(-gain)))


def enlarged(point: Point, at: Point, radius: float, gain: float) -> Point:
    """Where `enlarge` takes a point."""
    x, y = point.x - at.x, point.y - at.y
    grow = 1.0
    for _ in range(4):  # The magnification where it arrives is not the one where it started.
        inside = max(1 - grow * grow * (x * x + y * y) / max(radius * radius, 1e-6), 0.0)
        grow = 1 / (1 - gain * inside * inside)
    return Point(at.x + x * grow, at.y + y * grow)


def ripple(image: Image, place: Placement, wave: Wave) -> None:
    """Bends in place what lies under a placement into a wave along it."""
    region = region_under(image, place)
    across = place.across_x**2 + place.across_y**2
    down = place.down_x**2 + place.down_y**2
    if region is None or not down >= 4 or not across < _FAR**2:
        return
    x, y = _offsets(region, Point(place.x, place.y))
    along = place.across_x / across, place.across_y / across  # x and y to -0.5..0.5 under it
    window = _window(x * np.float32(along[0]), y * np.float32(along[1]))
    window *= _window(x * np.float32(place.down_x / down), y * np.float32(place.down_y / down))
    window *= window
    bend = window * _wave(x * np.float32(along[0]), y * np.float32(along[1]), wave)
    _redraw(image, region, bend * np.float32(-place.down_x), bend * np.float32(-place.down_y))


def _wave(by_column: Grid, by_row: Grid, wave: Wave) -> Grid:
    """Its height where the sum of the two says how far along it is; the sine of a sum is a sum of two products."""
    turn, amplitude = np.float32(2 * np.pi * wave.waves), np.float32(wave.amplitude)
    columns, rows = by_column * turn, by_row * turn + np.float32(wave.phase)
    height: Grid = np.hstack([np.cos(rows), np.sin(rows)]) @ (amplitude * np.vstack([np.sin(columns), np.cos(columns)]))
    return height


def _window(by_column: Grid, by_row: Grid) -> Grid:
    """1 where the sum of the two is 0, less beside it, nothing where it is -0.5 or 0.5 and beyond."""
    x, y = 2 * by_column, 2 * by_row
    # 1 - (x + y)**2, again as a sum of products of columns and rows.
    window: Grid = np.hstack([np.ones_like(y), y, y * y]) @ np.vstack([1 - x * x, -2 * x, np.full_like(x, -1)])
    cv2.threshold(window, 0, 0, cv2.THRESH_TOZERO, dst=window)
    return window


def _offsets(region: PixelRegion, at: Point) -> tuple[Grid, Grid]:
    """Of every pixel of the region from the point: a row of x and a column of y."""
    x = np.arange(region.left, region.right, dtype=np.float32)[None] - np.float32(at.x)
    y = np.arange(region.top, region.bottom, dtype=np.float32)[:, None] - np.float32(at.y)
    return x, y


def _redraw(image: Image, region: PixelRegion, x: Grid, y: Grid) -> None:
    """Every pixel of the region takes the colour found that far from it; x and y are changed."""
    under = image[region.top : region.bottom, region.left : region.right]
    x += np.arange(region.right - region.left, dtype=np.float32)
    y += np.arange(region.bottom - region.top, dtype=np.float32)[:, None]
    under[:] = cv2.remap(under, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
