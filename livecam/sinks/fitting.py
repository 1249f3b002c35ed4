"""Makes a picture fit a size that was fixed by an earlier one."""

from __future__ import annotations

import cv2
import numpy as np

from livecam.core.scene import Image

Size = tuple[int, int]  # width, height


def fitted(image: Image, size: Size) -> Image:
    """The whole picture, as large as `size` allows, in the middle of black; the picture itself when it fits already."""
    width, height = size
    if image.shape[1::-1] == size:
        return image
    scale = min(width / image.shape[1], height / image.shape[0])
    inner = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
    smaller = cv2.resize(image, inner, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    left, top = (width - inner[0]) // 2, (height - inner[1]) // 2
    canvas = np.zeros((height, width, 3), np.uint8)
    canvas[top : top + inner[1], left : left + inner[0]] = smaller
    return canvas


def even(image: Image) -> Image:
    """The picture with its last column and row repeated where its width or height is odd: nothing is cut off."""
    height, width = image.shape[:2]
    if width % 2 == 0 and height % 2 == 0:
        return image
    return cv2.copyMakeBorder(image, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE).astype(np.uint8, copy=False)
