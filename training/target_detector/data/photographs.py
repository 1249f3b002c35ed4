"""Photographs of pages: crops turned and in perspective, in shadow, in warm light, out of focus."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.types import Image

Random = np.random.Generator
REACH = 0.3  # of a crop's side, how much of the page around it may show
_TURN = 14.0  # degrees, at most
_PERSPECTIVE = 0.07  # of a crop's side, how far a corner is moved at most


def askew(size: int, random: Random) -> NDArray[np.float64]:
    """(3, 3): takes the pixels of a crop of `size` to where they are shown."""
    angle = float(random.uniform(-_TURN, _TURN))
    middle = (size - 1) / 2
    matrix = np.vstack([cv2.getRotationMatrix2D((middle, middle), angle, 1.0), [0, 0, 1]])
    if random.random() < 1 / 3:
        corners = np.array([[0, 0], [size, 0], [size, size], [0, size]], np.float32)
        moved = corners + random.uniform(-_PERSPECTIVE, _PERSPECTIVE, (4, 2)).astype(np.float32) * size
        matrix = np.asarray(cv2.getPerspectiveTransform(corners, moved), np.float64) @ matrix
    return matrix


def lit(image: Image, random: Random) -> Image:
    """Darker towards one side or behind the edge of a shadow, in warm or cold light, a little out of focus."""
    height, width = image.shape[:2]
    towards = float(random.uniform(0, 2 * np.pi))
    x, y = np.linspace(-1, 1, width, dtype=np.float32), np.linspace(-1, 1, height, dtype=np.float32)
    along = np.cos(towards) * x[None, :] + np.sin(towards) * y[:, None] + float(random.uniform(-0.7, 0.7))
    edge = 1 / (1 + np.exp(-along * float(np.exp(random.uniform(0, 3)))))
    darkest = float(random.uniform(0.4, 0.9))
    light = (darkest + (1 - darkest) * edge)[..., None] * _warmth(random)
    shown: Image = np.clip(image * light, 0, 255).astype(np.uint8)
    if random.random() < 0.6:
        shown = cv2.GaussianBlur(shown, (0, 0), float(random.uniform(0.4, 1.8))).astype(np.uint8, copy=False)
    return shown


def _warmth(random: Random) -> NDArray[np.float32]:
    """(3,) gains of blue, green and red."""
    warm = float(random.uniform(-0.12, 0.25))
    return np.array([1 - warm, 1 - 0.2 * abs(warm), 1 + 0.3 * warm], np.float32)
