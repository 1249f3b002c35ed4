"""JPEG pictures of a stream: decoded quickly by libjpeg-turbo, and refused when a part of them is not there."""

from __future__ import annotations

import numpy as np
import simplejpeg

from livecam.core.errors import LivecamError
from livecam.core.image_files.images import decode_image
from livecam.core.image_files.orientation import exif_mark, upright
from livecam.core.types import Image

JPEG_START = b"\xff\xd8\xff"
# libjpeg's warnings that tell of missing or wrong pixels; the others, such as of a few bytes too many before a marker,
# are of habits of cameras whose pictures are good.
_OF_MISSING_PIXELS = ("premature end", "bad huffman code", "instead of rst", "inconsistent progression")
_DIRECTLY_READ = ("YCbCr", "Gray", "RGB")
_MOST_PIXELS = 1 << 27  # what is larger is left to the decoder that knows a limit


class DamagedPictureError(LivecamError):
    """A picture that came, but not whole: what its decoder makes of it is grey or an older picture below."""


def decode_whole(data: bytes, name: str) -> Image:
    """As `decode_image`, bit for bit; DamagedPictureError for a JPEG that its decoder finds cut or corrupt."""
    if not data.startswith(JPEG_START):
        return decode_image(data, name)
    try:
        height, width, colours, _ = simplejpeg.decode_jpeg_header(data, strict=False)
    except (ValueError, KeyError):  # no JPEG, or of a kind that only others know
        return decode_image(data, name)
    if colours not in _DIRECTLY_READ or width * height > _MOST_PIXELS:
        return decode_image(data, name)
    return upright(_decoded(data), exif_mark(data).orientation)


def _decoded(data: bytes) -> Image:
    try:
        return _bgr(data, strict=True)
    except ValueError as error:
        reason = str(error).lower()
        if any(sign in reason for sign in _OF_MISSING_PIXELS):
            raise DamagedPictureError(str(error)) from error
    try:
        return _bgr(data, strict=False)
    except ValueError as error:
        raise DamagedPictureError(str(error)) from error


def _bgr(data: bytes, *, strict: bool) -> Image:
    return np.asarray(simplejpeg.decode_jpeg(data, "BGR", strict=strict))
