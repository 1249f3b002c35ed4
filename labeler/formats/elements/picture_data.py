"""Pictures that stand in a label file itself: base64, an address of its data, or the grey levels as text."""

from __future__ import annotations

import base64
import binascii
import math

import cv2
import numpy as np
from numpy.typing import NDArray

from labeler.formats.elements.parsing import MalformedError
from livecam.core.errors import SourceError
from livecam.core.types import Image


def decode_base64(data: str, where: str) -> Image:
    """A whole picture file in base64, also after `data:image/png;base64,`; SourceError for what is none."""
    try:
        content = base64.b64decode(data.rpartition("base64,")[2], validate=False)
    except (binascii.Error, ValueError):
        content = b""
    image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR) if content else None
    if image is None:
        raise SourceError(f"{where}: the picture that stands in it is damaged")
    return image.astype(np.uint8, copy=False)


def grey_square(text: str) -> NDArray[np.uint8]:
    """(n, n) from n * n numbers 0 to 255 with spaces between them, row by row, as Kaggle's tables have them."""
    try:
        levels = np.array([int(level) for level in text.split()])
    except ValueError:
        raise MalformedError("its picture is no list of grey levels") from None
    side = math.isqrt(len(levels))
    if not side or side * side != len(levels) or levels.min() < 0 or levels.max() > 255:
        raise MalformedError(f"its {len(levels)} grey levels are no square picture of values from 0 to 255")
    return levels.astype(np.uint8).reshape(side, side)


def in_colour(grey: NDArray[np.uint8]) -> Image:
    """(h, w, 3) BGR."""
    return np.repeat(grey[:, :, None], 3, axis=2)
