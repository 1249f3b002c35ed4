"""A sheet to draw overlay pictures on: anti-aliased shapes and brush strokes in the one hand of all effects."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.drawing.sprites import Rgba

Mask = NDArray[np.float32]  # (h, w), 0..1
Path2d = NDArray[np.float64] | Sequence[tuple[float, float]]  # (n, 2), in widths of the sheet
Colour = tuple[int, int, int]  # blue, green, red

INK: Colour = (46, 26, 30)
WHITE: Colour = (255, 255, 255)
_SHIFT = 4  # fractional bits of OpenCV's drawing coordinates
_FINER = 4  # every mask is drawn this many times larger and averaged down


class Sheet:
    """A transparent sheet on which coloured masks are laid; coordinates run from 0 to 1 across its width."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._colour = np.zeros((height, width, 3), np.float32)  # premultiplied
        self._alpha = np.zeros((height, width, 1), np.float32)

    def lay(self, mask: Mask, colour: Colour | NDArray[np.float32], opacity: float = 1.0) -> None:
        cover = (mask * opacity)[..., None]
        self._colour = self._colour * (1 - cover) + cover * np.asarray(colour, np.float32)
        self._alpha = self._alpha * (1 - cover) + cover

    def cut(self, mask: Mask) -> None:
        """Takes away what was laid there, so that the frame shows through."""
        self._colour = self._colour * (1 - mask[..., None])
        self._alpha = self._alpha * (1 - mask[..., None])

    def rgba(self) -> Rgba:
        straight = self._colour / np.maximum(self._alpha, 1e-6)
        rgba: Rgba = np.rint(np.concatenate([straight, self._alpha * 255], axis=2).clip(0, 255)).astype(np.uint8)
        return rgba

    def ellipse(self, x: float, y: float, width: float, height: float) -> Mask:
        """A filled ellipse by its centre and half axes."""
        angle = np.linspace(0, 2 * np.pi, 400, endpoint=False)
        return self.polygon(np.column_stack([x + width * np.cos(angle), y + height * np.sin(angle)]))

    def polygon(self, points: Path2d) -> Mask:
        mask = self._empty()
        cv2.fillPoly(mask, [self._fine(np.asarray(points))], (255,), cv2.LINE_AA, _SHIFT)
        return self._reduced(mask)

    def stroke(self, points: Path2d, widths: Sequence[float]) -> Mask:
        """A brush stroke with round ends; the width along it is interpolated between `widths`."""
        dense = _dense(points, 1200)
        thick = np.interp(np.linspace(0, 1, len(dense)), np.linspace(0, 1, len(widths)), widths) / 2
        mask = self._empty()
        for centre, radius in zip(self._fine(dense), thick * self.width * _FINER, strict=True):
            cv2.circle(mask, centre.tolist(), round(radius * 2**_SHIFT), (255,), -1, cv2.LINE_AA, _SHIFT)
        return self._reduced(mask)

    def blurred(self, mask: Mask, radius: float) -> Mask:
        return cv2.GaussianBlur(mask, (0, 0), radius * self.width).astype(np.float32)

    def down(self, start: float, stop: float) -> Mask:
        """1 above `start`, 0 below `stop`, even between; heights in sheet heights."""
        rows = (np.arange(self.height, dtype=np.float32) + 0.5) / self.height
        fade = np.clip((stop - rows) / (stop - start), 0, 1)
        return np.repeat(fade[:, None], self.width, axis=1)

    def _empty(self) -> NDArray[np.uint8]:
        return np.zeros((self.height * _FINER, self.width * _FINER), np.uint8)

    def _fine(self, points: NDArray[np.float64]) -> NDArray[np.int32]:
        """Sheet widths to OpenCV's fixed point pixels of the finer mask, whose centres are whole numbers."""
        fine: NDArray[np.int32] = np.rint((points * self.width * _FINER - 0.5) * 2**_SHIFT).astype(np.int32)
        return fine

    def _reduced(self, mask: NDArray[np.uint8]) -> Mask:
        small = cv2.resize(mask, (self.width, self.height), interpolation=cv2.INTER_AREA)
        return small.astype(np.float32) / np.float32(255)


def _dense(points: Path2d, count: int) -> NDArray[np.float64]:
    corners = np.array(points, np.float64)
    lengths = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(corners, axis=0).T))])
    along = np.linspace(0, lengths[-1], count)
    return np.column_stack([np.interp(along, lengths, corners[:, axis]) for axis in (0, 1)])
