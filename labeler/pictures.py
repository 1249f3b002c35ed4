"""Reads the pictures and masks to judge, whatever their depth."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from labeler.blend import Mask
from livecam.core.errors import SourceError
from livecam.core.scene import Image


def read_picture(path: Path) -> Image:
    """(h, w, 3) uint8 BGR; SourceError names a file that is no picture."""
    return _decoded(path, cv2.IMREAD_COLOR)


def read_mask(path: Path) -> Mask:
    """(h, w) uint8; a deeper mask is brought to 8 bits by its largest value. SourceError as above."""
    mask = _decoded(path, cv2.IMREAD_GRAYSCALE | cv2.IMREAD_ANYDEPTH)
    if mask.dtype == np.uint8:
        return mask
    return (mask * (255.0 / max(float(mask.max()), 1e-9))).astype(np.uint8)


def _decoded(path: Path, flags: int) -> Image:
    try:
        data = np.frombuffer(path.read_bytes(), np.uint8)
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}") from error
    image = cv2.imdecode(data, flags) if data.size else None
    if image is None:
        raise SourceError(f"{path} is damaged or no picture")
    return image  # type: ignore[return-value]  # of another depth only where the flags ask for it
