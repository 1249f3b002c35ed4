"""The letters of every window: a sheet of glyphs, for OpenCV's wheel has no fonts and its strokes are ugly."""

from __future__ import annotations

import json
from functools import cache, lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.assets import asset
from livecam.core.errors import AssetError

Mask = NDArray[np.uint8]  # (h, w), 255 is covered


@lru_cache(maxsize=1024)
def letters(text: str, line_height: int) -> Mask:
    """A line of text, `line_height` pixels high; a character that the sheet does not have is a question mark."""
    sheet, places = _font()
    unknown = places["?"]
    row = np.hstack([sheet[:, places.get(character, unknown)] for character in text or " "])
    size = max(1, round(row.shape[1] * line_height / row.shape[0])), line_height
    reducing = line_height < row.shape[0]
    return cv2.resize(row, size, interpolation=cv2.INTER_AREA if reducing else cv2.INTER_LINEAR).astype(np.uint8)


@cache
def _font() -> tuple[Mask, dict[str, slice]]:
    """The sheet of letters and where each stands in it."""
    picture, table = asset("fonts/hud.png"), asset("fonts/hud.json")
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
    if sheet is None or sheet.shape[1] != ends[-1] or "?" not in places:
        raise AssetError(f"{picture} does not fit {table.name}; install livecam again")
    return sheet.astype(np.uint8, copy=False), places
