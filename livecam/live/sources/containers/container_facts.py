"""What PyAV does not tell of MP4, Matroska and AVI files: whether they are whole, what part of a picture is shown."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from livecam.core.image_files.iso_boxes import Crop, IsoBox, boxes, child, clean_aperture, inside

_EBML, _SEGMENT, _TRACKS, _TRACK, _VIDEO, _CLUSTER = 0x1A45DFA3, 0x18538067, 0x1654AE6B, 0xAE, 0xE0, 0x1F43B675
_SEEK_HEAD, _SEEK, _SEEK_ID, _CUES = 0x114D9B74, 0x4DBB, 0x53AB, 0x1C53BB6B
_WIDTH, _HEIGHT, _TYPE = 0xB0, 0xBA, 0x83
_CROPS = {0x54CC: 0, 0x54BB: 1, 0x54DD: 2, 0x54AA: 3}  # left, top, right, bottom
_LARGEST_HEAD = 64 << 20
_SAMPLE_ENTRY = 78  # bytes of a VisualSampleEntry before its boxes (ISO/IEC 14496-12)
_TOP_LEVEL = frozenset(
    {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"moof", b"styp", b"sidx", b"uuid", b"pdin"}
)


@dataclass(frozen=True, slots=True)
class ContainerFacts:
    """`whole` is None where a file does not tell its own size; crops are in the order of the video tracks."""

    whole: bool | None = None
    crops: Sequence[Crop | None] = ()


def container_facts(path: Path) -> ContainerFacts:
    """Of a file that PyAV can open; nothing is known of a kind that is not one of these, or that cannot be read."""
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            head = file.read(12)
            if head[4:8] in _TOP_LEVEL:
                return _of_mp4(file, size)
            if int.from_bytes(head[:4], "big") == _EBML:
                return _of_matroska(file, size)
            if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
                return ContainerFacts(8 + int.from_bytes(head[4:8], "little") <= size)
    except OSError:
        return ContainerFacts()
    return ContainerFacts()


def says_it_is_complete(head: bytes) -> bool:
    """Whether the beginning of a stream shows that its end was known when it was written: by an index of all of it, a
    length of all of it, or pictures in front of their index."""
    if head[4:8] in _TOP_LEVEL:
        return _is_complete_mp4(head)
    if int.from_bytes(head[:4], "big") == _EBML:
        return _is_complete_matroska(io.BytesIO(head))
    return False


def is_read_straight(head: bytes) -> bool:
    """Whether what begins in this way is surely played from its beginning to its end without winding."""
    if head[4:8] in _TOP_LEVEL:
        return next((box.kind for box in boxes(head) if box.kind in (b"moov", b"mdat")), b"") == b"moov"
    return int.from_bytes(head[:4], "big") == _EBML or (head[:1] == head[188:189] == b"G") or head[:3] == b"FLV"


def _is_complete_mp4(head: bytes) -> bool:
    for box in boxes(head):
        if box.kind == b"moov":
            extends = child(head, box, b"mvex")
            length = child(head, extends, b"mehd") if extends else None
            return extends is None or (length is not None and any(head[length.start + 4 : length.end]))
        if box.kind in (b"moof", b"mdat"):
            return box.kind == b"mdat"
    return False


def _is_complete_matroska(file: BinaryIO) -> bool:
    _, header = _element(file)
    file.seek(header or 0, os.SEEK_CUR)
    kind, length = _element(file)
    if kind != _SEGMENT or length is not None:
        return kind == _SEGMENT
    while (element := _element(file))[1] is not None and element[0] != _CLUSTER:
        content = file.read(element[1] or 0)
        if element[0] == _CUES or (element[0] == _SEEK_HEAD and _names_cues(content)):
            return True
    return False


def _names_cues(seek_head: bytes) -> bool:
    seeks = [dict(_elements(content)) for kind, content in _elements(seek_head) if kind == _SEEK]
    return any(int.from_bytes(seek.get(_SEEK_ID, b""), "big") == _CUES for seek in seeks)


def _of_mp4(file: BinaryIO, size: int) -> ContainerFacts:
    place, movie = 0, b""
    while place + 8 <= size:
        file.seek(place)
        head = file.read(16)
        length, kind = int.from_bytes(head[:4], "big"), head[4:8]
        length = int.from_bytes(head[8:16], "big") if length == 1 else length or size - place
        if length < 8:
            break
        if kind == b"moov" and length < _LARGEST_HEAD:
            file.seek(place)
            movie = file.read(length)
        place += length
    return ContainerFacts(place <= size, tuple(_mp4_crops(movie)))


def _mp4_crops(movie: bytes) -> Iterator[Crop | None]:
    for whole in boxes(movie):
        for track in (box for box in boxes(movie, whole.start, whole.end) if box.kind == b"trak"):
            media = child(movie, track, b"mdia")
            handler = child(movie, media, b"hdlr") if media else None
            if media and handler and movie[handler.start + 8 : handler.start + 12] == b"vide":
                yield _mp4_crop(movie, media)


def _mp4_crop(movie: bytes, media: IsoBox) -> Crop | None:
    box: IsoBox | None = media
    for kind in (b"minf", b"stbl", b"stsd"):
        box = child(movie, box, kind) if box else None
    entry = next(boxes(movie, box.start + 8, box.end), None) if box else None
    clap = child(movie, entry, b"clap", skip=_SAMPLE_ENTRY) if entry else None
    if entry is None or clap is None:
        return None
    width, height = (int.from_bytes(movie[entry.start + at : entry.start + at + 2], "big") for at in (24, 26))
    return clean_aperture(movie[clap.start : clap.end], width, height)


def _of_matroska(file: BinaryIO, size: int) -> ContainerFacts:
    file.seek(0)
    _, header = _element(file)
    file.seek(header or 0, os.SEEK_CUR)
    kind, length = _element(file)
    if kind != _SEGMENT:
        return ContainerFacts()
    start = file.tell()
    whole = None if length is None else start + length <= size
    return ContainerFacts(whole, tuple(_matroska_crops(file, size)))


def _matroska_crops(file: BinaryIO, size: int) -> Iterator[Crop | None]:
    """Of the tracks, which stand before the pictures."""
    while file.tell() < size:
        kind, length = _element(file)
        if length is None or kind == _CLUSTER or length >= _LARGEST_HEAD:
            return
        if kind == _TRACKS:
            tracks = file.read(length)
            yield from (
                _matroska_crop(track) for number, track in _elements(tracks) if number == _TRACK and _is_video(track)
            )
            return
        file.seek(length, os.SEEK_CUR)


def _is_video(track: bytes) -> bool:
    return dict(_elements(track)).get(_TYPE) == b"\x01"


def _matroska_crop(track: bytes) -> Crop | None:
    video = {
        kind: int.from_bytes(content, "big") for kind, content in _elements(dict(_elements(track)).get(_VIDEO, b""))
    }
    edges = [0, 0, 0, 0]
    for kind, edge in _CROPS.items():
        edges[edge] = video.get(kind, 0)
    width, height = video.get(_WIDTH, 0), video.get(_HEIGHT, 0)
    left, top, right, bottom = edges
    return inside(Crop(left, top, width - left - right, height - top - bottom), width, height)


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    place = 0
    while place < len(data):
        marks = _length_of_number(data[place])
        kind = int.from_bytes(data[place : place + marks], "big")
        place += marks
        if place >= len(data):
            return
        marks = _length_of_number(data[place])
        length = _number(data[place : place + marks])
        place += marks
        if length is None:
            return
        yield kind, data[place : place + length]
        place += length


def _element(file: BinaryIO) -> tuple[int, int | None]:
    """The kind of the element at this place and the length of its content; None is unknown."""
    first = file.read(1)
    if not first:
        return 0, None
    kind = int.from_bytes(first + file.read(_length_of_number(first[0]) - 1), "big")
    first = file.read(1)
    return (kind, _number(first + file.read(_length_of_number(first[0]) - 1))) if first else (kind, None)


def _length_of_number(first: int) -> int:
    """Bytes of a number by its first one (EBML's variable integers, RFC 8794)."""
    return 9 - first.bit_length() if first else 9


def _number(data: bytes) -> int | None:
    bits = 7 * len(data)
    value = int.from_bytes(data, "big") & ((1 << bits) - 1)
    return None if value == (1 << bits) - 1 else value
