"""Drawing primitives of the labeler's pages: text, thin lines with a soft dark edge, circles, crosses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

import cv2
import numpy as np

from livecam.core.types import Image, Point
from livecam.drawing.text import render_text

Colour = tuple[int, int, int]  # BGR
BACKGROUND: Colour = (34, 31, 29)
PANEL: Colour = (46, 42, 39)
TEXT: Colour = (236, 234, 232)
SOFT: Colour = (170, 164, 158)
FAINT: Colour = (104, 98, 92)
AMBER: Colour = (92, 190, 250)
CYAN: Colour = (245, 205, 95)
GREEN: Colour = (125, 205, 115)
RED: Colour = (105, 105, 238)
PINK: Colour = (205, 150, 235)
_FINE = 5  # bits behind the point that OpenCV gets
_EDGE = 0.45  # how dark the edge of a line is


class Area(NamedTuple):
    """A rectangle of a page, pixels."""

    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.left + self.width

    @property
    def bottom(self) -> int:
        return self.top + self.height

    def of(self, canvas: Image) -> Image:
        """The part of a page, to be drawn on."""
        return canvas[self.top : self.bottom, self.left : self.right]


def blank(width: int, height: int, colour: Colour = BACKGROUND) -> Image:
    return _blank(width, height, colour).copy()


@cache
def _blank(width: int, height: int, colour: Colour) -> Image:
    # Filling with three bytes in turn takes many times longer than copying.
    return np.full((height, width, 3), colour, np.uint8)


def write(canvas: Image, text: str, at: tuple[int, int], colour: Colour = TEXT, size: int = 20) -> int:
    """A line of text whose top left is `at`, cut at the page's edge; returns where it ends."""
    mask = render_text(text, size)
    left, top = at
    region = canvas[top : top + mask.shape[0], left : left + mask.shape[1]]
    alpha = mask[: region.shape[0], : region.shape[1], None].astype(np.float32) / 255
    region[:] = np.rint(region + (np.array(colour, np.float32) - region) * alpha).astype(np.uint8)
    return left + mask.shape[1]


def width(text: str, size: int = 20) -> int:
    """Pixels that a line of text takes."""
    return render_text(text, size).shape[1]


def write_left_of(canvas: Image, text: str, at: tuple[int, int], colour: Colour = TEXT, size: int = 20) -> int:
    """As `write`, with `at` the top right; returns where it begins."""
    left = max(0, at[0] - render_text(text, size).shape[1])
    write(canvas, text, (left, at[1]), colour, size)
    return left


def fitting(text: str, width: int, size: int = 20) -> str:
    """The text, its middle left out when it is wider than `width`: both ends of a path tell something."""
    if render_text(text, size).shape[1] <= width:
        return text
    shorter = (f"{text[:keep]}…{text[-keep:]}" for keep in range(len(text) // 2, 0, -1))
    return next((some for some in shorter if render_text(some, size).shape[1] <= width), "…")


def outlined(canvas: Image, draw: Callable[[Image, Colour, int], None], colour: Colour) -> None:
    """A thin line with a soft dark edge, to be seen on the white of an eye and on its pupil."""
    edge = canvas.copy()
    draw(edge, (0, 0, 0), 3)
    cv2.addWeighted(edge, _EDGE, canvas, 1 - _EDGE, 0, dst=canvas)
    draw(canvas, colour, 1)


def circle(canvas: Image, centre: Point, radius: float, colour: Colour, *, dashed: bool = False) -> None:
    """To a fraction of a pixel; dashed ones have 24 dashes."""

    def draw(on: Image, ink: Colour, thickness: int) -> None:
        at, axis = fine(centre), round(radius * 2**_FINE)
        for start, end in _arcs() if dashed else [(0.0, 360.0)]:
            cv2.ellipse(on, at, (axis, axis), 0, start, end, ink, thickness, cv2.LINE_AA, _FINE)

    outlined(canvas, draw, colour)


def cross(canvas: Image, centre: Point, reach: float, colour: Colour) -> None:
    """With a gap in the middle, so that what it points at is seen."""

    def draw(on: Image, ink: Colour, thickness: int) -> None:
        for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            near = Point(centre.x + 3 * x, centre.y + 3 * y)
            far = Point(centre.x + reach * x, centre.y + reach * y)
            cv2.line(on, fine(near), fine(far), ink, thickness, cv2.LINE_AA, _FINE)

    outlined(canvas, draw, colour)


def dot(canvas: Image, centre: Point, colour: Colour, radius: float = 2.5) -> None:
    cv2.circle(canvas, fine(centre), round(radius * 2**_FINE), colour, cv2.FILLED, cv2.LINE_AA, _FINE)


def fine(point: Point) -> tuple[int, int]:
    """As OpenCV wants a point with a fraction: with `shift` 5."""
    return round(point.x * 2**_FINE), round(point.y * 2**_FINE)


def _arcs() -> Iterator[tuple[float, float]]:
    return ((15.0 * index, 15.0 * index + 9.0) for index in range(24))
