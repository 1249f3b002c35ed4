"""Image reading: any image file becomes (h, w, 3) uint8 BGR, upright."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.errors import SourceError
from livecam.core.types import Image

SUFFIXES = frozenset({".avif", ".bmp", ".jpeg", ".jpg", ".pgm", ".png", ".pnm", ".ppm", ".tif", ".tiff", ".webp"})
_Samples = NDArray[np.integer[Any] | np.floating[Any]]
_BEHIND = 128  # what is transparent is shown over mid-grey: neither dark as a pupil nor bright as a glint
_ROWS = 256  # blended at a time, for huge pictures have no room for copies in floating point


def read_image(path: Path | str) -> Image:
    """A picture file of any depth and channels as an image, upright by its EXIF mark.

    Args:
        path: the file. 16 bits become 8, grey becomes BGR, floating point is taken as 0..1, transparent parts show
            mid-grey.

    Returns:
        (h, w, 3) uint8, BGR.

    Raises:
        SourceError: there is no such file, or it is no picture; the message names it.

    Example:
        >>> import livecam
        >>> livecam.read_image(livecam.asset("demo/portrait.png")).shape[2]
        3
    """
    data = _content(Path(path))
    with_alpha = _has_alpha(data)
    # Only the second mode turns a picture upright, and only the first keeps what is transparent.
    picture = _decoded(path, data, cv2.IMREAD_UNCHANGED if with_alpha else cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH)
    if picture is None:
        raise SourceError(f"'{path}' is damaged or not a picture that can be read, such as png, jpg, webp, tif or bmp")
    return _over_grey(_eight_bits(picture))


def _content(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise SourceError(f"there is no picture '{path}'") from None
    except OSError as error:
        raise SourceError(f"the picture '{path}' cannot be read: {(error.strerror or str(error)).lower()}") from error
    if not data:
        raise SourceError(f"the picture '{path}' is an empty file")
    return data


def _has_alpha(data: bytes) -> bool:
    if data.startswith(b"\x89PNG"):
        return data[25:26] in (b"\x04", b"\x06") or b"tRNS" in data[:2048]
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return (data[12:16] == b"VP8X" and bool(data[20] & 0x10)) or data[12:16] == b"VP8L"
    return data[:4] in (b"II*\x00", b"MM\x00*")


def _decoded(path: Path | str, data: bytes, flags: int) -> _Samples | None:
    try:
        return cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error as fault:
        if "CV_IO_MAX_IMAGE" in str(fault):
            raise SourceError(
                f"'{path}' is too large; at most 1073 megapixels, 1048576 pixels a side, can be read"
            ) from fault
        return None


def _eight_bits(picture: _Samples) -> Image:
    if picture.dtype == np.uint16:
        return cv2.convertScaleAbs(picture, alpha=1 / 257).astype(np.uint8, copy=False)
    if picture.dtype == np.uint8:
        return picture.astype(np.uint8, copy=False)
    return np.clip(np.nan_to_num(picture.astype(np.float32)) * 255 + 0.5, 0, 255).astype(np.uint8)


def _over_grey(picture: Image) -> Image:
    """BGR of grey, BGR or BGRA."""
    channels = picture.shape[2] if picture.ndim == 3 else 1
    if channels == 1:
        return np.repeat(picture.reshape(*picture.shape[:2], 1), 3, axis=2)
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
