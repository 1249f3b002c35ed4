"""EXIF orientation and display matrices: how a stored picture is turned and mirrored until it stands upright."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

import cv2
import numpy as np

from livecam.core.types import Image

_TAG, _SHORT = 0x0112, 3
# A profile as ImageMagick writes it into a text of a PNG: its kind, its length, then hexadecimal figures.
_RAW_PROFILE = re.compile(rb"^\s*(?:exif|app1)\s+\d+\s+([0-9a-fA-F\s]+)$", re.IGNORECASE)


class Orientation(IntEnum):
    """What is done to a stored picture, by the numbers of EXIF; turns are clockwise and come after the mirroring."""

    UPRIGHT = 1
    MIRRORED = 2
    HALF_TURN = 3
    MIRRORED_HALF_TURN = 4
    MIRRORED_THREE_QUARTER_TURN = 5
    QUARTER_TURN = 6
    MIRRORED_QUARTER_TURN = 7
    THREE_QUARTER_TURN = 8

    @property
    def swaps_sides(self) -> bool:
        """Whether width and height change places."""
        return self >= Orientation.MIRRORED_THREE_QUARTER_TURN

    def then(self, other: Orientation) -> Orientation:
        """Both, this one first."""
        (a, b, c, d), (e, f, g, h) = _MATRICES[self], _MATRICES[other]
        return _NUMBERS[a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h]


class ExifMark(NamedTuple):
    """An orientation and where in the file its two bytes are; `None` where they are not there as they are."""

    orientation: Orientation
    place: slice | None = None
    order: str = "<"


# (a, b, c, d): a pixel at (x, y) is shown at (a x + c y, b x + d y), as in a display matrix.
_MATRICES = {
    Orientation.UPRIGHT: (1, 0, 0, 1),
    Orientation.MIRRORED: (-1, 0, 0, 1),
    Orientation.HALF_TURN: (-1, 0, 0, -1),
    Orientation.MIRRORED_HALF_TURN: (1, 0, 0, -1),
    Orientation.MIRRORED_THREE_QUARTER_TURN: (0, 1, 1, 0),
    Orientation.QUARTER_TURN: (0, 1, -1, 0),
    Orientation.MIRRORED_QUARTER_TURN: (0, -1, -1, 0),
    Orientation.THREE_QUARTER_TURN: (0, -1, 1, 0),
}
_NUMBERS = {matrix: orientation for orientation, matrix in _MATRICES.items()}
_TURNS = {
    0: Orientation.UPRIGHT,
    90: Orientation.QUARTER_TURN,
    180: Orientation.HALF_TURN,
    270: Orientation.THREE_QUARTER_TURN,
}


def upright(image: Image, orientation: Orientation) -> Image:
    """The picture as it is to be shown, contiguous; the same array when there is nothing to do."""
    if orientation.swaps_sides:
        image = cv2.transpose(image).astype(image.dtype, copy=False)
    a, b, c, d = _MATRICES[orientation]
    across, down = (a or c) < 0, (b or d) < 0
    if across or down:
        code = -1 if across and down else int(across)
        image = cv2.flip(image, code).astype(image.dtype, copy=False)
    return np.ascontiguousarray(image)


def turned_by(degrees: int) -> Orientation:
    """A turn by 0, 90, 180 or 270 degrees clockwise."""
    return _TURNS[degrees]


def of_display_matrix(matrix: bytes) -> Orientation:
    """The nearest of the eight to a display matrix: nine int32 in the machine's order, as FFmpeg hands it out."""
    a, b, _, c, d = struct.unpack_from("=5i", matrix)
    return max(_MATRICES, key=lambda orientation: np.dot(_MATRICES[orientation], (a, b, c, d)))


def exif_mark(data: bytes) -> ExifMark:
    """The mark of a JPEG, PNG, WebP or TIFF file; upright where there is none that can be understood."""
    for start, block in _exif_blocks(data):
        found = _tiff_mark(block)
        if found is not None:
            orientation, offset, order = found
            place = None if start is None else slice(start + offset, start + offset + 2)
            return ExifMark(orientation, place, order)
    return ExifMark(Orientation.UPRIGHT)


def without_mark(data: bytes, mark: ExifMark) -> bytes:
    """The file with its mark set to upright, for decoders that would follow it themselves."""
    if mark.orientation is Orientation.UPRIGHT or mark.place is None:
        return data
    value = struct.pack(f"{mark.order}H", Orientation.UPRIGHT)
    return data[: mark.place.start] + value + data[mark.place.stop :]


def _exif_blocks(data: bytes) -> Iterator[tuple[int | None, bytes]]:
    """What may hold the tags, and where in the file it begins."""
    if data[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        yield 0, data
    elif data.startswith(b"\xff\xd8"):
        yield from _of_jpeg(data)
    elif data.startswith(b"\x89PNG"):
        yield from _of_png(data)
    elif data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        yield from _of_webp(data)


def _of_jpeg(data: bytes) -> Iterator[tuple[int, bytes]]:
    place = 2
    while place + 4 <= len(data) and data[place] == 0xFF:
        kind, length = data[place + 1], int.from_bytes(data[place + 2 : place + 4], "big")
        if kind == 0xFF:  # padding
            place += 1
            continue
        if kind in (0xDA, 0xD9) or length < 2:
            return
        if kind == 0xE1 and data[place + 4 : place + 10] == b"Exif\0\0":
            yield place + 10, data[place + 10 : place + 2 + length]
        place += 2 + length


def _of_png(data: bytes) -> Iterator[tuple[int | None, bytes]]:
    place = 8
    while place + 8 <= len(data):
        length, kind = int.from_bytes(data[place : place + 4], "big"), data[place + 4 : place + 8]
        content = data[place + 8 : place + 8 + length]
        if kind == b"eXIf":
            skipped = 6 if content.startswith(b"Exif\0\0") else 0
            yield None, content[skipped:]
        elif kind in (b"zTXt", b"tEXt") and content.lower().startswith(
            (b"raw profile type exif", b"raw profile type app1")
        ):
            yield from _of_raw_profile(content, packed=kind == b"zTXt")
        place += 12 + length


def _of_raw_profile(content: bytes, *, packed: bool) -> Iterator[tuple[None, bytes]]:
    text = content.partition(b"\0")[2]
    if packed:
        try:
            text = zlib.decompressobj().decompress(text[1:], 1 << 20)
        except zlib.error:
            return
    match = _RAW_PROFILE.match(text)
    figures = re.sub(rb"\s", b"", match[1]) if match else b""
    profile = bytes.fromhex(figures[: len(figures) // 2 * 2].decode())
    yield None, profile.removeprefix(b"Exif\0\0")


def _of_webp(data: bytes) -> Iterator[tuple[int, bytes]]:
    place = 12
    while place + 8 <= len(data):
        length = int.from_bytes(data[place + 4 : place + 8], "little")
        if data[place : place + 4] == b"EXIF":
            content = data[place + 8 : place + 8 + length]
            skipped = 6 if content.startswith(b"Exif\0\0") else 0
            yield place + 8 + skipped, content[skipped:]
        place += 8 + length + length % 2


def _tiff_mark(block: bytes) -> tuple[Orientation, int, str] | None:
    """The orientation in the first directory of a TIFF or BigTIFF, the place of its value and the byte order."""
    order = {b"II": "<", b"MM": ">"}.get(block[:2])
    if order is None or len(block) < 16:
        return None
    large = struct.unpack_from(f"{order}H", block, 2)[0] == 43
    directory = struct.unpack_from(f"{order}{'Q' if large else 'I'}", block, 8 if large else 4)[0]
    entries, size, value = (directory + 8, 20, 12) if large else (directory + 2, 12, 8)
    if entries > len(block):
        return None
    count = struct.unpack_from(f"{order}{'Q' if large else 'H'}", block, directory)[0]
    for entry in range(entries, min(entries + count * size, len(block) - size + 1), size):
        tag, kind = struct.unpack_from(f"{order}HH", block, entry)
        if tag == _TAG and kind == _SHORT:
            number = struct.unpack_from(f"{order}H", block, entry + value)[0]
            return (Orientation(number), entry + value, order) if 1 <= number <= 8 else None
    return None
