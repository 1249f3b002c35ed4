"""Face patches: the levelled, scaled square that a model sees of a face, and the way back to the frame."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from livecam.core.crop import similarity_matrix, warp_crop, warp_crop_in_blocks
from livecam.core.types import Image, Point, Points
from livecam.perception.faces.face_model import FaceRegion


def as_complex(points: ArrayLike) -> NDArray[np.complex128]:
    """(n, 2) as (n,)."""
    return np.ascontiguousarray(points, np.float64).view(np.complex128)[:, 0]


def as_points(numbers: NDArray[np.complex128]) -> Points:
    """(n,) as (n, 2) float32."""
    return numbers.astype(np.complex64).view(np.float32).reshape(-1, 2)


def with_depth(points: Points, mesh: Points, scale: float) -> Points:
    """The mesh (n, 3) with these points (n, 2) and its depth scaled."""
    moved: Points = mesh * np.float32(scale)
    moved[:, :2] = points
    return moved


@dataclass(frozen=True, slots=True, eq=False)
class FacePatch:
    """`image` is of the colours asked for; `matrix` takes frame pixels to patch pixels."""

    image: Image
    matrix: NDArray[np.float64]  # (2, 3), a similarity

    def as_rgb(self) -> FacePatch:
        """Of a BGR patch."""
        return FacePatch(cv2.cvtColor(self.image, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False), self.matrix)

    def to_frame(self, points: ArrayLike) -> NDArray[np.float64]:
        """Patch pixels to frame pixels, (n, 2)."""
        (cos, sin, x0), (_, _, y0) = self.matrix.tolist()
        moved = (as_complex(points) - complex(x0, y0)) / complex(cos, -sin)
        return moved.view(np.float64).reshape(-1, 2)

    def to_frame3(self, points: NDArray[np.float32]) -> NDArray[np.float64]:
        """Patch pixels with a depth, (n, 3), to frame pixels; the depth is only scaled."""
        (cos, sin, _), _ = self.matrix.tolist()
        return np.column_stack([self.to_frame(points[:, :2]), points[:, 2] / math.hypot(cos, sin)])


CutPatch = Callable[[Image, FaceRegion, int], FacePatch]  # of a side in pixels


def colour_patch(image: Image, region: FaceRegion, side: int) -> FacePatch:
    """The region alone, RGB."""
    return turned_patch(image, region, side).as_rgb()


def turned_patch(image: Image, region: FaceRegion, side: int) -> FacePatch:
    """The region alone, in the colours it has."""
    matrix = _matrix(region, side, side)
    return FacePatch(warp_crop(image, matrix, (side, side)), matrix)


def live_patch(image: Image, region: FaceRegion, side: int) -> FacePatch:
    """The same, of a near face some pixels within a few levels and much sooner."""
    matrix = _matrix(region, side, side)
    return FacePatch(warp_crop_in_blocks(image, matrix, (side, side)), matrix)


def grey_patch(image: Image, region: FaceRegion, region_side: int, side: int) -> FacePatch:
    """The region, `region_side` wide, in the middle of its surroundings, grey."""
    # Grey first: turning one channel takes a third of the time of turning three.
    rows, columns = under(region, side / region_side, image)
    grey = cv2.cvtColor(image[rows, columns], cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)
    local = _matrix(region._replace(x=region.x - columns.start, y=region.y - rows.start), region_side, side)
    return FacePatch(warp_crop(grey, local, (side, side)), _matrix(region, region_side, side))


def under(region: FaceRegion, share: float, image: Image) -> tuple[slice, slice]:
    """The rows and columns of the image under the region enlarged by `share`, two pixels more around, one at least."""
    reach = 0.5 * share * region.size * (abs(math.cos(region.angle)) + abs(math.sin(region.angle))) + 1
    height, width = image.shape[:2]
    return _within(region.y, reach, height), _within(region.x, reach, width)


def square_around(middle: Point, image: Image) -> tuple[slice, slice]:
    """The rows and columns of the largest square in the image whose middle is nearest to a point."""
    side = min(image.shape[:2])
    top, left = (
        min(max(round(at - side / 2), 0), length - side)
        for at, length in zip((middle.y, middle.x), image.shape[:2], strict=True)
    )
    return slice(top, top + side), slice(left, left + side)


def _within(middle: float, reach: float, length: int) -> slice:
    low = min(max(int(middle - reach), 0), length - 1)
    return slice(low, min(max(int(middle + reach) + 2, low + 1), length))


def _matrix(region: FaceRegion, region_side: int, side: int) -> NDArray[np.float64]:
    middle = (side - 1) / 2
    scale = region_side / max(region.size, 1.0)
    return similarity_matrix((region.x, region.y), angle=region.angle, scale=scale, onto=(middle, middle))
