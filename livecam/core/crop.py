"""Eye crops: cuts an eye out of a frame, levelled and scaled, with the matrix back; the same live and in training."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from livecam.core.types import Face, Frame, Image, Points, Side

# OpenCV warps pictures whose sides fit into a signed short.
_WARP_LIMIT = 32000


@dataclass(frozen=True, slots=True, eq=False)
class EyeCrop:
    """The patch around one eye, and the affine matrix between frame and patch."""

    side: Side
    patch: Image  # (h, w, 3) uint8 BGR
    matrix: NDArray[np.float64]  # (2, 3), frame pixels to patch pixels
    lids: Points  # (6, 2), frame pixels

    @property
    def scale(self) -> float:
        """Patch pixels per frame pixel."""
        return math.sqrt(abs(_determinant(self.matrix)))

    def from_frame(self, points: ArrayLike) -> NDArray[np.float64]:
        """Frame pixels to patch pixels, (..., 2)."""
        moved: NDArray[np.float64] = np.asarray(points, np.float64) @ self.matrix[:, :2].T + self.matrix[:, 2]
        return moved

    def to_frame(self, points: ArrayLike) -> NDArray[np.float64]:
        """Patch pixels to frame pixels, (..., 2)."""
        return _back(points, self.matrix)


@dataclass(frozen=True, slots=True, eq=False)
class EyePair:
    """The two eyes of one face as cut for a detector, with the moment and the face they belong to.

    `image` is what they were cut from, for a detector that may want to look again.
    """

    left: EyeCrop
    right: EyeCrop
    face: Face
    seconds: float
    image: Image | None = None

    def __iter__(self) -> Iterator[EyeCrop]:
        """Left, then right."""
        return iter((self.left, self.right))


def similarity_matrix(centre: ArrayLike, *, angle: float, scale: float, onto: ArrayLike) -> NDArray[np.float64]:
    """The (2, 3) matrix that turns by -`angle` radians, scales, and takes frame `centre` to patch `onto`."""
    cos, sin = scale * math.cos(angle), scale * math.sin(angle)
    (x, y), (onto_x, onto_y) = np.asarray(centre, np.float64).tolist(), np.asarray(onto, np.float64).tolist()
    return np.array([[cos, sin, onto_x - cos * x - sin * y], [-sin, cos, onto_y + sin * x - cos * y]])


def warp_crop(image: Image, matrix: NDArray[np.float64], size: tuple[int, int]) -> Image:
    """The patch of `size` (width, height) that `matrix` (frame to patch) shows; the edge is repeated outside the frame.

    Only the region under the patch is touched. A strong reduction is averaged first, so that it does not alias.
    """
    return _warped(image, matrix, size, blocks_of=lambda reduction: 1)


def warp_crop_in_blocks(image: Image, matrix: NDArray[np.float64], size: tuple[int, int]) -> Image:
    """The same patch within a few levels; one that is strongly reduced takes a third of the time.

    What is averaged begins where whole blocks of pixels fit, which OpenCV averages 2 to 12 times as quickly.
    """
    return _warped(image, matrix, size, blocks_of=lambda reduction: reduction)


def _warped(
    image: Image, matrix: NDArray[np.float64], size: tuple[int, int], *, blocks_of: Callable[[int], int]
) -> Image:
    reduction = int(1 / math.sqrt(max(abs(_determinant(matrix)), 1e-12)))
    if reduction >= 2 or max(image.shape[:2]) > _WARP_LIMIT:
        image, matrix = _region(image, matrix, size, blocks_of(reduction))
    if reduction >= 2:
        image, matrix = _reduced(image, matrix, reduction)
    patch: Image = cv2.warpAffine(image, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[assignment]
    return patch


def _determinant(matrix: NDArray[np.float64]) -> float:
    (a, b, _), (c, d, _) = matrix.tolist()
    return float(a * d - b * c)


def _back(points: ArrayLike, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where the points (..., 2) were before the matrix (2, 3) moved them.

    Spelled out: numpy's inverse, of two rows even, wakes a thread that then spins for milliseconds.
    """
    (a, b, _), (c, d, _) = matrix.tolist()
    back = np.array([[d, -c], [-b, a]]) / (a * d - b * c)
    moved: NDArray[np.float64] = (np.asarray(points, np.float64) - matrix[:, 2]) @ back
    return moved


def _region(
    image: Image, matrix: NDArray[np.float64], size: tuple[int, int], step: int
) -> tuple[Image, NDArray[np.float64]]:
    """The part of the image under the patch, a pixel around, in whole steps, and the matrix from there."""
    width, height = size
    (a, b, left), (c, d, top) = matrix.tolist()
    # Where the patch's corners, a pixel outside of it, are in the image. Plain numbers are quicker than small arrays.
    area = a * d - b * c
    across = [(d * (x - left) - b * (y - top)) / area for x in (-1, width) for y in (-1, height)]
    down = [(a * (y - top) - c * (x - left)) / area for x in (-1, width) for y in (-1, height)]
    columns, rows = (
        _whole_steps(math.floor(min(at)) - 1, math.ceil(max(at)) + 2, step, length)
        for at, length in ((across, image.shape[1]), (down, image.shape[0]))
    )
    x, y = columns.start, rows.start
    return image[rows, columns], np.array([[a, b, left + a * x + b * y], [c, d, top + c * x + d * y]])


def _whole_steps(low: int, high: int, step: int, length: int) -> slice:
    """low to high as far as it is within 0..length, one at least; where there is room, a multiple of `step` long."""
    low = min(max(low, 0), length - 1)
    high = min(max(high, low + 1), length)
    missing = (low - high) % step
    after = min(missing, length - high)
    return slice(max(low - missing + after, 0), high + after)


def _reduced(region: Image, matrix: NDArray[np.float64], factor: int) -> tuple[Image, NDArray[np.float64]]:
    height, width = (max(1, side // factor) for side in region.shape[:2])
    small = cv2.resize(region, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    across, down = region.shape[1] / width, region.shape[0] / height
    # Pixel centres are whole numbers: small pixel s covers region pixels s * ratio to (s + 1) * ratio, less a half.
    x, y = across / 2 - 0.5, down / 2 - 0.5
    (a, b, left), (c, d, top) = matrix.tolist()
    local = np.array([[a * across, b * down, left + a * x + b * y], [c * across, d * down, top + c * x + d * y]])
    return small, local


@dataclass(frozen=True, slots=True)
class LevelledEyeCropper:
    """Cuts both eyes level with the line of the eyes, centred on the middle of their corners.

    `pixels_per_pupil_distance` fixes the scale: a face of any size gives an iris of the same size in the patch.
    """

    width: int
    height: int
    pixels_per_pupil_distance: float

    def __call__(self, frame: Frame, face: Face) -> EyePair:
        return EyePair(self._eye(frame, face, Side.LEFT), self._eye(frame, face, Side.RIGHT), face, frame.timestamp)

    def _eye(self, frame: Frame, face: Face, side: Side) -> EyeCrop:
        lids = face.lids(side)
        matrix = similarity_matrix(
            lids[[0, 3]].mean(axis=0),
            angle=face.roll,
            scale=self.pixels_per_pupil_distance / max(face.pupil_distance, 1.0),
            onto=((self.width - 1) / 2, (self.height - 1) / 2),
        )
        return EyeCrop(side, warp_crop(frame.image, matrix, (self.width, self.height)), matrix, lids)
