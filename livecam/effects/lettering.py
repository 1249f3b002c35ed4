"""Small anti-aliased text on translucent panels, legible on any picture."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.letters import letters
from livecam.core.scene import Image

Colour = tuple[int, int, int]  # BGR
WHITE: Colour = (250, 250, 250)
DIM: Colour = (204, 196, 188)
RED: Colour = (70, 60, 235)
_GLASS: Colour = (34, 26, 22)
_OPACITY = 0.72


class Run(NamedTuple):
    """Some text in one colour, and as much room after it as makes it `room` pixels wide."""

    text: str
    colour: Colour = WHITE
    room: int = 0

    def width(self, line_height: int) -> int:
        """Pixels it takes in a line."""
        return max(self.room, letters(self.text, line_height).shape[1])


Line = tuple[Run, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """A rounded panel, ready to be laid on a picture."""

    colour: Image  # (h, w, 3) BGR, already multiplied by what it covers
    through: Image  # (h, w, 3), how much of the picture shows through, 255 is all

    @property
    def width(self) -> int:
        return self.colour.shape[1]

    @property
    def height(self) -> int:
        return self.colour.shape[0]

    def lay(self, canvas: Image, left: int, top: int) -> None:
        """Draws the panel into `canvas`, as much of it as falls inside."""
        left, top = max(0, left), max(0, top)
        region = canvas[top : top + self.height, left : left + self.width]
        height, width = region.shape[:2]
        if width and height:
            cv2.multiply(region, self.through[:height, :width], dst=region, scale=1 / 255)
            cv2.add(region, self.colour[:height, :width], dst=region)


@lru_cache(maxsize=256)
def panel(lines: tuple[Line, ...], line_height: int) -> Panel:
    """The lines under each other, `line_height` pixels each, on dark glass."""
    pad = round(line_height * 0.45)
    width = max(sum(run.width(line_height) for run in line) for line in lines) + 2 * pad
    height = len(lines) * line_height + round(1.1 * pad)
    ink, colour = np.zeros((height, width), np.float32), np.empty((height, width, 3), np.float32)
    colour[:] = _GLASS
    for row, line in enumerate(lines):
        left, top = pad, round(pad * 0.55) + row * line_height
        for run in line:
            mask = letters(run.text, line_height)
            area = slice(top, top + line_height), slice(left, left + mask.shape[1])
            ink[area] = mask / 255
            colour[area] += (np.array(run.colour, np.float32) - colour[area]) * ink[area][..., None]
            left += run.width(line_height)
    glass = _rounded(width, height, min(pad * 1.3, height / 2)) * _OPACITY
    cover = np.maximum(glass, ink)[..., None]
    through = np.repeat(255 * (1 - cover), 3, axis=2)
    return Panel(_bytes(colour * cover), _bytes(through))


def _rounded(width: int, height: int, radius: float) -> NDArray[np.float32]:
    """1 inside a rounded rectangle, 0 outside, in between at the edge."""
    x = np.abs(np.arange(width) - (width - 1) / 2) - (width / 2 - radius)
    y = np.abs(np.arange(height) - (height - 1) / 2) - (height / 2 - radius)
    beyond = np.hypot(np.maximum(x, 0)[None], np.maximum(y, 0)[:, None])
    inside: NDArray[np.float32] = np.clip(radius - beyond + 0.5, 0, 1).astype(np.float32)
    return inside


def _bytes(values: NDArray[np.float32]) -> Image:
    rounded: Image = np.round(values).astype(np.uint8)
    return rounded
