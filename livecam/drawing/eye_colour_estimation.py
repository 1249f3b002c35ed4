"""Colours of an eye sampled from the image: the white behind the iris, and the iris as rings."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.crop import similarity_matrix
from livecam.core.types import Image
from livecam.drawing.eyelids import EyelidCurves
from livecam.drawing.warping import Grid, between, inside

# Iris radii, as everything here that is not in pixels.
ERASED, ERASED_SOFT = 1.34, 0.44
LASH_SHADE = 0.12  # this much below the upper lid is lash and shadow rather than iris
_CELLS = 4  # cells a radius
_PATCH = (21, 13)
_LEVELS = np.arange(256, dtype=np.float32)
# Skin, lashes and lid rims lack blue: the darkest channel tells the white of the eye from all of them.
_WHITENESS = (_LEVELS / 255) ** 5
_DARKNESS = (1 - _LEVELS / 256) ** 2
# Where nothing is between the lids, something is better than nothing.
_WHITE_SEEN, _IRIS_SEEN = _LEVELS / 255 + np.float32(1e-4), _LEVELS / 255 + np.float32(1e-3)
# OpenCV is slow where it has to repeat the edge of a picture, so a few cells of it are repeated beforehand.
_AROUND, _FARTHER = 3, 6


@dataclass(frozen=True, slots=True, eq=False)
class EyeColours:
    """What was sampled of one eye."""

    cells: Image  # (h, w, 3), the white in every cell
    profile: Image  # (1, n, 3), the mean colour of each ring of the iris
    lids: EyelidCurves
    centre: tuple[float, float]

    @classmethod
    def of(cls, image: Image, lids: EyelidCurves, centre: tuple[float, float]) -> EyeColours:
        matrix = _to_cells(lids, centre)
        # Not averaged first as a crop for a detector is: what follows are means anyway.
        patch = cv2.warpAffine(image, matrix, _PATCH, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return cls(*_GEOMETRY.colours(patch.astype(np.uint8, copy=False), lids), lids, centre)

    def white(self, region: tuple[slice, slice]) -> Image:
        """The white of the eye at the rows and columns of the picture."""
        rows, columns = region
        white = cv2.warpAffine(
            cv2.copyMakeBorder(self.cells, _AROUND, _AROUND, _AROUND, _AROUND, cv2.BORDER_REPLICATE),
            _to_cells(self.lids, (self.centre[0] - columns.start, self.centre[1] - rows.start), around=_AROUND),
            (columns.stop - columns.start, rows.stop - rows.start),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return white.astype(np.uint8, copy=False)

    def rings(self, distance: Grid) -> Image:
        """The colour of the iris at each distance from its centre, in radii."""
        rings = cv2.remap(
            cv2.copyMakeBorder(self.profile, 0, 1, 0, _FARTHER, cv2.BORDER_REPLICATE),
            distance * np.float32(_CELLS),
            np.zeros_like(distance),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return rings.astype(np.uint8, copy=False)


def _to_cells(lids: EyelidCurves, centre: tuple[float, float], *, around: int = 0) -> NDArray[np.float64]:
    """Pixels to cells of the patch, (2, 3), when there are as many more cells around it."""
    return similarity_matrix(
        centre,
        angle=math.atan2(lids.axis[1], lids.axis[0]),
        scale=_CELLS / lids.radius,
        onto=((_PATCH[0] - 1) / 2 + around, (_PATCH[1] - 1) / 2 + around),
    )


class _Geometry:
    """All about the small levelled patch that does not depend on the picture; made once."""

    def __init__(self) -> None:
        width, height = _PATCH
        along = ((np.arange(width, dtype=np.float32) - (width - 1) / 2) / _CELLS)[None]
        across = ((np.arange(height, dtype=np.float32) - (height - 1) / 2) / _CELLS)[:, None]
        self.along, self.across = (np.ascontiguousarray(grid) for grid in np.broadcast_arrays(along, across))
        distance = np.hypot(self.along, self.across)
        beside = np.exp(-(((np.abs(along) - 1.5) / 0.5) ** 2)) * (1 - inside(distance, ERASED, ERASED_SOFT) / 255)
        self.beside = beside.astype(np.float32)
        rows = np.exp(-(((across - across.T) / 0.35) ** 2))[..., None]  # (row, row of the cell, 1)
        left, right = ((rows * side).reshape(height, -1) for side in (along < 0, along > 0))
        # A side that shows no white of its own borrows the other's.
        self.sides = np.concatenate([left + 0.05 * right, right + 0.05 * left]).astype(np.float32)
        share = np.clip(0.5 + along[0] / 2.8, 0, 1)
        self.ramp = np.column_stack([1 - share, share]).astype(np.float32)  # (w, left or right)
        ring = np.arange(int(1.6 * _CELLS))[:, None]
        self.rings = np.exp(-(((ring - distance.reshape(1, -1) * _CELLS) / 0.7) ** 2)).astype(np.float32)

    def colours(self, patch: Image, lids: EyelidCurves) -> tuple[Image, Image]:
        """The white in every cell, and the mean colour of each ring of the iris, (1, n, 3)."""
        opening = between(self.across, *lids.at(self.along), margin=LASH_SHADE)
        blue, green, red = cv2.split(patch)
        whiteness = cv2.LUT(cv2.min(cv2.min(blue, green), red), _WHITENESS)
        darkness = cv2.LUT(cv2.max(cv2.max(blue, green), red), _DARKNESS)
        cells = cv2.cvtColor(patch, cv2.COLOR_BGR2BGRA).reshape(-1, 4).astype(np.float32)  # its colour, and 255
        white = self._white(cells, whiteness * self.beside * cv2.LUT(opening, _WHITE_SEEN))
        return white, self._profile(cells, darkness * cv2.LUT(opening, _IRIS_SEEN))

    def _white(self, cells: NDArray[np.float32], weight: Grid) -> Image:
        """For each row the white at its left and at its right, and a ramp between them."""
        sides = _means(self.sides * weight.reshape(-1), cells).reshape(2, -1, 3).swapaxes(0, 1)
        white: Image = (self.ramp @ sides + np.float32(0.5)).astype(np.uint8)  # (w, 2) @ (h, 2, 3)
        return white

    def _profile(self, cells: NDArray[np.float32], weight: Grid) -> Image:
        """Each ring's colour, glints left out."""
        profile: Image = (_means(self.rings * weight.reshape(-1), cells) + np.float32(0.5)).astype(np.uint8)[None]
        return profile


def _means(weights: NDArray[np.float32], cells: NDArray[np.float32]) -> NDArray[np.float32]:
    """The weighted mean colour (n, 3) of the cells for each row of weights (n, cells)."""
    sums = weights @ cells
    means: NDArray[np.float32] = sums[:, :3] * (255 / (sums[:, 3:] + np.float32(1e-7)))
    return means


_GEOMETRY = _Geometry()
