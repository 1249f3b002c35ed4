"""Regions of huge pictures: TIFF and GeoTIFF whose tiles or strips are read only where they are looked at."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from livecam.core.types import Image

_WORTH_IT = 40_000_000  # pixels; a smaller picture is sooner read whole
_KEPT = 32 * 2**20  # bytes of decoded tiles
_ALPHA = (1, 2)  # kinds of an extra sample that are transparency
_UPRIGHT = 1
_MOST_SEGMENT = 64 * 2**20  # bytes; a picture that is one strip has no parts


class PictureRegions(Protocol):
    """A picture of which parts are read: `shape` is (h, w, 3), `regions[rows, columns]` an image (slices)."""

    @property
    def shape(self) -> tuple[int, int, int]: ...

    def __getitem__(self, place: tuple[slice, slice]) -> Image: ...


def open_regions(path: Path, *, least: int = _WORTH_IT) -> TiffRegions | None:
    """A TIFF of at least so many pixels as regions; None for any other picture, which is to be read whole.

    Grey and colour of 8 or 16 bits, with or without a fourth band, which is left out; needs tifffile.
    """
    if path.suffix.lower() not in {".tif", ".tiff"} or find_spec("tifffile") is None:
        return None
    tifffile = import_module("tifffile")
    try:
        file = tifffile.TiffFile(path)
        page = file.pages[0]
        if page.imagewidth * page.imagelength < least or not _readable(page):
            file.close()
            return None
        # Whether its compression can be undone here shows in the first part.
        regions = TiffRegions(file, page)
        _ = regions[0:1, 0:1]
    except (OSError, ValueError, KeyError, IndexError, ImportError, tifffile.TiffFileError):
        return None
    return regions


def _readable(page: Any) -> bool:
    extra = tuple(int(kind) for kind in page.extrasamples)
    orientation = page.tags.valueof(274, _UPRIGHT)
    segment = page.chunks[0] * page.chunks[1] * page.samplesperpixel if len(page.chunks) > 1 else 0
    return bool(
        page.dtype in (np.uint8, np.uint16)
        and page.planarconfig == 1
        and page.photometric in (1, 2)
        and page.samplesperpixel in (1, 3, 4)
        and not set(extra) & set(_ALPHA)
        and orientation == _UPRIGHT
        and 0 < segment <= _MOST_SEGMENT
    )


@dataclass(eq=False)
class TiffRegions:
    """The regions of a TIFF; `regions[rows, columns]` is an image, by slices without a step."""

    file: Any
    page: Any
    _kept: OrderedDict[int, NDArray[Any]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    @property
    def shape(self) -> tuple[int, int, int]:
        return self.page.imagelength, self.page.imagewidth, 3

    def __getitem__(self, place: tuple[slice, slice]) -> Image:
        rows, columns = (range(*each.indices(length)) for each, length in zip(place, self.shape, strict=False))
        image = np.zeros((len(rows), len(columns), 3), np.uint8)
        if not image.size:
            return image
        high, wide = self.page.chunks[:2]
        across = -(-self.shape[1] // wide)
        for down in range(rows.start // high, (rows.stop - 1) // high + 1):
            for along in range(columns.start // wide, (columns.stop - 1) // wide + 1):
                part = self._segment(down * across + along)
                top, left = down * high, along * wide
                y0, y1 = max(rows.start, top), min(rows.stop, top + part.shape[0])
                x0, x1 = max(columns.start, left), min(columns.stop, left + part.shape[1])
                if y0 < y1 and x0 < x1:
                    there = slice(y0 - rows.start, y1 - rows.start), slice(x0 - columns.start, x1 - columns.start)
                    image[there] = part[y0 - top : y1 - top, x0 - left : x1 - left]
        return image

    def _segment(self, number: int) -> Image:
        with self._lock:
            if number in self._kept:
                self._kept.move_to_end(number)
                return self._kept[number]
            part = self._decoded(number)
            self._kept[number] = part
            while len(self._kept) > max(1, _KEPT // max(part.nbytes, 1)):
                self._kept.popitem(last=False)
            return part

    def _decoded(self, number: int) -> Image:
        """A tile or strip (h, w, 3) BGR; black where a sparse file has none."""
        page, count = self.page, self.page.databytecounts[number]
        if not count:
            return np.zeros((page.chunks[0], page.chunks[1], 3), np.uint8)
        self.file.filehandle.seek(page.dataoffsets[number])
        data, _, _ = page.decode(self.file.filehandle.read(count), number, jpegtables=page.jpegtables)
        part = np.asarray(data).reshape(data.shape[-3], data.shape[-2], -1)
        if part.dtype == np.uint16:
            part = ((part.astype(np.uint32) + 128) // 257).astype(np.uint8)
        if page.photometric == 1:
            part = np.repeat(part[..., :1], 3, axis=2)
        return np.ascontiguousarray(part[..., 2::-1])
