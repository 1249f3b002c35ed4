"""A lazily scaled image: any part of a page at another scale, each pixel always the same."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.image_files.regions import TiffRegions
from livecam.core.types import Image

_LARGE = 40_000_000  # pixels of a page whose smaller scales are taken from an overview
_OVERVIEW = 10_000_000  # pixels of that at most
_BAND = 512  # rows of a page that are reduced at a time
_STEPS = 32  # of OpenCV's bilinear interpolation between two pixels


class Interval(NamedTuple):
    """Pixels from `start` up to, and without, `stop`."""

    start: int
    stop: int

    @property
    def length(self) -> int:
        return self.stop - self.start

    def within(self, length: int) -> Interval:
        """What of it lies on an axis of so many pixels; at least one pixel."""
        start = min(max(self.start, 0), length - 1)
        return Interval(start, max(min(self.stop, length), start + 1))


@dataclass(frozen=True, slots=True, eq=False)
class _Axis:
    """For every pixel of the scaled page along one axis, where on the page it is taken from."""

    whole: NDArray[np.int64]  # (length,)
    part: NDArray[np.uint16]  # (length,), of a pixel further on, in steps
    scale: float


@dataclass(frozen=True, slots=True, eq=False)
class LazyScaledImage:
    """A page (h, w, 3) at `scale`; a scale below 1 takes the mean of what falls together."""

    image: Image | TiffRegions
    scale: float
    _x: _Axis = field(init=False)
    _y: _Axis = field(init=False)

    def __post_init__(self) -> None:
        height, width = self.image.shape[:2]
        object.__setattr__(self, "_x", _axis(width, self.scale))
        object.__setattr__(self, "_y", _axis(height, self.scale))

    @property
    def width(self) -> int:
        return len(self._x.whole)

    @property
    def height(self) -> int:
        return len(self._y.whole)

    def cut(self, rows: Interval, columns: Interval) -> Image:
        """(rows, columns, 3) of the scaled page; what lies beyond its edge repeats the edge."""
        inner_rows, inner_columns = rows.within(self.height), columns.within(self.width)
        part = self._inside(inner_rows, inner_columns)
        above, left = max(0, -rows.start), max(0, -columns.start)
        below, right = rows.length - inner_rows.length - above, columns.length - inner_columns.length - left
        if above or below or left or right:
            wider = cv2.copyMakeBorder(part, above, below, left, right, cv2.BORDER_REPLICATE)
            return wider.astype(np.uint8, copy=False)
        return part

    def _inside(self, rows: Interval, columns: Interval) -> Image:
        height, width = self.image.shape[:2]
        if (self.width, self.height) == (width, height):
            return self.image[rows.start : rows.stop, columns.start : columns.stop]
        sigma = _blur(min(self._x.scale, self._y.scale))
        reach = math.ceil(3 * sigma) + 2
        top, bottom = _source(self._y, rows, height, reach)
        left, right = _source(self._x, columns, width, reach)
        source = self.image[top:bottom, left:right]
        if sigma > 0:
            size = 2 * (reach - 2) + 1
            source = cv2.GaussianBlur(source, (size, size), sigma, borderType=cv2.BORDER_REPLICATE).astype(
                np.uint8, copy=False
            )
        return _sampled(source, self._y, rows, top, self._x, columns, left)


@dataclass(frozen=True, slots=True, eq=False)
class ImagePyramid:
    """A page (h, w, 3) and, of a large one, an overview from which all small scales are taken: a small part at a small
    scale would be most of a huge page."""

    image: Image | TiffRegions
    small: Image | TiffRegions
    factor: int  # by which the overview is smaller; 1 where there is none

    @classmethod
    def of(cls, image: Image | TiffRegions) -> ImagePyramid:
        return cls(image, *(overview(image, _OVERVIEW) if is_large(image) else (image, 1)))

    def level(self, scale: float) -> tuple[Image | TiffRegions, int]:
        """What the page at `scale` is taken from, and by which factor that is smaller than the page."""
        return (self.small, self.factor) if scale * self.factor <= 1 else (self.image, 1)


def is_large(image: Image | TiffRegions) -> bool:
    return image.shape[0] * image.shape[1] > _LARGE


def overview(image: Image | TiffRegions, most: int) -> tuple[Image | TiffRegions, int]:
    """The page (h, w, 3) reduced by a whole factor to at most so many pixels, and the factor; rows at a time, so that
    little of a page that is read by regions is held at once."""
    height, width = image.shape[:2]
    factor = max(1, math.ceil(math.sqrt(width * height / most)))
    if factor == 1:
        return image, 1
    small = np.empty((max(1, height // factor), max(1, width // factor), 3), np.uint8)
    rows = max(1, _BAND // factor)
    for top in range(0, len(small), rows):
        count = min(rows, len(small) - top)
        part = image[top * factor : (top + count) * factor, 0 : small.shape[1] * factor]
        small[top : top + count] = cv2.resize(part, (small.shape[1], count), interpolation=cv2.INTER_AREA)
    return small, factor


def factors(image: Image | TiffRegions, scale: float) -> tuple[float, float]:
    """Scaled pixels a page pixel, along x and y: the scale, but for the rounding of the size to whole pixels."""
    height, width = image.shape[:2]
    return _scaled(width, scale) / width, _scaled(height, scale) / height


def _scaled(length: int, scale: float) -> int:
    return max(1, round(length * scale))


def _axis(length: int, scale: float) -> _Axis:
    scaled = _scaled(length, scale)
    exact = scaled / length
    # Centres of pixels fall on each other; what lies beyond the first and the last is that pixel.
    places = np.clip((np.arange(scaled) + 0.5) / exact - 0.5, 0, length - 1)
    steps = np.rint(places * _STEPS).astype(np.int64)
    return _Axis(steps // _STEPS, (steps % _STEPS).astype(np.uint16), exact)


def _blur(scale: float) -> float:
    """The deviation, page pixels, of the blur that makes up for what a smaller scale does not sample."""
    return 0.5 * math.sqrt(1 / scale**2 - 1) if scale < 1 else 0.0


def _source(axis: _Axis, span: Interval, length: int, reach: int) -> Interval:
    """The page's pixels that the span of the scaled page is made of."""
    first, last = int(axis.whole[span.start]), int(axis.whole[span.stop - 1])
    return Interval(max(0, first - reach), min(length, last + 1 + reach))


def _sampled(source: Image, y: _Axis, rows: Interval, top: int, x: _Axis, columns: Interval, left: int) -> Image:
    """Bilinear, from coordinates worked out once for the whole page: no seam can differ by a rounding."""
    shape = rows.length, columns.length
    whole, part = np.empty((*shape, 2), np.int16), np.empty(shape, np.uint16)
    whole[..., 0] = x.whole[columns.start : columns.stop] - left
    whole[..., 1] = (y.whole[rows.start : rows.stop] - top)[:, None]
    np.add(
        x.part[columns.start : columns.stop],
        y.part[rows.start : rows.stop, None] * np.uint16(_STEPS),
        out=part,
    )
    return cv2.remap(source, whole, part, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).astype(
        np.uint8, copy=False
    )
