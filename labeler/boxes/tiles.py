"""Tiles of pictures of any size: a pyramid of halves on the disk, made once a picture, read only where it is seen.

The disk's files have no name: they are gone with the process, however it ends.
"""

from __future__ import annotations

import tempfile
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import cv2
import numpy as np

from livecam.core.image_files.images import read_image
from livecam.core.image_files.regions import PictureRegions, open_regions
from livecam.core.types import Image

SIDE = 512  # of a tile, pixels
_ROWS = 1024  # of a picture that are reduced at a time; a multiple of 2
_KEPT = 3  # pictures whose pyramid is kept
_QUALITY = 92


@dataclass(frozen=True, slots=True, eq=False)
class Pyramid:
    """A picture, and its halves up to the one that fits into a tile."""

    levels: tuple[PictureRegions, ...]

    @property
    def size(self) -> tuple[int, int]:
        height, width, _ = self.levels[0].shape
        return width, height

    def tile(self, level: int, column: int, row: int) -> bytes | None:
        """A JPEG; None for a tile that the picture does not have."""
        if not 0 <= level < len(self.levels):
            return None
        height, width, _ = self.levels[level].shape
        if not (0 <= column * SIDE < width and 0 <= row * SIDE < height):
            return None
        rows = slice(row * SIDE, min((row + 1) * SIDE, height))
        part = self.levels[level][rows, slice(column * SIDE, min((column + 1) * SIDE, width))]
        _, content = cv2.imencode(".jpg", np.ascontiguousarray(part), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
        return content.tobytes()


class Pyramids:
    """The pyramids of the pictures that were looked at last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Path, Pyramid] = OrderedDict()
        self._lock = Lock()

    def of(self, picture: Path) -> Pyramid:
        """SourceError for a picture that cannot be read."""
        with self._lock:
            if picture not in self._kept:
                self._kept[picture] = _made(picture)
            self._kept.move_to_end(picture)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
            return self._kept[picture]


def _made(picture: Path) -> Pyramid:
    """A tiled TIFF stays where it is; another format has to be decoded whole, once, and goes to the disk."""
    first: Any = open_regions(picture)
    if first is None:
        image = read_image(picture)
        first = _on_disk(image.shape)
        first[:] = image
        del image
    levels = [first]
    while max(levels[-1].shape[:2]) > SIDE:
        levels.append(_halved(levels[-1]))
    return Pyramid(tuple(levels))


def _halved(larger: Any) -> Any:
    height, width, _ = larger.shape
    half = _on_disk(((height + 1) // 2, (width + 1) // 2, 3))
    for top in range(0, height, _ROWS):
        part: Image = np.ascontiguousarray(larger[top : min(top + _ROWS, height), 0:width])
        part = np.pad(part, ((0, part.shape[0] % 2), (0, width % 2), (0, 0)), "edge")
        size = part.shape[1] // 2, part.shape[0] // 2
        half[top // 2 : top // 2 + size[1]] = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    return half


def _on_disk(shape: tuple[int, ...]) -> Any:
    with tempfile.TemporaryFile() as file:  # what is mapped of it stays
        return np.memmap(file, np.uint8, "w+", shape=shape)
