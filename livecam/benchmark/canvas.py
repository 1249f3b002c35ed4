"""Lines, boxes and words on a white sheet, anti-aliased; enough for a plot without a plotting library."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
from numpy.typing import ArrayLike

from livecam.core.scene import Image

Colour = tuple[int, int, int]  # BGR
INK: Colour = (60, 50, 45)
PALE: Colour = (225, 221, 218)

_FONT = cv2.FONT_HERSHEY_SIMPLEX
_FONT_PX = 22.0  # the height of a capital at scale 1
_FINER = 2  # drawn so many times as large, then reduced
_SUBPIXEL_BITS = 4


class Canvas:
    """Coordinates are pixels of the finished picture."""

    def __init__(self, width: int, height: int) -> None:
        self._image: Image = np.full((height * _FINER, width * _FINER, 3), 255, np.uint8)

    def box(self, left: float, top: float, width: float, height: float, colour: Colour) -> None:
        low = (round(left * _FINER), round(top * _FINER))
        high = (round((left + width) * _FINER) - 1, round((top + height) * _FINER) - 1)
        if high[0] >= low[0] and high[1] >= low[1]:
            cv2.rectangle(self._image, low, high, colour, cv2.FILLED)

    def line(self, points: ArrayLike, colour: Colour, width: float = 1.0) -> None:
        """Through all the points, (n, 2)."""
        fixed = np.rint(np.asarray(points, np.float64) * _FINER * 2**_SUBPIXEL_BITS).astype(np.int32)
        thickness = max(1, round(width * _FINER))
        cv2.polylines(
            self._image, [fixed.reshape(-1, 1, 2)], False, colour, thickness, cv2.LINE_AA, shift=_SUBPIXEL_BITS
        )

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        height: float = 10,
        align: Literal["left", "middle", "right"] = "left",
        colour: Colour = INK,
    ) -> None:
        """Capitals are `height` tall; (x, y) is on the base line."""
        scale = height * _FINER / _FONT_PX
        (width, _), _ = cv2.getTextSize(words, _FONT, scale, _FINER)
        back = {"left": 0, "middle": width / 2, "right": width}[align]
        place = (round(x * _FINER - back), round(y * _FINER))
        cv2.putText(self._image, words, place, _FONT, scale, colour, _FINER, cv2.LINE_AA)

    def png(self) -> bytes:
        size = (self._image.shape[1] // _FINER, self._image.shape[0] // _FINER)
        _, content = cv2.imencode(".png", cv2.resize(self._image, size, interpolation=cv2.INTER_AREA))
        return content.tobytes()
