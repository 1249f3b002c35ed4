"""The canvas of synthetic crowd pages: shapes drawn on the picture and, as target or cover, on the mask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.types import Image
from training.target_detector.data.dataset import Mask

Colour = tuple[int, int, int]  # BGR
Points = NDArray[np.float64] | Sequence[tuple[float, float]]
INK: Colour = (38, 26, 24)
WHITE_EYE: Colour = (252, 252, 252)
_SHIFT = 4  # fractional bits of the coordinates


@dataclass(slots=True, eq=False)
class PageCanvas:
    """A picture and the mask of its target; what is drawn while `target` is set belongs to the target."""

    image: Image  # (h, w, 3)
    mask: Mask  # (h, w)
    line: float = 1.6  # width of an outline, pixels
    target: bool = False

    def shape(self, points: Points, colour: Colour, *, outline: bool = True) -> None:
        """A filled polygon."""
        fixed = _fixed(points)
        cv2.fillPoly(self.image, [fixed], colour, cv2.LINE_AA, _SHIFT)
        cv2.fillPoly(self.mask, [fixed], (self._own,), cv2.LINE_8, _SHIFT)
        if outline:
            cv2.polylines(self.image, [fixed], True, INK, self._pen, cv2.LINE_AA, _SHIFT)

    def oval(
        self,
        middle: tuple[float, float],
        axes: tuple[float, float],
        colour: Colour,
        *,
        angle: float = 0.0,
        outline: bool = True,
    ) -> None:
        """A filled ellipse; `axes` are half its width and height, `angle` in degrees."""
        centre, size = _pair(middle), _pair((max(axes[0], 0.3), max(axes[1], 0.3)))
        cv2.ellipse(self.image, centre, size, angle, 0, 360, colour, -1, cv2.LINE_AA, _SHIFT)
        cv2.ellipse(self.mask, centre, size, angle, 0, 360, (self._own,), -1, cv2.LINE_8, _SHIFT)
        if outline:
            cv2.ellipse(self.image, centre, size, angle, 0, 360, INK, self._pen, cv2.LINE_AA, _SHIFT)

    def limb(self, points: Points, width: float, colours: Sequence[Colour]) -> None:
        """A bent tube with round ends and an outline; several colours alternate along it."""
        fixed = _fixed(points)
        outer = max(round(width + 2 * self.line), 2)
        cv2.polylines(self.image, [fixed], False, INK, outer, cv2.LINE_AA, _SHIFT)
        cv2.polylines(self.mask, [fixed], False, (self._own,), outer, cv2.LINE_8, _SHIFT)
        bands = _bands(np.asarray(points, np.float64), len(colours))
        for band, colour in zip(bands, colours, strict=True):
            cv2.polylines(self.image, [_fixed(band)], False, colour, max(round(width), 1), cv2.LINE_AA, _SHIFT)

    def stroke(self, points: Points, colour: Colour = INK, width: float | None = None) -> None:
        """A line that changes no mask: a smile, a crease, a blade of grass."""
        pen = self._pen if width is None else max(round(width), 1)
        cv2.polylines(self.image, [_fixed(points)], False, colour, pen, cv2.LINE_AA, _SHIFT)

    @property
    def _pen(self) -> int:
        return max(round(self.line), 1)

    @property
    def _own(self) -> int:
        return 255 if self.target else 0


def blank(width: int, height: int, colour: Colour) -> PageCanvas:
    """An empty page."""
    image = np.empty((height, width, 3), np.uint8)
    image[:] = colour
    return PageCanvas(image, np.zeros((height, width), np.uint8))


def _fixed(points: Points) -> NDArray[np.int32]:
    fixed: NDArray[np.int32] = np.round(np.asarray(points, np.float64) * (1 << _SHIFT)).astype(np.int32)
    return fixed.reshape(-1, 1, 2)


def _pair(values: tuple[float, float]) -> tuple[int, int]:
    return round(values[0] * (1 << _SHIFT)), round(values[1] * (1 << _SHIFT))


def _bands(points: NDArray[np.float64], count: int) -> list[NDArray[np.float64]]:
    """The line cut into so many pieces of equal length."""
    lengths = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    pieces = []
    for k in range(count):
        inner = lengths[(lengths > lengths[-1] * k / count) & (lengths < lengths[-1] * (k + 1) / count)]
        places = [lengths[-1] * k / count, *inner, lengths[-1] * (k + 1) / count]
        pieces.append(np.column_stack([np.interp(places, lengths, points[:, axis]) for axis in (0, 1)]))
    return pieces
