"""Moves a real iris inside its eye: for the trembling effect, the demo, and photographs made to look elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from livecam.core.crop import cut, similarity
from livecam.core.scene import Image, Points
from livecam.lids import LidCurves, LidMotion

Grid = NDArray[np.float32]  # (h, w), one value a pixel

# Lengths are iris radii. The limbus is soft: what is erased reaches a little further than what is moved.
_ERASED, _ERASED_SOFT = 1.34, 0.44
_MOVED, _MOVED_SOFT = 0.99, 0.16
_LID_SOFT = 0.16
_LASH_SHADE = 0.12  # this much below the upper lid is lash and shadow rather than iris
_MARGIN = 0.1
_CELLS = 5  # cells a radius of the small levelled patch from which the colours of the eye are taken
_PATCH = (27, 15)


@dataclass(frozen=True, slots=True, eq=False)
class OpenEye:
    """Where an iris is in a picture, and the lids it looks out between."""

    centre: tuple[float, float]  # of the iris circle, pixels
    radius: float  # of the iris, pixels
    lids: Points  # (6, 2) pixels, in the order of Face.lids


def shift_iris(
    image: Image,
    eye: OpenEye,
    displacement: ArrayLike,
    *,
    lid_follow: float = 0.0,
    closing: float = 0.0,
    out: Image | None = None,
) -> Image:
    """The picture with one iris moved by `displacement` (x, y) pixels: its centre is then `centre + displacement`.

    `lid_follow` is the share of the vertical movement that the upper lid goes along with (people: about 0.6),
    `closing` 0..1 brings the lids together until the eye is shut. Only a small region is computed, read from `image`
    and drawn over `out`, which is a copy of `image` unless one is given (a second eye, a canvas already drawn on).
    The iris is cut out by its circle together with its glints; behind it the white is a ramp between the whites at
    both sides, and what a lid hid of the iris is drawn from its radial profile.
    """
    canvas = image.copy() if out is None else out
    lids = LidCurves.through(eye.lids, centre=eye.centre, radius=eye.radius)
    mover = _Mover(np.asarray(eye.centre, np.float64), eye.radius, lids)
    move = np.asarray(displacement, np.float64)
    motion = LidMotion(lid_follow * float(mover.level(move)[1]), closing)
    region = mover.region(image, move, whole=motion.moves)
    if region is not None:
        canvas[region] = mover.drawn(image, canvas[region], region, move, motion)
    return canvas


@dataclass(frozen=True, slots=True, eq=False)
class _Mover:
    centre: NDArray[np.float64]
    radius: float
    lids: LidCurves

    def level(self, vector: NDArray[np.float64]) -> NDArray[np.float64]:
        """A vector in pixels, along the eye and down across it, in radii."""
        along, across = vector @ self.lids.axis, vector @ [-self.lids.axis[1], self.lids.axis[0]]
        return np.array([along, across]) / self.radius

    def region(self, image: Image, move: NDArray[np.float64], *, whole: bool) -> tuple[slice, slice] | None:
        """The rows and columns that can change; None when they are outside the picture."""
        reach = np.full(2, (_ERASED + _ERASED_SOFT / 2 + _MARGIN) * self.radius)
        low, high = np.minimum(move, 0) - reach, np.maximum(move, 0) + reach
        if whole:
            lid_low, lid_high = self.lids.reach()
            low, high = np.minimum(low, lid_low), np.maximum(high, lid_high)
        size = np.array(image.shape[1::-1])
        left, top = np.clip(np.floor(self.centre + low).astype(int), 0, size)
        right, bottom = np.clip(np.ceil(self.centre + high).astype(int) + 1, 0, size)
        return (slice(top, bottom), slice(left, right)) if right > left and bottom > top else None

    def drawn(
        self,
        image: Image,
        under: Image,
        region: tuple[slice, slice],
        move: NDArray[np.float64],
        motion: LidMotion,
    ) -> Image:
        """What the region shows after the movement."""
        along, across = self._levelled_grid(region)
        distance = _length(along, across)
        upper, lower = self.lids.at(along)
        white, rings = self._colours(image, region, distance)
        was_open = _between(across, upper, lower)
        emptied = _blend(under, white, _inside(distance, _ERASED, _ERASED_SOFT) * was_open)
        if motion.moves:
            emptied = self._moved_skin(emptied, region, motion.source(self.lids, along, across), along)
            upper, lower = motion.moved(self.lids, along)
        iris = cv2.warpAffine(
            _blend(rings, image[region], np.minimum(was_open, _above(upper + _LASH_SHADE, across))),
            np.array([[1, 0, move[0]], [0, 1, move[1]]]),
            rings.shape[1::-1],
            flags=cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REPLICATE,
        ).astype(np.uint8, copy=False)
        step = self.level(move).astype(np.float32)
        disc = _inside(_length(along - step[0], across - step[1]), _MOVED, _MOVED_SOFT)
        return _blend(emptied, iris, disc * _between(across, upper, lower))

    def _levelled_grid(self, region: tuple[slice, slice]) -> tuple[Grid, Grid]:
        rows, columns = region
        x = np.arange(columns.start, columns.stop, dtype=np.float32) - np.float32(self.centre[0])
        y = (np.arange(rows.start, rows.stop, dtype=np.float32) - np.float32(self.centre[1]))[:, None]
        cos, sin = (self.lids.axis / self.radius).astype(np.float32)
        return x * cos + y * sin, y * cos - x * sin

    def _colours(self, image: Image, region: tuple[slice, slice], distance: Grid) -> tuple[Image, Image]:
        """The white of the eye, and the iris as mere rings, everywhere in the region."""
        width, height = _PATCH
        angle = float(np.arctan2(self.lids.axis[1], self.lids.axis[0]))
        middle = ((width - 1) / 2, (height - 1) / 2)
        matrix = similarity(self.centre, angle=angle, scale=_CELLS / self.radius, onto=middle)
        patch = cut(image, matrix, _PATCH)
        opening = _PATCH_GEOMETRY.opening(self.lids)
        ramp = _PATCH_GEOMETRY.white(patch, opening)
        matrix[:, 2] += matrix[:, :2] @ [region[1].start, region[0].start]
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        white = cv2.warpAffine(ramp, matrix, distance.shape[::-1], flags=flags, borderMode=cv2.BORDER_REPLICATE)
        profile = _PATCH_GEOMETRY.profile(patch, opening)
        ring = distance * np.float32(_CELLS)
        rings = cv2.remap(profile, ring, np.zeros_like(ring), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return white.astype(np.uint8, copy=False), rings.astype(np.uint8, copy=False)

    def _moved_skin(self, emptied: Image, region: tuple[slice, slice], source: Grid, along: Grid) -> Image:
        cos, sin = (self.lids.axis * self.radius).astype(np.float32)
        x = along * cos - source * sin + np.float32(self.centre[0] - region[1].start)
        y = along * sin + source * cos + np.float32(self.centre[1] - region[0].start)
        moved = cv2.remap(emptied, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return moved.astype(np.uint8, copy=False)


class _PatchGeometry:
    """All about the small levelled patch that does not depend on the picture; made once."""

    def __init__(self) -> None:
        width, height = _PATCH
        self.along = ((np.arange(width, dtype=np.float32) - (width - 1) / 2) / _CELLS)[None]
        self.across = ((np.arange(height, dtype=np.float32) - (height - 1) / 2) / _CELLS)[:, None]
        distance = np.hypot(self.along, self.across)
        beside = np.exp(-(((np.abs(self.along) - 1.5) / 0.5) ** 2)) * (1 - _inside(distance, _ERASED, _ERASED_SOFT))
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
        return _between(self.across, upper + _LASH_SHADE, lower - _LASH_SHADE)

    def white(self, patch: Image, opening: Grid) -> Image:
        """For each row the white at its left and at its right, and a ramp between them."""
        # Skin, lashes and lid rims lack blue: the darkest channel tells the white of the eye from all of them.
        whiteness = (patch.min(axis=2).astype(np.float32) / 255) ** 5
        sums = self.sides @ _weighted(patch, whiteness * self.beside * (opening + 1e-4))
        left, right = sums[: len(sums) // 2], sums[len(sums) // 2 :]
        # A side that shows no white of its own borrows the other's.
        left, right = left + 0.05 * right, right + 0.05 * left
        left, right = (side[:, None, :3] / (side[:, None, 3:] + 1e-9) for side in (left, right))
        ramp: Image = (left + (right - left) * self.share + 0.5).astype(np.uint8)
        return ramp

    def profile(self, patch: Image, opening: Grid) -> Image:
        """The mean colour of each ring of the iris, (1, n, 3), glints left out."""
        dark = (1 - patch.max(axis=2).astype(np.float32) / 256) ** 2
        sums = self.rings @ _weighted(patch, dark * (opening + 1e-3))
        profile: Image = (sums[:, :3] / sums[:, 3:] + 0.5).astype(np.uint8)[None]
        return profile


def _length(along: Grid, across: Grid) -> Grid:
    return cv2.magnitude(along, across).astype(np.float32, copy=False)


def _weighted(patch: Image, weight: Grid) -> NDArray[np.float32]:
    """Each cell's colour times its weight, and the weight, (cells, 4)."""
    weight = weight.reshape(-1, 1)
    return np.hstack([patch.reshape(-1, 3) * weight, weight])


def _between(across: Grid, upper: Grid, lower: Grid) -> Grid:
    return _above(upper, across) * _above(across, lower)


def _above(high: Grid, low: Grid) -> Grid:
    """1 where `high` is above `low` in the picture, soft over the softness of a lid."""
    share: Grid = np.clip((low - high) * np.float32(1 / _LID_SOFT) + np.float32(0.5), 0, 1)
    return share


def _inside(distance: Grid, edge: float, softness: float) -> Grid:
    """1 inside, 0 outside, smooth over `softness` around `edge`."""
    ramp = np.clip((np.float32(edge) - distance) * np.float32(1 / softness) + np.float32(0.5), 0, 1)
    return ramp * ramp * (3 - 2 * ramp)


def _blend(onto: Image, colours: Image, share: Grid) -> Image:
    return cv2.blendLinear(colours, onto, share, 1 - share).astype(np.uint8, copy=False)


_PATCH_GEOMETRY = _PatchGeometry()
