"""The levelled, scaled square that a model sees of a face, and the way from it back to the frame."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from livecam.core.crop import cut, similarity
from livecam.core.scene import Image
from livecam.faces.model import Region


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """`image` is of the colours asked for; `matrix` takes frame pixels to patch pixels."""

    image: Image
    matrix: NDArray[np.float64]  # (2, 3), a similarity

    def to_frame(self, points: ArrayLike) -> NDArray[np.float64]:
        """Patch pixels to frame pixels, (n, 2).

        Spelled out, for the threads of a matrix product cost milliseconds when the processor is busy.
        """
        (cos, sin, x0), (_, _, y0) = self.matrix
        square = cos * cos + sin * sin
        x, y = (np.asarray(points, np.float64) - (x0, y0)).T
        return np.column_stack([(cos * x - sin * y) / square, (sin * x + cos * y) / square])


def colour_patch(image: Image, region: Region, side: int) -> Patch:
    """The region alone, RGB."""
    patch = turned_patch(image, region, side)
    return Patch(cv2.cvtColor(patch.image, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False), patch.matrix)


def turned_patch(image: Image, region: Region, side: int) -> Patch:
    """The region alone, in the colours it has."""
    matrix = _matrix(region, side, side)
    return Patch(cut(image, matrix, (side, side)), matrix)


def grey_patch(image: Image, region: Region, region_side: int, side: int) -> Patch:
    """The region, `region_side` wide, in the middle of its surroundings, grey."""
    # Grey first: turning one channel takes a third of the time of turning three.
    reach = 0.75 * region.size * side / region_side
    left, right = within(region.x, reach, image.shape[1])
    top, bottom = within(region.y, reach, image.shape[0])
    grey = cv2.cvtColor(image[top:bottom, left:right], cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)
    local = _matrix(region._replace(x=region.x - left, y=region.y - top), region_side, side)
    return Patch(cut(grey, local, (side, side)), _matrix(region, region_side, side))


def within(middle: float, reach: float, length: int) -> tuple[int, int]:
    """The whole pixels up to `reach` on both sides of the middle that there are, one at least."""
    low = min(max(int(middle - reach), 0), length - 1)
    return low, min(max(int(middle + reach) + 2, low + 1), length)


def _matrix(region: Region, region_side: int, side: int) -> NDArray[np.float64]:
    middle = (side - 1) / 2
    scale = region_side / max(region.size, 1.0)
    return similarity((region.x, region.y), angle=region.angle, scale=scale, onto=(middle, middle))
