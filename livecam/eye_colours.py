"""The colours of one eye, sampled in a small levelled patch: the white behind its iris, and the iris as rings."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.crop import similarity
from livecam.core.scene import Image
from livecam.lids import LidCurves
from livecam.softness import Grid, between, inside

# Iris radii, as everything here that is not in pixels.
ERASED, ERASED_SOFT = 1.34, 0.44
LASH_SHADE = 0.12  # this much below the upper lid is lash and shadow rather than iris
_CELLS = 4  # cells a radius
_PATCH = (21, 13)
_LEVELS = np.arange(256, dtype=np.float32)
# Skin, lashes and lid rims lack blue: the darkest channel tells the white of the eye from all of them.
_WHITENESS = (_LEVELS / 255) ** 5
_DARKNESS = (1 - _LEVELS / 256) ** 2


def eye_colours(
    image: Image, lids: LidCurves, centre: tuple[float, float], region: tuple[slice, slice], distance: Grid
) -> tuple[Image, Image]:
    """The white of the eye, and the iris as the mean colour of each of its rings, everywhere in the region.

    `distance` is that of every pixel of the region from the iris centre, in radii.
    """
    matrix = similarity(
        centre,
        angle=math.atan2(lids.axis[1], lids.axis[0]),
        scale=_CELLS / lids.radius,
        onto=((_PATCH[0] - 1) / 2, (_PATCH[1] - 1) / 2),
    )
    # Not averaged first as a crop for a finder is: what follows are means anyway.
    patch = cv2.warpAffine(image, matrix, _PATCH, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    opening = _GEOMETRY.opening(lids)
    matrix[:, 2] += matrix[:, :2] @ [region[1].start, region[0].start]
    white = cv2.warpAffine(
        _GEOMETRY.white(patch.astype(np.uint8, copy=False), opening),
        matrix,
        distance.shape[::-1],
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    rings = cv2.remap(
        _GEOMETRY.profile(patch.astype(np.uint8, copy=False), opening),
        distance * np.float32(_CELLS),
        np.zeros_like(distance),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return white.astype(np.uint8, copy=False), rings.astype(np.uint8, copy=False)


class _Geometry:
    """All about the small levelled patch that does not depend on the picture; made once."""

    def __init__(self) -> None:
        width, height = _PATCH
        self.along = ((np.arange(width, dtype=np.float32) - (width - 1) / 2) / _CELLS)[None]
        self.across = ((np.arange(height, dtype=np.float32) - (height - 1) / 2) / _CELLS)[:, None]
        distance = np.hypot(self.along, self.across)
        beside = np.exp(-(((np.abs(self.along) - 1.5) / 0.5) ** 2)) * (1 - inside(distance, ERASED, ERASED_SOFT))
        self.beside = beside.astype(np.float32)
        rows = np.exp(-(((self.across - self.across.T) / 0.35) ** 2))[..., None]  # (row, row of the cell, 1)
        sides = [rows * (self.along < 0), rows * (self.along > 0)]
        self.sides = np.concatenate([side.reshape(height, -1) for side in sides]).astype(np.float32)
        self.share = np.clip(0.5 + self.along / 2.8, 0, 1)[..., None].astype(np.float32)  # (1, w, 1)
        ring = np.arange(int(1.6 * _CELLS))[:, None]
        self.rings = np.exp(-(((ring - distance.reshape(1, -1) * _CELLS) / 0.7) ** 2)).astype(np.float32)

    def opening(self, lids: LidCurves) -> Grid:
        """1 where a cell is well between the lids."""
        upper, lower = lids.at(self.along)
        return between(self.across, upper + LASH_SHADE, lower - LASH_SHADE)

    def white(self, patch: Image, opening: Grid) -> Image:
        """For each row the white at its left and at its right, and a ramp between them."""
        blue, green, red = cv2.split(patch)
        whiteness = _WHITENESS[cv2.min(cv2.min(blue, green), red)]
        sums = self.sides @ _weighted(patch, whiteness * self.beside * (opening + np.float32(1e-4)))
        left, right = sums[: len(sums) // 2], sums[len(sums) // 2 :]
        # A side that shows no white of its own borrows the other's.
        left, right = left + 0.05 * right, right + 0.05 * left
        left, right = (side[:, None, :3] / (side[:, None, 3:] + 1e-9) for side in (left, right))
        ramp: Image = (left + (right - left) * self.share + 0.5).astype(np.uint8)
        return ramp

    def profile(self, patch: Image, opening: Grid) -> Image:
        """The mean colour of each ring of the iris, (1, n, 3), glints left out."""
        blue, green, red = cv2.split(patch)
        darkness = _DARKNESS[cv2.max(cv2.max(blue, green), red)]
        sums = self.rings @ _weighted(patch, darkness * (opening + np.float32(1e-3)))
        profile: Image = (sums[:, :3] / sums[:, 3:] + 0.5).astype(np.uint8)[None]
        return profile


def _weighted(patch: Image, weight: Grid) -> NDArray[np.float32]:
    """Each cell's colour times its weight, and the weight, (cells, 4)."""
    weighted = np.empty((weight.size, 4), np.float32)
    column = weight.reshape(-1, 1)
    np.multiply(patch.reshape(-1, 3), column, out=weighted[:, :3])
    weighted[:, 3:] = column
    return weighted


_GEOMETRY = _Geometry()
