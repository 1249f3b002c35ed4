"""The half pixel between us and those who measure from the outer corner of the top-left pixel, not from its centre."""

from __future__ import annotations

from livecam.core.scene import Point


def to_corner(point: Point) -> tuple[float, float]:
    return float(point.x) + 0.5, float(point.y) + 0.5


def from_corner(x: float, y: float) -> Point:
    return Point(float(x) - 0.5, float(y) - 0.5)
