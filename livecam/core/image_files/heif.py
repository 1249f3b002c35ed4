"""AVIF and HEIC pictures (ISO/IEC 23008-12), decoded by PyAV, put together from their tiles and stood upright."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from livecam.core.image_files.iso_boxes import Crop, IsoBox, boxes, child, clean_aperture
from livecam.core.image_files.orientation import Orientation, upright
from livecam.core.types import Image

if TYPE_CHECKING:
    from av.packet import Packet
    from av.video.stream import VideoStream


_BRANDS = frozenset(
    {b"avif", b"avis", b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
)
_CODECS = {b"av01": "AV1", b"hvc1": "HEVC", b"hev1": "HEVC"}
_MOST_TILES = 4096


class UnreadableHeifError(ValueError):
    """Why such a picture cannot be read, in words that follow its name."""


@dataclass(frozen=True, slots=True)
class _Item:
    """A picture of the file as its tables describe it."""

    number: int
    kind: bytes
    tiles: Sequence[int]  # the items it is put together from, row by row
    content: bytes  # of a grid: its rows, columns and size
    properties: Sequence[tuple[bytes, bytes]]  # kind and content, in the order they apply in


def is_heif(data: bytes) -> bool:
    """Whether a file calls itself AVIF or HEIC."""
    head = data[:256]
    size = int.from_bytes(head[:4], "big")
    brands = {head[place : place + 4] for place in (8, *range(16, min(size, len(head) - 3), 4))}
    return head[4:8] == b"ftyp" and bool(brands & _BRANDS)


def read_heif(data: bytes) -> Image:
    """(h, w, 3) uint8 BGR, upright, the primary picture of the file. UnreadableHeifError says what is wrong."""
    item = _primary(data)
    numbers = item.tiles or (item.number,)
    decoded = _decoded(data, frozenset(numbers))
    pictures = [decoded.get(number) for number in numbers]
    if len(decoded) == 1 and not item.tiles:
        pictures = list(decoded.values())
    if not pictures or any(picture is None for picture in pictures):
        raise UnreadableHeifError(f"cannot be decoded; its pictures are coded as {_codec(item)}")
    whole = [picture for picture in pictures if picture is not None]
    return _transformed(_assembled(whole, item.content) if item.tiles else whole[0], item.properties)


def _codec(item: _Item) -> str:
    return _CODECS.get(item.kind, item.kind.decode("latin-1").strip() or "something unknown")


def _decoded(data: bytes, numbers: frozenset[int]) -> Mapping[int, Image]:
    """The first picture of every stream whose number is wanted, or of the first stream when none has such a number."""
    import av
    import av.error

    found: dict[int, Image] = {}
    try:
        with av.open(io.BytesIO(data), "r") as container:
            streams = [stream for stream in container.streams.video if stream.id in numbers]
            streams = streams or list(container.streams.video[:1])
            for packet in container.demux(streams) if streams else ():
                stream = cast("VideoStream", packet.stream)
                for frame in stream.decode(cast("Packet[VideoStream]", packet)):
                    found.setdefault(stream.id, frame.to_ndarray(format="bgr24").astype(np.uint8, copy=False))
    except (av.error.FFmpegError, OSError, ValueError) as error:
        if not found:
            raise UnreadableHeifError("is damaged, or of a kind of AVIF or HEIC that cannot be read") from error
    return found


def _assembled(tiles: Sequence[Image], content: bytes) -> Image:
    """A grid of equal tiles, cut to its size at the right and at the bottom."""
    if len(content) < 8:
        raise UnreadableHeifError("is damaged: the size of its grid of tiles is missing")
    rows, columns = content[2] + 1, content[3] + 1
    step = 4 if content[1] & 1 else 2
    width, height = (int.from_bytes(content[place : place + step], "big") for place in (4, 4 + step))
    shapes = {tile.shape for tile in tiles}
    tall, wide = tiles[0].shape[:2]
    fits = (
        len(tiles) == rows * columns and len(shapes) == 1 and 0 < width <= wide * columns and 0 < height <= tall * rows
    )
    if not fits:
        raise UnreadableHeifError("is damaged: its tiles do not make up its size")
    strips = [np.hstack(tiles[row * columns : (row + 1) * columns]) for row in range(rows)]
    return np.ascontiguousarray(np.vstack(strips)[:height, :width])


def _transformed(image: Image, properties: Sequence[tuple[bytes, bytes]]) -> Image:
    for kind, content in properties:
        if kind == b"clap":
            crop = clean_aperture(content, image.shape[1], image.shape[0])
            image = image if crop is None else _cropped(image, crop)
        elif kind == b"irot" and content:
            turns = (
                Orientation.UPRIGHT,
                Orientation.THREE_QUARTER_TURN,
                Orientation.HALF_TURN,
                Orientation.QUARTER_TURN,
            )
            image = upright(image, turns[content[0] & 3])
        elif kind == b"imir" and content:
            image = upright(image, Orientation.MIRRORED if content[0] & 1 else Orientation.MIRRORED_HALF_TURN)
    return image


def _cropped(image: Image, crop: Crop) -> Image:
    return np.ascontiguousarray(image[crop.top : crop.top + crop.height, crop.left : crop.left + crop.width])


def _primary(data: bytes) -> _Item:
    meta = next((box for box in boxes(data) if box.kind == b"meta"), None)
    if meta is None:
        # A sequence without a still picture: its first frame.
        return _Item(-1, b"", (), b"", ())
    tables = {box.kind: box for box in boxes(data, meta.start + 4, meta.end)}
    try:
        number = _number(data, tables[b"pitm"].start + 4, 4 if data[tables[b"pitm"].start] else 2)
        kind = dict(_kinds(data, tables[b"iinf"]))[number]
        properties = tuple(_properties(data, tables[b"iprp"], number))
        if kind != b"grid":
            return _Item(number, kind, (), b"", properties)
        tiles = tuple(_tiles(data, tables[b"iref"], number))
        return _Item(number, kind, tiles, _content(data, tables, number), properties)
    except (KeyError, IndexError) as error:
        raise UnreadableHeifError("is damaged: the tables of its pictures are not whole") from error


def _number(data: bytes, place: int, length: int) -> int:
    return int.from_bytes(data[place : place + length], "big")


def _kinds(data: bytes, table: IsoBox) -> Iterator[tuple[int, bytes]]:
    for entry in boxes(data, table.start + (6 if data[table.start] == 0 else 8), table.end):
        wide = 4 if data[entry.start] >= 3 else 2
        yield _number(data, entry.start + 4, wide), data[entry.start + 6 + wide : entry.start + 10 + wide]


def _tiles(data: bytes, table: IsoBox, number: int) -> Iterator[int]:
    wide = 4 if data[table.start] else 2
    for entry in boxes(data, table.start + 4, table.end):
        if entry.kind == b"dimg" and _number(data, entry.start, wide) == number:
            count = min(_number(data, entry.start + wide, 2), _MOST_TILES)
            yield from (_number(data, entry.start + wide + 2 + index * wide, wide) for index in range(count))


def _properties(data: bytes, table: IsoBox, number: int) -> Iterator[tuple[bytes, bytes]]:
    container = child(data, table, b"ipco")
    known = list(boxes(data, container.start, container.end)) if container else []
    for entry in (box for box in boxes(data, table.start, table.end) if box.kind == b"ipma"):
        wide, step = 4 if data[entry.start] else 2, 2 if data[entry.start + 3] & 1 else 1
        place = entry.start + 8
        for _ in range(_number(data, entry.start + 4, 4)):
            if place >= entry.end:
                return
            item, count = _number(data, place, wide), data[place + wide]
            place += wide + 1
            if item == number:
                for index in range(count):
                    which = _number(data, place + index * step, step) & (0x7FFF if step == 2 else 0x7F)
                    if 0 < which <= len(known):
                        box = known[which - 1]
                        yield box.kind, data[box.start : box.end]
            place += count * step


def _content(data: bytes, tables: Mapping[bytes, IsoBox], number: int) -> bytes:
    """The bytes of an item, in the file or in the `idat` box."""
    table = tables[b"iloc"]
    version, sizes = data[table.start], _number(data, table.start + 4, 2)
    offset_size, length_size, base_size = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15
    index_size = sizes & 15 if version else 0
    wide = 4 if version == 2 else 2
    place = table.start + 6 + wide
    for _ in range(_number(data, table.start + 6, wide)):
        if place >= table.end:
            break
        item = _number(data, place, wide)
        place += wide
        method = _number(data, place, 2) & 15 if version else 0
        place += (2 if version else 0) + 2
        base, count = _number(data, place, base_size), _number(data, place + base_size, 2)
        place += base_size + 2
        extents = []
        for _ in range(min(count, _MOST_TILES)):
            offset = base + _number(data, place + index_size, offset_size)
            extents.append((offset, _number(data, place + index_size + offset_size, length_size)))
            place += index_size + offset_size + length_size
        if item == number:
            start = tables[b"idat"].start if method == 1 else 0
            return b"".join(data[start + offset : start + offset + length] for offset, length in extents)
    raise KeyError(number)
