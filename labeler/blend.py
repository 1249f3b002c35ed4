"""Lays a predicted mask over its picture, so that one look tells whether the label is right."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.scene import Image

Mask = NDArray[np.uint8]  # (h, w), 0 is nothing
ALPHA = 0.3
_SHARE = 0.9  # of the picture, so that a mask shows on white too
_ONE_COLOUR = (0, 255, 255)  # yellow, BGR


def blend(picture: Image, mask: Mask, alpha: float = ALPHA) -> Image:
    """A new image; a mask of many values is coloured by JET, a binary one yellow, and one of zeros changes nothing.

    A mask of another size is brought to the picture's.
    """
    if not mask.any():
        return picture.copy()
    if mask.shape != picture.shape[:2]:
        mask = cv2.resize(mask, picture.shape[1::-1], interpolation=cv2.INTER_NEAREST).astype(np.uint8, copy=False)
    blended = cv2.addWeighted(picture, _SHARE, _coloured(mask), alpha, 0.0)
    shown = picture.copy()
    shown[mask > 0] = blended[mask > 0]
    return shown


def _coloured(mask: Mask) -> Image:
    levels = (mask * (255.0 / mask.max())).astype(np.uint8)
    if len(np.unique(levels)) > 2:
        jet: Image = cv2.applyColorMap(levels, cv2.COLORMAP_JET).astype(np.uint8, copy=False)
        return jet
    coloured = np.zeros((*mask.shape, 3), np.uint8)
    coloured[levels > 0] = _ONE_COLOUR
    return coloured
