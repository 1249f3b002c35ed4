"""Eye crops: cuts an eye out of a frame, levelled and scaled, with the matrix back; the same live and in training."""

from __future__ import annotations

import math
from collections.abc import Iterator
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
    reduction = int(1 / math.sqrt(max(abs(_determinant(matrix)), 1e-12)))
    if reduction >= 2 or max(image.shape[:2]) > _WARP_LIMIT:
        image, matrix = _region(image, matrix, size)
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


def _region(image: Image, matrix: NDArray[np.float64], size: tuple[int, int]) -> tuple[Image, NDArray[np.float64]]:
    """The part of the image under the patch, a pixel more around, and the matrix from there."""
    width, height = size
    corners = np.array([[-1, -1], [width, -1], [width, height], [-1, height]], np.float64)
    around = _back(corners, matrix)
    low = np.clip(np.floor(around.min(axis=0)).astype(int) - 1, 0, np.array(image.shape[1::-1]) - 1)
    high = np.clip(np.ceil(around.max(axis=0)).astype(int) + 2, low + 1, image.shape[1::-1])
    local = matrix.copy()
    local[:, 2] += matrix[:, :2] @ low
    return image[low[1] : high[1], low[0] : high[0]], local


def _reduced(region: Image, matrix: NDArray[np.float64], factor: int) -> tuple[Image, NDArray[np.float64]]:
    height, width = (max(1, side // factor) for side in region.shape[:2])
    small = cv2.resize(region, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    ratio = np.array([region.shape[1] / width, region.shape[0] / height])
    # Pixel centres are whole numbers: small pixel s covers region pixels s * ratio to (s + 1) * ratio, less a half.
    local = np.column_stack([matrix[:, :2] * ratio, matrix[:, 2] + matrix[:, :2] @ (ratio / 2 - 0.5)])
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
