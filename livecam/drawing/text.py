"""Text rendering from a sheet of glyphs, because OpenCV's wheel has no fonts and its own strokes are ugly."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.assets import asset
from livecam.core.errors import AssetError
from livecam.core.types import Image

# Sheets drawn from DejaVu Sans, and from Noto Sans CJK for the Korean texts of the labeler; OpenCV's Qt also only
# reduces pictures, so the window enlarges its own before it is shown.
Mask = NDArray[np.uint8]  # (h, w), 255 is covered
_FIRST_OF_HANGUL = "\u1100"


@lru_cache(maxsize=1024)
def render_text(text: str, line_height: int) -> Mask:
    """A line of text, `line_height` pixels high; a character that no sheet has is a question mark."""
    row = np.hstack([_glyph(character) for character in text or " "])
    size = max(1, round(row.shape[1] * line_height / row.shape[0])), line_height
    reducing = line_height < row.shape[0]
    return cv2.resize(row, size, interpolation=cv2.INTER_AREA if reducing else cv2.INTER_LINEAR).astype(np.uint8)


def _glyph(character: str) -> Mask:
    """Of the sheet of Latin letters, else of that of Hangul, which is read when it is needed."""
    sheet, places = _font("hud")
    if character not in places and character >= _FIRST_OF_HANGUL:
        hangul, syllables = _font("hangul")
        if character in syllables:
            return hangul[:, syllables[character]]
    return sheet[:, places.get(character, places["?"])]


@cache
def _font(name: str) -> tuple[Mask, dict[str, slice]]:
    """A sheet of letters, all as high as those of the others, and where each stands in it."""
    picture, table = asset(f"fonts/{name}.png"), asset(f"fonts/{name}.json")
    sheet = cv2.imdecode(np.frombuffer(picture.read_bytes(), np.uint8), cv2.IMREAD_GRAYSCALE)
    try:
        content = json.loads(table.read_text(encoding="utf-8"))
        ends = np.cumsum(content["advances"])
        places = {
            character: slice(int(end) - advance, int(end))
            for character, advance, end in zip(content["characters"], content["advances"], ends, strict=True)
        }
    except (ValueError, KeyError, TypeError) as error:
        raise AssetError(f"{table} is damaged; install livecam again") from error
    if sheet is None or sheet.shape[1] != ends[-1] or (name == "hud" and "?" not in places):
        raise AssetError(f"{picture} does not fit {table.name}; install livecam again")
    return sheet.astype(np.uint8, copy=False), places


Colour = tuple[int, int, int]  # BGR
WHITE: Colour = (250, 250, 250)
DIM: Colour = (204, 196, 188)
RED: Colour = (70, 60, 235)
_GLASS: Colour = (34, 26, 22)
_OPACITY = 0.72


class TextSpan(NamedTuple):
    """Some text in one colour, and as much room after it as makes it `room` pixels wide."""

    text: str
    colour: Colour = WHITE
    room: int = 0

    def width(self, line_height: int) -> int:
        """Pixels it takes in a line."""
        return max(self.room, render_text(self.text, line_height).shape[1])


Line = tuple[TextSpan, ...]


@dataclass(frozen=True, slots=True, eq=False)
class TextPanel:
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
        """Draws the panel into `canvas`, BGR or BGRX, as much of it as falls inside."""
        left, top = max(0, left), max(0, top)
        region = canvas[top : top + self.height, left : left + self.width]
        height, width = region.shape[:2]
        if width and height:
            colour, through = (self.colour, self.through) if canvas.shape[2] == 3 else _with_fourth_channel(self)
            cv2.multiply(region, through[:height, :width], dst=region, scale=1 / 255)
            cv2.add(region, colour[:height, :width], dst=region)


@lru_cache(maxsize=64)
def _with_fourth_channel(panel: TextPanel) -> tuple[Image, Image]:
    """Colour and what shows through, for pictures whose fourth channel means nothing."""
    colour, through = (cv2.cvtColor(part, cv2.COLOR_BGR2BGRA) for part in (panel.colour, panel.through))
    return colour.astype(np.uint8, copy=False), through.astype(np.uint8, copy=False)


@lru_cache(maxsize=256)
def panel(lines: tuple[Line, ...], line_height: int) -> TextPanel:
    """The lines under each other, `line_height` pixels each, on dark glass."""
    pad = round(line_height * 0.45)
    width = max(sum(run.width(line_height) for run in line) for line in lines) + 2 * pad
    height = len(lines) * line_height + round(1.1 * pad)
    ink, colour = np.zeros((height, width), np.float32), np.empty((height, width, 3), np.float32)
    colour[:] = _GLASS
    for row, line in enumerate(lines):
        left, top = pad, round(pad * 0.55) + row * line_height
        for run in line:
            mask = render_text(run.text, line_height)
            area = slice(top, top + line_height), slice(left, left + mask.shape[1])
            ink[area] = mask / 255
            colour[area] += (np.array(run.colour, np.float32) - colour[area]) * ink[area][..., None]
            left += run.width(line_height)
    glass = _rounded(width, height, min(pad * 1.3, height / 2)) * _OPACITY
    cover = np.maximum(glass, ink)[..., None]
    through = np.repeat(255 * (1 - cover), 3, axis=2)
    return TextPanel(_bytes(colour * cover), _bytes(through))


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
