"""Image reading: any image file becomes (h, w, 3) uint8 BGR, upright."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.errors import SourceError
from livecam.core.image_files.heif import UnreadableHeifError, is_heif, read_heif
from livecam.core.image_files.orientation import exif_mark, upright, without_mark
from livecam.core.image_files.tiff_tags import has_alpha_band
from livecam.core.runtime import without_decoder_noise
from livecam.core.types import Image

SUFFIXES = frozenset(
    {
        ".avif",
        ".bmp",
        ".heic",
        ".heif",
        ".hif",
        ".jfif",
        ".jpe",
        ".jpeg",
        ".jpg",
        ".pgm",
        ".png",
        ".pnm",
        ".ppm",
        ".tif",
        ".tiff",
        ".webp",
    }
)
_Samples = NDArray[np.integer[Any] | np.floating[Any]]
_BEHIND = 128  # what is transparent is shown over mid-grey: neither dark as a pupil nor bright as a glint
_ROWS = 256  # blended at a time, for huge pictures have no room for copies in floating point
# The largest values of the depths that pictures of floating point or signed numbers are made with.
_DEPTHS = (1.0, 255.0, 1023.0, 4095.0, 16383.0, 32767.0, 65535.0, 2.0**31 - 1)
_HALVES = (1.0, 128.0, 512.0, 2048.0, 8192.0, 32768.0, 2.0**31)  # of those that lie about nought
_DARKEST = 64.0  # the largest of numbers beyond 16 bits, in the share of their depth below which they are no depth's
_EIGHT_BITS, _TWELVE_BITS = 255, 4095
_HIGHLIGHTS = 4.0  # so far above 1 the lights of a photograph may reach that is meant as 0..1
# OpenCV's wheel reads no GIF, and damaged JPEG 2000 makes it crash.
_BY_FFMPEG = {"gif": (b"GIF8",), "j2k_pipe": (b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51")}
_JPEG_XL = (b"\xff\x0a", b"\0\0\0\x0cJXL ")


def read_image(path: Path | str) -> Image:
    """A picture file of any depth and channels as an image, upright by its EXIF mark.

    Args:
        path: the file. 16 bits become 8, grey becomes BGR, transparent parts show mid-grey. Floating point is taken as
            0..1, or as the smallest usual depth that holds it (0..255, 0..65535); signed numbers below nought as
            centred about mid-grey.

    Returns:
        (h, w, 3) uint8, BGR.

    Raises:
        SourceError: there is no such file, or it is no picture; the message names it.

    Example:
        >>> import livecam
        >>> livecam.read_image(livecam.asset("demo/portrait.png")).shape[2]
        3
    """
    return decode_image(_content(Path(path)), f"'{path}'")


def decode_image(data: bytes, name: str) -> Image:
    """As `read_image`, of the content of a file; `name` stands for it in a SourceError."""
    if is_heif(data):
        try:
            return read_heif(data)
        except UnreadableHeifError as error:
            raise SourceError(f"{name} {error}; save it as png or jpg") from error
    if data.startswith(_JPEG_XL):
        raise SourceError(f"{name} is a JPEG XL picture, which cannot be read; save it as png or jpg")
    for format, marks in _BY_FFMPEG.items():
        if data.startswith(marks):
            return _decoded_by_ffmpeg(data, name, format)
    return _upright_picture(data, name)


def read_samples(path: Path, flags: int) -> _Samples:
    """A picture as OpenCV's `flags` ask for it, of its own depth, not turned; SourceError as `read_image`."""
    picture = _decoded(f"'{path}'", _content(path), flags | cv2.IMREAD_IGNORE_ORIENTATION)
    if picture is None:
        raise SourceError(_damaged(f"'{path}'"))
    return picture


def _upright_picture(data: bytes, name: str) -> Image:
    mark = exif_mark(data)
    # Some decoders follow the mark themselves, some do a part of it, and which ones depends on OpenCV's version.
    data = without_mark(data, mark)
    as_stored = _has_alpha(data) or data[:2] in (b"II", b"MM")
    flags = cv2.IMREAD_UNCHANGED if as_stored else cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH
    picture = _decoded(name, data, flags | (0 if as_stored else cv2.IMREAD_IGNORE_ORIENTATION))
    if picture is None:
        raise SourceError(_odd_tiff(name) if data[:2] in (b"II", b"MM") else _damaged(name))
    if data[:2] in (b"II", b"MM"):
        picture = _as_meant(picture, data)
    return upright(over_grey(_eight_bits(picture)), mark.orientation)


def _as_meant(picture: _Samples, data: bytes) -> _Samples:
    """A TIFF without a fourth band that is no transparency; 12 bits that were stored in 16 at their full depth."""
    if picture.ndim == 3 and picture.shape[2] == 4 and not has_alpha_band(data):
        picture = np.ascontiguousarray(picture[..., :3])
    if picture.dtype == np.uint16 and _EIGHT_BITS < int(picture.max()) <= _TWELVE_BITS:
        return cv2.convertScaleAbs(picture, alpha=255 / _TWELVE_BITS).astype(np.uint8, copy=False)
    return picture


def _odd_tiff(name: str) -> str:
    return (
        f"{name} is damaged, or a TIFF of a kind that cannot be read, such as one of half floats; save it with 8 or"
        " 16 bits a channel, or as png"
    )


def _damaged(name: str) -> str:
    return f"{name} is damaged or not a picture that can be read, such as png, jpg, webp, avif, heic, tif or bmp"


def _content(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise SourceError(f"there is no picture '{path}'") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SourceError(f"the picture '{path}' cannot be read: {reason.lower()}") from error
    if not data:
        raise SourceError(f"the picture '{path}' is an empty file")
    return data


def _has_alpha(data: bytes) -> bool:
    if data.startswith(b"\x89PNG"):
        return data[25:26] in (b"\x04", b"\x06") or b"tRNS" in data[:2048]
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return (data[12:16] == b"VP8X" and bool(data[20:21] > b"" and data[20] & 0x10)) or data[12:16] == b"VP8L"
    return False


def _decoded(name: str, data: bytes, flags: int) -> _Samples | None:
    try:
        with without_decoder_noise():
            return cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error as fault:
        if "CV_IO_MAX_IMAGE" in str(fault):
            raise SourceError(
                f"{name} is too large; at most 1073 megapixels, 1048576 pixels a side, can be read"
            ) from fault
        return None
    except MemoryError as fault:
        raise SourceError(f"{name} is too large for the memory of this computer") from fault


def _decoded_by_ffmpeg(data: bytes, name: str, format: str) -> Image:
    """The first picture of a file of a format in FFmpeg's words."""
    import av
    import av.error

    try:
        with av.open(io.BytesIO(data), mode="r", format=format) as container:
            frame = next(container.decode(video=0))
            return over_grey(frame.to_ndarray(format="bgra").astype(np.uint8, copy=False))
    except (av.error.FFmpegError, OSError, ValueError, StopIteration) as error:
        raise SourceError(_damaged(name)) from error


def _eight_bits(picture: _Samples) -> Image:
    if picture.dtype == np.uint16:
        return cv2.convertScaleAbs(picture, alpha=1 / 257).astype(np.uint8, copy=False)
    if picture.dtype == np.uint8:
        return picture.astype(np.uint8, copy=False)
    return _from_other_numbers(picture)


def _from_other_numbers(picture: _Samples) -> Image:
    """Of floating point and signed samples, by the smallest usual depth that holds them."""
    values = np.nan_to_num(picture.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    colours = values[..., :3] if values.ndim == 3 else values
    low, high = float(colours.min()), float(colours.max())
    whole = np.issubdtype(picture.dtype, np.integer)
    # Resampling overshoots a little below nought; what lies about it reaches as far down as up.
    if low < -0.1 * max(high, -low):
        half = _depth(max(high, -low), _HALVES, whole=whole)
        values, depth = values + half, 2 * half - (whole or half > _HIGHLIGHTS)
    else:
        depth = _depth(high, _DEPTHS, whole=whole)
    return np.clip(values * (255 / depth) + 0.5, 0, 255).astype(np.uint8)


def _depth(largest: float, depths: Sequence[float], *, whole: bool) -> float:
    """The smallest that holds the largest value; only floating point can be meant to end at 1."""
    if not whole and largest <= _HIGHLIGHTS:
        return depths[0]
    depth = next((depth for depth in depths[1:] if largest <= depth * 1.01), largest)
    # Nothing is measured to 17..24 bits: what is beyond 16, and far from 32, ends where it ends.
    return depth if largest > depth / _DARKEST else largest


def over_grey(picture: Image) -> Image:
    """BGR of grey, grey with alpha, BGR or BGRA."""
    channels = picture.shape[2] if picture.ndim == 3 else 1
    if channels == 1:
        return np.repeat(picture.reshape(*picture.shape[:2], 1), 3, axis=2)
    if channels == 2:
        picture = picture[..., [0, 0, 0, 1]]
    if channels == 3:
        return np.ascontiguousarray(picture)
    over = np.empty((*picture.shape[:2], 3), np.uint8)
    for top in range(0, len(picture), _ROWS):
        over[top : top + _ROWS] = _blended(picture[top : top + _ROWS])
    return over


def _blended(picture: Image) -> Image:
    alpha = picture[..., 3].astype(np.float32) / 255
    colours = np.ascontiguousarray(picture[..., :3])
    return cv2.blendLinear(colours, np.full_like(colours, _BEHIND), alpha, 1 - alpha).astype(np.uint8, copy=False)
