"""Pictures with known faces, made from the portrait that ships with the demo."""

from __future__ import annotations

import cv2
import numpy as np

from livecam.core.assets import asset
from livecam.core.types import Image


def portrait(side: int = 512) -> Image:
    """The one face of the demo, upright and smiling; its box has about a fifth of the side."""
    image = cv2.imread(str(asset("demo/portrait.png")))
    return cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def head(side: int) -> Image:
    """The same face as a webcam shows it; its box has about two fifths of the side."""
    cropped = portrait()[0:256, 96:352]
    return cv2.resize(cropped, (side, side), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def beside(left: Image, right: Image) -> Image:
    """Two pictures in one, their top edges level."""
    height = max(left.shape[0], right.shape[0])
    together = np.zeros((height, left.shape[1] + right.shape[1], 3), np.uint8)
    together[: left.shape[0], : left.shape[1]] = left
    together[: right.shape[0], left.shape[1] :] = right
    return together


def crowd(image: Image, columns: int, rows: int) -> Image:
    return np.tile(image, (rows, columns, 1))


def noise(width: int, height: int) -> Image:
    return np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8)
