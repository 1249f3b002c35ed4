"""Draws found targets: the page dimmed, a red box, and a magnified inset in a corner."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from livecam.core.types import Box, Image
from livecam.drawing.text import Colour, TextSpan, panel
from livecam.perception.targets.detector import Target

_RED: Colour = (40, 30, 230)
_DIMMED = 0.38  # of the light that is left
_LARGEST = 4000  # pixels of the longer side; a larger page is shown reduced
_AIR = 0.35  # of the box's larger side, between the target and the frame that is drawn around it
_VIEW = 2.6  # sides of the frame that the magnified view shows
_SHARE = 0.36  # of the page's shorter side that the magnified view takes
_SMALLEST_VIEW = 48  # pixels; on a smaller page nothing is gained by one


class _Rectangle(NamedTuple):
    left: int
    top: int
    right: int
    bottom: int

    @property
    def rows(self) -> slice:
        return slice(self.top, self.bottom)

    @property
    def columns(self) -> slice:
        return slice(self.left, self.right)

    @property
    def corners(self) -> tuple[tuple[int, int], ...]:
        """Clockwise from the top left, the last pixels that belong to it."""
        right, bottom = self.right - 1, self.bottom - 1
        return (self.left, self.top), (right, self.top), (right, bottom), (self.left, bottom)

    @property
    def middle(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top


def draw_targets(page: Image, targets: Sequence[Target]) -> Image:
    """A picture of the page with these targets lit and boxed, and the first magnified.

    Args:
        page: (h, w, 3) uint8 BGR; it is not drawn on.
        targets: what to point at, the likeliest first; without any, all is dimmed and it says "not found".

    Returns:
        A new image, (h, w, 3) uint8 BGR, its longest side at most 4000 pixels.

    Raises:
        Nothing of its own.

    Example:
        >>> import livecam, numpy
        >>> livecam.draw_targets(numpy.zeros((300, 400, 3), numpy.uint8), []).shape
        (300, 400, 3)
    """
    scale = min(1.0, _LARGEST / max(page.shape[:2]))
    shown = _reduced(page, scale)
    canvas = cv2.convertScaleAbs(shown, alpha=_DIMMED).astype(np.uint8, copy=False)
    if not targets:
        _lay_middle(canvas, "not found")
        return canvas
    frames = [_frame(target.box, scale, canvas) for target in targets]
    view = _free_corner(canvas, frames)
    if view is not None:
        _beams(canvas, frames[0], view)
        magnified = page[_view(targets[0].box, page)]
        way = cv2.INTER_AREA if magnified.shape[0] > view.height else cv2.INTER_CUBIC
        canvas[view.rows, view.columns] = cv2.resize(magnified, (view.width, view.height), interpolation=way)
        _outline(canvas, view)
    for frame in frames:
        canvas[frame.rows, frame.columns] = shown[frame.rows, frame.columns]
        _outline(canvas, frame)
    if view is not None:
        _label(canvas, f"{100 * targets[0].score:.0f} % sure", view)
    return canvas


def _reduced(page: Image, scale: float) -> Image:
    if scale == 1:
        return page
    size = max(1, round(page.shape[1] * scale)), max(1, round(page.shape[0] * scale))
    return cv2.resize(page, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _frame(box: Box, scale: float, canvas: Image) -> _Rectangle:
    """What is lit around a target: its box with some air, at least as large as can be made out."""
    air = _AIR * max(box.width, box.height)
    smallest = min(canvas.shape[:2]) / 50
    half_width, half_height = (max((side / 2 + air) * scale, smallest) for side in (box.width, box.height))
    x, y = (box.x + box.width / 2) * scale, (box.y + box.height / 2) * scale
    height, width = canvas.shape[:2]
    return _Rectangle(
        max(0, round(x - half_width)),
        max(0, round(y - half_height)),
        min(width, round(x + half_width)),
        min(height, round(y + half_height)),
    )


def _view(box: Box, page: Image) -> tuple[slice, slice]:
    """Rows and columns of the page that are magnified: a square about the target, moved to lie inside."""
    height, width = page.shape[:2]
    side = min(height, width, max(8, round(_VIEW * max(box.width, box.height))))
    left = min(max(0, round(box.x + (box.width - side) / 2)), width - side)
    top = min(max(0, round(box.y + (box.height - side) / 2)), height - side)
    return slice(top, top + side), slice(left, left + side)


def _free_corner(canvas: Image, frames: Sequence[_Rectangle]) -> _Rectangle | None:
    """Where the magnified view lies: of the corners without a target the furthest from the first; None without one."""
    height, width = canvas.shape[:2]
    side, gap = round(_SHARE * min(height, width)), max(2, min(height, width) // 40)
    if side < _SMALLEST_VIEW:
        return None
    corners = [
        _Rectangle(left, top, left + side, top + side)
        for left in (gap, width - gap - side)
        for top in (gap, height - gap - side)
    ]
    free = [corner for corner in corners if not any(_overlap(corner, frame) for frame in frames)]
    return max(free, key=lambda corner: math.dist(corner.middle, frames[0].middle), default=None)


def _overlap(one: _Rectangle, other: _Rectangle) -> bool:
    return one.left < other.right and other.left < one.right and one.top < other.bottom and other.top < one.bottom


def _beams(canvas: Image, frame: _Rectangle, view: _Rectangle) -> None:
    """The two lines that, with the rectangles, enclose them both."""
    corners = np.array([*frame.corners, *view.corners], np.int32)
    around = cv2.convexHull(corners, returnPoints=False).ravel().tolist()
    for start, end in zip(around, [*around[1:], around[0]], strict=True):
        if (start < 4) != (end < 4):
            cv2.line(canvas, corners[start].tolist(), corners[end].tolist(), _RED, _thickness(canvas), cv2.LINE_AA)


def _outline(canvas: Image, rectangle: _Rectangle) -> None:
    corner, opposite = rectangle.corners[0], rectangle.corners[2]
    cv2.rectangle(canvas, corner, opposite, _RED, 2 * _thickness(canvas), cv2.LINE_AA)


def _label(canvas: Image, text: str, view: _Rectangle) -> None:
    """At the foot of the magnified view."""
    drawn = panel(((TextSpan(text),),), _line_height(canvas))
    gap = _thickness(canvas) * 4
    drawn.lay(canvas, view.left + gap, view.bottom - drawn.height - gap)


def _lay_middle(canvas: Image, text: str) -> None:
    drawn = panel(((TextSpan(text),),), 2 * _line_height(canvas))
    drawn.lay(canvas, (canvas.shape[1] - drawn.width) // 2, (canvas.shape[0] - drawn.height) // 2)


def _thickness(canvas: Image) -> int:
    return max(1, round(min(canvas.shape[:2]) / 600))


def _line_height(canvas: Image) -> int:
    return max(12, min(canvas.shape[:2]) // 36)
