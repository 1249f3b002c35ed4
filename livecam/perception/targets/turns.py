"""Turned pages: a picture as it lies on its side, upside down or a little askew, and places on it told upright."""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.types import Box, Image
from livecam.perception.targets.peaks import MapPeak

ANGLES = (90.0, 180.0, 270.0, 10.0, -10.0)  # degrees clockwise
_QUARTERS: dict[float, int] = {90.0: 3, 180.0: 2, 270.0: 1}  # of numpy's turns, which go the other way
_BEYOND = (128, 128, 128)  # what shows in the corners of a page that is turned askew
_MOST_PIXELS = 60_000_000  # of a page that is copied to be turned askew; quarter turns need no copy


class Turns(StrEnum):
    """When a page is also searched turned: when nothing was found upright, always, or never."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


class TurnedPage(NamedTuple):
    """A page that was turned, and the way back to the page as it is."""

    image: Image
    back: Callable[[MapPeak], MapPeak]


def turned(image: Image, angle: float) -> TurnedPage | None:
    """The page (h, w, 3) turned by one of ANGLES; None for one too large to be copied. A quarter turn is a view."""
    height, width = image.shape[:2]
    if angle in _QUARTERS:
        quarters = _QUARTERS[angle]
        return TurnedPage(np.rot90(image, quarters), lambda peak: _quarter_back(peak, quarters, width, height))
    if width * height > _MOST_PIXELS:
        return None
    matrix, size = _askew(width, height, angle)
    shown = cv2.warpAffine(np.asarray(image), matrix, size, borderMode=cv2.BORDER_CONSTANT, borderValue=_BEYOND)
    inverse = np.asarray(cv2.invertAffineTransform(matrix), np.float64)
    return TurnedPage(shown.astype(np.uint8, copy=False), lambda peak: _askew_back(peak, inverse, width, height))


def _quarter_back(peak: MapPeak, quarters: int, width: int, height: int) -> MapPeak:
    (x, y), box = (peak.x, peak.y), peak.box
    for k in range(quarters):
        # One turn of numpy's takes what is at (x, y) of a page as wide as `across` to (y, across - 1 - x).
        across = width if (quarters - 1 - k) % 2 == 0 else height
        x, y = across - 1 - y, x
        box = Box(across - box.y - box.height, box.x, box.height, box.width)
    return peak._replace(x=x, y=y, box=box)


def _askew(width: int, height: int, angle: float) -> tuple[NDArray[np.float64], tuple[int, int]]:
    cosine, sine = abs(math.cos(math.radians(angle))), abs(math.sin(math.radians(angle)))
    size = math.ceil(width * cosine + height * sine), math.ceil(width * sine + height * cosine)
    matrix = np.asarray(cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -angle, 1.0), np.float64)
    matrix[:, 2] += (size[0] - width) / 2, (size[1] - height) / 2
    return matrix, size


def _askew_back(peak: MapPeak, inverse: NDArray[np.float64], width: int, height: int) -> MapPeak:
    """The box keeps its size: it is upright about the same middle."""
    x, y = (float(value) for value in inverse @ (peak.x, peak.y, 1.0))
    middle = peak.box.x + peak.box.width / 2, peak.box.y + peak.box.height / 2
    at = inverse @ (*middle, 1.0)
    x, y = min(max(x, 0.0), width - 1.0), min(max(y, 0.0), height - 1.0)
    left, top = max(0.0, float(at[0]) - peak.box.width / 2), max(0.0, float(at[1]) - peak.box.height / 2)
    right = min(float(width), float(at[0]) + peak.box.width / 2)
    bottom = min(float(height), float(at[1]) + peak.box.height / 2)
    return peak._replace(x=x, y=y, box=Box(left, top, max(1.0, right - left), max(1.0, bottom - top)))
