"""Pictures as a window shows them: mirrored, at its size, in its order of bytes, in as few passes as can be."""

from __future__ import annotations

import cv2
import numpy as np

from livecam.core.types import Image

_STRIP = 48  # rows that stay in the processor's cache between mirroring and converting


class PictureConverter:
    """Fills BGRX, (h, w, 4), with BGR pictures; what it needs in between it keeps."""

    def __init__(self) -> None:
        self._strip: Image = np.empty((0, 0, 3), np.uint8)
        self._small: Image = np.empty((0, 0, 4), np.uint8)  # before it is enlarged

    def fill(self, onto: Image, image: Image, *, mirrored: bool) -> None:
        """All of `onto`, whatever its size."""
        height, width = image.shape[:2]
        size = onto.shape[1], onto.shape[0]
        if size == (width, height):
            self._convert(onto, image, mirrored)
        elif size[0] * size[1] < width * height:
            while size[0] * 2 < image.shape[1]:  # linear interpolation would leave pixels out
                image = _halved(image)
            self._convert(onto, cv2.resize(image, size).astype(np.uint8, copy=False), mirrored)
        else:
            if self._small.shape[:2] != (height, width):
                self._small = np.empty((height, width, 4), np.uint8)
            self._convert(self._small, image, mirrored)
            cv2.resize(self._small, size, dst=onto)

    def _convert(self, onto: Image, image: Image, mirrored: bool) -> None:
        if self._strip.shape[1] != image.shape[1]:
            self._strip = np.empty((_STRIP, image.shape[1], 3), np.uint8)
        for top in range(0, image.shape[0], _STRIP):
            rows = image[top : top + _STRIP]
            if mirrored:
                rows = cv2.flip(rows, 1, dst=self._strip[: len(rows)]).astype(np.uint8, copy=False)
            cv2.cvtColor(rows, cv2.COLOR_BGR2BGRA, dst=onto[top : top + _STRIP])


def _halved(image: Image) -> Image:
    """Means of two by two pixels, which OpenCV takes several times as quickly as those of any other size."""
    height, width = image.shape[0] // 2, image.shape[1] // 2
    even = image[: 2 * height, : 2 * width]
    return cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
