"""Looks through a whole picture for faces that a detector misses at once: in tiles, mirrored, turned by quarters."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import cv2
import numpy as np

from livecam.core.types import Image
from livecam.perception.faces.face_model import FaceRegion

Detect = Callable[[Image], Sequence[FaceRegion]]
# By so many quarters anticlockwise; OpenCV turns and mirrors several times as quickly as NumPy.
_ROTATIONS = {1: cv2.ROTATE_90_COUNTERCLOCKWISE, 2: cv2.ROTATE_180, 3: cv2.ROTATE_90_CLOCKWISE}


def detect_in_tiles(detect: Detect, image: Image, side: int) -> Iterator[FaceRegion]:
    """What is seen in square tiles of `side` pixels that overlap by half, in pixels of the whole picture."""
    step = max(1, side // 2)
    for top in range(0, max(1, image.shape[0] - step), step):
        for left in range(0, max(1, image.shape[1] - step), step):
            for region in detect(image[top : top + side, left : left + side]):
                yield region._replace(x=region.x + left, y=region.y + top)


def plainly(detect: Detect, image: Image) -> Iterator[FaceRegion]:
    """What is seen in the picture as it is."""
    yield from detect(image)


def detect_in_mirror(detect: Detect, image: Image) -> Iterator[FaceRegion]:
    """What is seen in the mirrored picture, in pixels of the picture as it is."""
    for region in detect(cv2.flip(image, 1).astype(np.uint8, copy=False)):
        yield region._replace(x=image.shape[1] - 1 - region.x, angle=-region.angle)


def detect_in_quarter_turn(detect: Detect, image: Image, turns: int) -> Iterator[FaceRegion]:
    """What is seen in the picture turned by so many quarters, anticlockwise, in pixels of the picture as it is."""
    width, height = image.shape[1], image.shape[0]
    lengths = (width, height) * 2
    for found in detect(cv2.rotate(image, _ROTATIONS[turns % 4]).astype(np.uint8, copy=False)):
        region = found
        for turn in range(turns % 4, 0, -1):
            # One quarter back: what is at the top was on the right.
            region = region._replace(x=lengths[turn - 1] - 1 - region.y, y=region.x)
        yield region._replace(angle=region.angle + turns * math.pi / 2)
