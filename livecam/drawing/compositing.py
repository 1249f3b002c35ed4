"""Alpha compositing: lays a sprite over an image, placed by two vectors, anti-aliased, blended only where it is."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, pi, sin
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.types import Image
from livecam.drawing.sprites import Rgba, Sprite

_FARTHEST = 1e9  # pixels: what is as far or as large, or is where no number says, cannot be drawn


class Placement(NamedTuple):
    """Where a sprite lies: its centre, and the vectors that span its full width and height, frame pixels."""

    x: float
    y: float
    across_x: float
    across_y: float
    down_x: float
    down_y: float

    @property
    def area(self) -> float:
        """Square pixels of the frame under the sprite; 0 when it is squashed flat."""
        return abs(self.across_x * self.down_y - self.across_y * self.down_x)

    def inside(self, u: float, v: float, share: float, turn: float = 0.0) -> Placement:
        """A placement within this one: its middle at `u` widths across and `v` heights down from this one's, `share`
        of its size, turned by `turn` radians before it is squashed and turned as this one is."""
        cos_turn, sin_turn = share * cos(turn), share * sin(turn)
        return Placement(
            self.x + u * self.across_x + v * self.down_x,
            self.y + u * self.across_y + v * self.down_y,
            cos_turn * self.across_x + sin_turn * self.down_x,
            cos_turn * self.across_y + sin_turn * self.down_y,
            cos_turn * self.down_x - sin_turn * self.across_x,
            cos_turn * self.down_y - sin_turn * self.across_y,
        )

    def mirrored(self) -> Placement:
        """The same place, the picture's left and right exchanged."""
        return self._replace(across_x=-self.across_x, across_y=-self.across_y)


class PixelRegion(NamedTuple):
    """A part of a frame, whole pixels, `right` and `bottom` excluded."""

    left: int
    top: int
    right: int
    bottom: int


class Wave(NamedTuple):
    """A sprite's bend across its width: its height in heights of the sprite, how many waves, and where they begin."""

    amplitude: float
    waves: float
    phase: float  # radians


def paste(image: Image, sprite: Sprite, placement: Placement, opacity: float = 1.0) -> None:
    """Draws the sprite onto `image` in place; only the pixels under it are touched, none may be outside the frame."""
    plan = _plan(image, sprite, placement, opacity)
    if plan is None:
        return
    picture, matrix, (left, top, right, bottom) = plan
    size = (right - left, bottom - top)
    warped = cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_LINEAR, borderValue=sprite.outside)
    sprite.lay(image[top:bottom, left:right], warped, opacity)


def paste_bent(image: Image, sprite: Sprite, placement: Placement, wave: Wave, opacity: float = 1.0) -> None:
    """As `paste`, the sprite bent into a wave that dies away at both its ends."""
    plan = _plan(image, sprite, placement, opacity, bent=wave.amplitude)
    if plan is None or not sum(map(abs, wave)) < _FARTHEST:
        return
    picture, matrix, region = plan
    u, v = _bent(picture.shape[:2], cv2.invertAffineTransform(matrix).tolist(), region, wave)
    warped = cv2.remap(picture, u, v, cv2.INTER_LINEAR, borderValue=sprite.outside)
    sprite.lay(image[region.top : region.bottom, region.left : region.right], warped, opacity)


def _bent(
    shape: tuple[int, ...], back: list[list[float]], region: PixelRegion, wave: Wave
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """For every pixel of the region the column and the row of the picture that the wave brings there."""
    height, width = shape
    a, b, x = back[0]
    share = [a / width, b / width, (x + 0.5) / width]  # of the way across the picture
    ends = [2 * share[0], 2 * share[1], 2 * share[2] - 1]  # -1 and 1 there
    turn = 2 * pi * wave.waves
    angle = [turn * share[0], turn * share[1], turn * share[2] + wave.phase]
    u, v, bend, dying = linear(region, [*back, angle, ends])
    np.sin(bend, out=bend)
    dying *= dying
    np.subtract(1, dying, out=dying)
    bend *= dying
    bend *= np.float32(wave.amplitude * height)
    v -= bend
    return u, v


def linear(region: PixelRegion, planes: Sequence[Sequence[float]]) -> NDArray[np.float32]:
    """For each (a, b, c) what a * column + b * row + c is at the pixels of the region, (n, h, w)."""
    width, height = region.right - region.left, region.bottom - region.top
    a, b, c = np.array(planes, np.float32).T[..., None]
    columns = a * np.arange(width, dtype=np.float32) + c
    grid: NDArray[np.float32] = columns[:, None] + (b * np.arange(height, dtype=np.float32))[..., None]
    return grid


def _plan(
    image: Image, sprite: Sprite, placement: Placement, opacity: float, bent: float = 0.0
) -> tuple[Rgba, NDArray[np.float64], PixelRegion] | None:
    """What is drawn of a sprite: the copy to take, the matrix from it to the region, and the part of the frame where
    it can be seen; None where nothing can.

    `bent` is how far up or down it may be from where it is in the picture, in heights. All in one function: it runs
    for every layer of every face, and what it calculates takes less than to call another.
    """
    x, y, across_x, across_y, down_x, down_y = placement
    area = abs(across_x * down_y - across_y * down_x)
    if opacity <= 0.002 or area < 0.25 or not sum(map(abs, placement)) < _FARTHEST:
        return None
    for level in reversed(sprite.levels):  # The smallest copy that is still at least about as fine as the frame.
        if level.width * level.height >= area:
            break
    if not level.reaches:
        return None
    width, height = level.width, level.height
    a, b, c, d = across_x / width, down_x / height, across_y / width, down_y / height
    (to_right, to_left), (below, above) = level.reach(a, b), level.reach(c, d)
    if bent:
        bent_x, bent_y = abs(bent * down_x), abs(bent * down_y)
        to_left, to_right, above, below = to_left + bent_x, to_right + bent_x, above + bent_y, below + bent_y
    rows, columns, _ = image.shape
    left, right = max(0, int(x - to_left - 0.5)), min(columns, int(x + to_right + 0.5) + 1)
    top, bottom = max(0, int(y - above - 0.5)), min(rows, int(y + below + 0.5) + 1)
    if left >= right or top >= bottom:
        return None
    # The centre of the picture lands on the centre of the placement.
    u, v = (width - 1) / 2, (height - 1) / 2
    matrix = np.array([[a, b, x - left - a * u - b * v], [c, d, y - top - c * u - d * v]])
    return level.picture, matrix, PixelRegion(left, top, right, bottom)


def region_under(image: Image, placement: Placement) -> PixelRegion | None:
    """The part of the frame that a placement touches; None when it lies outside, or is larger than can be drawn."""
    x, y, across_x, across_y, down_x, down_y = placement
    if not sum(map(abs, placement)) < _FARTHEST:
        return None
    reach_x, reach_y = (abs(across_x) + abs(down_x)) / 2 + 1, (abs(across_y) + abs(down_y)) / 2 + 1
    height, width = image.shape[:2]
    left, right = max(0, int(x - reach_x - 0.5)), min(width, int(x + reach_x + 0.5) + 1)
    top, bottom = max(0, int(y - reach_y - 0.5)), min(height, int(y + reach_y + 0.5) + 1)
    return PixelRegion(left, top, right, bottom) if left < right and top < bottom else None
