"""Where the middle of a drawn shape is and how large it is: points, circles, ellipses, rectangles, polygons."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from labeler.formats.elements.parsing import MalformedError
from livecam.core.types import Box

Corners = Sequence[tuple[float, float]]


class Outline(StrEnum):
    """What was drawn around, or on, something."""

    POINT = "point"
    CIRCLE = "circle"
    ELLIPSE = "ellipse"
    RECTANGLE = "rectangle"
    POLYGON = "polygon"


class DrawnShape(NamedTuple):
    """In the format's own pixels."""

    outline: Outline
    x: float
    y: float
    radius: float | None = None


def box_of(corners: Corners) -> Box:
    """Around two opposite corners, or all four."""
    if len(corners) < 2:
        raise MalformedError(f"a rectangle has two corners, not {len(corners)}")
    xs, ys = zip(*corners, strict=True)
    return Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


def ellipse(x: float, y: float, radius_x: float, radius_y: float) -> DrawnShape:
    """With the radius of a circle of the same area."""
    if radius_x < 0 or radius_y < 0:
        raise MalformedError(f"an ellipse cannot be {radius_x:g} by {radius_y:g} large")
    return DrawnShape(Outline.ELLIPSE, x, y, math.sqrt(radius_x * radius_y) or None)


def polygon(corners: Corners) -> DrawnShape:
    """Its centre of gravity, with the radius of a circle of the same area; MalformedError for one without area."""
    following = [*corners[1:], corners[0]] if corners else []
    crosses = [x * y2 - x2 * y for (x, y), (x2, y2) in zip(corners, following, strict=True)]
    area = sum(crosses) / 2
    if abs(area) < 1e-9:
        raise MalformedError(f"a polygon of {len(corners)} corners has no area")
    x = sum((x + x2) * c for (x, _), (x2, _), c in zip(corners, following, crosses, strict=True)) / (6 * area)
    y = sum((y + y2) * c for (_, y), (_, y2), c in zip(corners, following, crosses, strict=True)) / (6 * area)
    return DrawnShape(Outline.POLYGON, x, y, math.sqrt(abs(area) / math.pi))
