"""Walks the boxes of MP4, MOV, AVIF and HEIC files (ISO/IEC 14496-12), for what PyAV does not tell of them."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple


class IsoBox(NamedTuple):
    """One box: its four letters, and where its content begins and ends in the data."""

    kind: bytes
    start: int
    end: int


class Crop(NamedTuple):
    """What is shown of a stored picture, in its pixels; every value is whole."""

    left: int
    top: int
    width: int
    height: int


def boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[IsoBox]:
    """The boxes that lie one after another; what is cut off at the end has an `end` beyond the data."""
    end = len(data) if end is None else min(end, len(data))
    while start + 8 <= end:
        size, kind, header = int.from_bytes(data[start : start + 4], "big"), data[start + 4 : start + 8], 8
        if size == 1 and start + 16 <= end:
            size, header = int.from_bytes(data[start + 8 : start + 16], "big"), 16
        if size == 0:
            size = end - start
        if size < header:
            return
        yield IsoBox(kind, start + header, start + size)
        start += size


def child(data: bytes, parent: IsoBox, kind: bytes, *, skip: int = 0) -> IsoBox | None:
    """The first box of a kind inside another, whose own fields take `skip` bytes."""
    return next((box for box in boxes(data, parent.start + skip, parent.end) if box.kind == kind), None)


def clean_aperture(content: bytes, width: int, height: int) -> Crop | None:
    """The rectangle of a `clap` box inside a picture of this size; None when it cannot be right or is all of it."""
    if len(content) < 32:
        return None
    numbers = [int.from_bytes(content[place : place + 4], "big", signed=True) for place in range(0, 32, 4)]
    if any(bottom <= 0 for bottom in numbers[1::2]):
        return None
    wide, high, right, down = (Fraction(top, bottom) for top, bottom in zip(numbers[::2], numbers[1::2], strict=True))
    left, top = Fraction(width - wide, 2) + right, Fraction(height - high, 2) + down
    return inside(Crop(round(left), round(top), round(wide), round(high)), width, height)


def inside(crop: Crop, width: int, height: int) -> Crop | None:
    """The crop when it is a true part of a picture of this size, else None."""
    fits = crop.left >= 0 and crop.top >= 0 and crop.width > 0 and crop.height > 0
    fits = fits and crop.left + crop.width <= width and crop.top + crop.height <= height
    return crop if fits and (crop.width, crop.height) != (width, height) else None
