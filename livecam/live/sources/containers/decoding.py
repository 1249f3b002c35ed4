"""Opens a video with PyAV, chooses its stream, and brings its pictures into the shape in which players show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

import av
import av.error
import av.stream
import cv2
import numpy as np
from av.codec.context import Flags
from av.container import InputContainer
from av.sidedata.sidedata import SideData
from av.sidedata.sidedata import Type as SideDataType
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from livecam.core.errors import SourceError
from livecam.core.image_files.iso_boxes import Crop
from livecam.core.image_files.orientation import Orientation, of_display_matrix, turned_by, upright
from livecam.core.types import Image

# AV_DISPOSITION_…: a cover or thumbnails are pictures about a film, not the film.
_DEFAULT, _ATTACHED_PICTURE, _TIMED_THUMBNAILS = 1, 1 << 10, 1 << 11
_OF_STILLS = frozenset({"mjpeg", "png", "bmp", "gif", "webp", "tiff"})
_MOST_SQUEEZED = Fraction(1, 5)


class Readable(Protocol):
    """All that a file needs that is read from its beginning to its end."""

    def read(self, size: int, /) -> bytes: ...


def open_container(
    name: Path | str | Readable,
    *,
    options: Mapping[str, str] | None = None,
    timeout: tuple[float, float] | None = None,
) -> InputContainer:
    """A file, an address when `name` is a text, or something to read from; what PyAV raises comes through."""
    # Without the word a name such as 12:30.mp4 is taken for a protocol.
    url = f"file:{name}" if isinstance(name, Path) else cast("str | BinaryIO", name)
    return av.open(url, "r", options=dict(options or {}), timeout=timeout, metadata_errors="replace")


def video_stream(container: InputContainer, name: str) -> VideoStream:
    """The stream that a player shows: the default one, no cover, no single picture beside a film.

    SourceError, which calls the video `name`, when there is none.
    """
    # FFmpeg draws any text file as the screen of a terminal.
    streams = [] if container.format.name == "tty" else list(container.streams.video)
    films = [stream for stream in streams if not _disposition(stream) & (_ATTACHED_PICTURE | _TIMED_THUMBNAILS)]
    if not films:
        raise SourceError(f"{name} has {_instead(container, covers=bool(streams))}")
    readable = [stream for stream in films if stream.codec_context is not None]
    if not readable:
        raise SourceError(f"the pictures of {name} are coded in a way that is not known here; convert it to H.264")
    moving = _moving(readable)
    chosen = max(moving, key=lambda stream: (_disposition(stream) & _DEFAULT, _pixels(stream), -stream.index))
    for stream in streams:
        if stream is not chosen and container.format.name == "hls" and hasattr(av.stream, "Discard"):
            stream.discard = av.stream.Discard.all  # or every quality of it would be loaded
    chosen.thread_type = "AUTO"
    # Or FFmpeg crops at the left only by what suits its memory, often by nothing, and the picture is too wide.
    chosen.codec_context.flags |= Flags.unaligned
    return chosen


def _instead(container: InputContainer, *, covers: bool) -> str:
    if covers:
        return "only sound; the picture in it is a cover"
    return "only sound, no pictures in it" if container.streams.audio else "no pictures in it, only text or data"


def _moving(films: Sequence[VideoStream]) -> Sequence[VideoStream]:
    """Those that are not one picture, if there are any."""
    most = max(stream.frames for stream in films)
    several = [stream for stream in films if not (stream.frames == 1 and most != 1)]
    filmed = [stream for stream in several if stream.codec_context.name not in _OF_STILLS]
    return filmed or several or films


def _disposition(stream: VideoStream) -> int:
    return int(stream.disposition)


def _pixels(stream: VideoStream) -> int:
    return stream.codec_context.width * stream.codec_context.height


class DisplayShape:
    """How the pictures of a stream are shown: a part of each, with square pixels, upright."""

    def __init__(self, stream: VideoStream, crop: Crop | None = None) -> None:
        self._stream, self._crop = stream, crop
        self._coded = stream.codec_context.width, stream.codec_context.height

    def image(self, picture: VideoFrame) -> Image:
        """(h, w, 3) uint8 BGR, contiguous."""
        image = picture.to_ndarray(format="bgr24").astype(np.uint8, copy=False)
        if self._crop is not None and (picture.width, picture.height) == self._coded:
            left, top, width, height = self._crop
            image = image[top : top + height, left : left + width]
        return np.ascontiguousarray(upright(self._square(image), orientation(picture)))

    def _square(self, image: Image) -> Image:
        """With square pixels, by enlarging one side."""
        ratio = self._stream.sample_aspect_ratio
        if not ratio or ratio == 1 or not _MOST_SQUEEZED <= ratio <= 1 / _MOST_SQUEEZED:
            return image
        height, width = image.shape[:2]
        size = (round(width * ratio), height) if ratio > 1 else (width, round(height / ratio))
        if size == (width, height):
            return image
        return cv2.resize(image, size, interpolation=cv2.INTER_LINEAR).astype(np.uint8, copy=False)


def orientation(picture: VideoFrame) -> Orientation:
    """How a decoded picture is turned and mirrored to stand upright."""
    try:
        data = cast("Mapping[Any, SideData]", picture.side_data)
        matrix = data.get(SideDataType.DISPLAYMATRIX)
    except ValueError:
        # PyAV cannot list what it does not know, such as the EXIF of a JPEG; then only the turn can be had.
        return turned_by(-round(picture.rotation / 90) * 90 % 360)
    return Orientation.UPRIGHT if matrix is None else of_display_matrix(bytes(matrix))
