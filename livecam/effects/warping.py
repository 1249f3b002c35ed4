"""Bends what is already in the picture: an eye grows, a mouth ripples; soft at the edge, so that no seam shows."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.scene import Image, Point
from livecam.effects.drawing import Placement, Region, Wave, region_under

_FAR = 4000.0  # OpenCV's remap cannot reach further


def enlarge(image: Image, at: Point, radius: float, gain: float) -> None:
    """Magnifies in place what lies around a point: by 1 / (1 - gain) there, less and less up to `radius` pixels."""
    region = region_under(image, Placement(at.x, at.y, 2 * radius, 0, 0, 2 * radius))
    if region is None or gain <= 0 or not 2 <= radius < _FAR:
        return
    x, y = _offsets(region, at)
    inside = np.maximum(1 - (x * x + y * y) / np.float32(radius * radius), 0)
    shrink = 1 - np.float32(gain) * inside * inside
    _redraw(image, region, x * shrink, y * shrink, at)


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
    u = x * np.float32(place.across_x / across) + y * np.float32(place.across_y / across)  # -0.5..0.5 under it
    v = x * np.float32(place.down_x / down) + y * np.float32(place.down_y / down)
    window = np.maximum(1 - 4 * u * u, 0) * np.maximum(1 - 4 * v * v, 0)
    angle = u * np.float32(2 * np.pi * wave.waves) + np.float32(wave.phase)
    bend = np.float32(wave.amplitude) * np.sin(angle) * window * window
    _redraw(
        image, region, x - bend * np.float32(place.down_x), y - bend * np.float32(place.down_y), Point(place.x, place.y)
    )


def _offsets(region: Region, at: Point) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Of every pixel of the region from the point: a row of x and a column of y."""
    x = np.arange(region.left, region.right, dtype=np.float32)[None] - np.float32(at.x)
    y = np.arange(region.top, region.bottom, dtype=np.float32)[:, None] - np.float32(at.y)
    return x, y


def _redraw(image: Image, region: Region, x: NDArray[np.float32], y: NDArray[np.float32], at: Point) -> None:
    """Every pixel of the region takes the colour found at its offset from the point."""
    under = image[region.top : region.bottom, region.left : region.right]
    x, y = x + np.float32(at.x - region.left), y + np.float32(at.y - region.top)
    under[:] = cv2.remap(under, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
