"""Lays pictures over a frame: placed by two vectors, anti-aliased, blended only where they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import atan2, cos, hypot, pi, sin
from typing import Any, NamedTuple

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from livecam.core.scene import Image

Rgba = NDArray[np.uint8]  # (h, w, 4), straight alpha, BGRA order as OpenCV reads it

_FAINT = 1  # of 255 levels; what changes the frame no more cannot be seen
_DIRECTIONS = 512


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


class Region(NamedTuple):
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


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """A sprite's picture at one size, and how far there is anything to see in it: its margins are not drawn."""

    picture: Rgba
    reaches: tuple[float, ...]  # from the middle in directions all round, in its pixels; none when nothing is seen

    @classmethod
    def of(cls, picture: Rgba, outside: tuple[int, ...]) -> Level:
        rows, columns = np.nonzero((cv2.absdiff(picture, np.full_like(picture, outside)) > _FAINT).any(axis=2))
        if not len(rows):
            return cls(picture, ())
        middle = (np.array(picture.shape[1::-1]) - 1) / 2
        # Between two pixels colours run from one into the other: a pixel can be seen up to its neighbours.
        ends = [np.column_stack([columns + x, rows + y]) - middle for x in (-1, 1) for y in (-1, 1)]
        outline = cv2.convexHull(np.concatenate(ends).astype(np.float32))[:, 0]
        angles = np.arange(_DIRECTIONS + 1) * (2 * np.pi / _DIRECTIONS)
        reaches = (outline @ [np.cos(angles), np.sin(angles)]).max(axis=0)
        return cls(picture, tuple(np.maximum(reaches[1:], reaches[:-1]).tolist()))

    def reach(self, across: float, down: float) -> tuple[float, float]:
        """How far it can be seen in a direction of the frame in which its columns and rows are that far apart, and
        how far in the opposite one."""
        scale, turns = hypot(across, down), atan2(down, across) / (2 * pi) + 1
        ahead = int(turns * _DIRECTIONS) % _DIRECTIONS
        return scale * self.reaches[ahead], scale * self.reaches[ahead - _DIRECTIONS // 2]


@dataclass(frozen=True, slots=True, eq=False)
class Paint:
    """A picture that covers. Four channels: premultiplied colour, and what it lets through of the frame."""

    levels: tuple[Level, ...]  # the largest first, each half the one before
    outside = (0, 0, 0, 255)

    @classmethod
    def of(cls, rgba: Rgba) -> Paint:
        alpha = rgba[..., 3:].astype(np.float32) / 255
        return cls(_halved(np.dstack([rgba[..., :3] * alpha, 255 * (1 - alpha)]), cls.outside))

    def split(self, warped: MatLike, opacity: float = 1.0) -> tuple[MatLike, MatLike]:
        """What is added to the frame, and what it is multiplied by (255 is one), three channels each."""
        added, kept = cv2.cvtColor(warped, cv2.COLOR_BGRA2BGR), cv2.extractChannel(warped, 3)
        if opacity < 1:
            added, kept = cv2.convertScaleAbs(added, alpha=opacity), _faded(kept, opacity)
        return added, cv2.cvtColor(kept, cv2.COLOR_GRAY2BGR)


@dataclass(frozen=True, slots=True, eq=False)
class Stain:
    """A picture that tints: the skin under it stays skin. Four channels: what it lets through of each, and a glow."""

    levels: tuple[Level, ...]
    colour: tuple[float, float, float]  # of the glow, 0..1
    outside = (255, 255, 255, 0)

    @classmethod
    def of(cls, rgba: Rgba, *, glow: float) -> Stain:
        """Multiplies by the picture's colour, and adds the share `glow` of it so that dark skin shows it too."""
        alpha, colour = rgba[..., 3:].astype(np.float32) / 255, rgba[..., :3]
        blue, green, red = (colour * alpha).sum(axis=(0, 1), dtype=np.float64) / max(float(alpha.sum()), 1e-6) / 255
        through = 255 - alpha * ((1 - glow) * (255 - colour) + glow * 255)
        levels = _halved(np.dstack([through, 255 * glow * alpha]), cls.outside)
        return cls(levels, (float(blue), float(green), float(red)))

    def split(self, warped: MatLike, opacity: float = 1.0) -> tuple[MatLike, MatLike]:
        """As for Paint."""
        glow, kept = cv2.extractChannel(warped, 3), cv2.cvtColor(warped, cv2.COLOR_BGRA2BGR)
        added = cv2.merge([cv2.convertScaleAbs(glow, alpha=opacity * share) for share in self.colour])
        return added, _faded(kept, opacity) if opacity < 1 else kept


Sprite = Paint | Stain


def aspect(sprite: Sprite) -> float:
    """Height over width."""
    height, width = sprite.levels[0].picture.shape[:2]
    return height / width


def _faded(kept: MatLike, opacity: float) -> MatLike:
    """What a fainter sprite lets through."""
    return cv2.convertScaleAbs(kept, alpha=opacity, beta=255 * (1 - opacity))


def _halved(layers: NDArray[Any], outside: tuple[int, ...]) -> tuple[Level, ...]:
    levels = [layers.astype(np.float32)]
    while min(levels[-1].shape[:2]) > 8:
        height, width = levels[-1].shape[:2]
        half = cv2.resize(levels[-1], ((width + 1) // 2, (height + 1) // 2), interpolation=cv2.INTER_AREA)
        levels.append(half.astype(np.float32, copy=False))
    return tuple(Level.of(np.rint(level).astype(np.uint8), outside) for level in levels)


def paste(image: Image, sprite: Sprite, placement: Placement, opacity: float = 1.0) -> None:
    """Draws the sprite onto `image` in place; only the pixels under it are touched, none may be outside the frame."""
    level = _level(sprite, placement, opacity)
    region = _seen(image, level, placement) if level is not None else None
    if level is None or region is None:
        return
    matrix = _matrix(level.picture, placement, region)
    size = (region.right - region.left, region.bottom - region.top)
    warped = cv2.warpAffine(level.picture, matrix, size, flags=cv2.INTER_LINEAR, borderValue=sprite.outside)
    _blend(image, region, sprite.split(warped, opacity))


def paste_bent(image: Image, sprite: Sprite, placement: Placement, wave: Wave, opacity: float = 1.0) -> None:
    """As `paste`, the sprite bent into a wave that dies away at both its ends."""
    level = _level(sprite, placement, opacity)
    region = _seen(image, level, placement, bent=wave.amplitude) if level is not None else None
    if level is None or region is None:
        return
    matrix = _matrix(level.picture, placement, region)
    u, v = _bent(level.picture.shape[:2], cv2.invertAffineTransform(matrix).tolist(), region, wave)
    warped = cv2.remap(level.picture, u, v, cv2.INTER_LINEAR, borderValue=sprite.outside)
    _blend(image, region, sprite.split(warped, opacity))


def _bent(
    shape: tuple[int, ...], back: list[list[float]], region: Region, wave: Wave
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


def linear(region: Region, planes: Sequence[Sequence[float]]) -> NDArray[np.float32]:
    """For each (a, b, c) what a * column + b * row + c is at the pixels of the region, (n, h, w)."""
    width, height = region.right - region.left, region.bottom - region.top
    a, b, c = np.array(planes, np.float32).T[..., None]
    columns = a * np.arange(width, dtype=np.float32) + c
    grid: NDArray[np.float32] = columns[:, None] + (b * np.arange(height, dtype=np.float32))[..., None]
    return grid


def _blend(image: Image, region: Region, layers: tuple[MatLike, MatLike]) -> None:
    added, kept = layers
    under = image[region.top : region.bottom, region.left : region.right]
    cv2.multiply(under, kept, dst=under, scale=1 / 255)
    cv2.add(under, added, dst=under)


def _level(sprite: Sprite, placement: Placement, opacity: float) -> Level | None:
    """The smallest copy that is still at least about as fine as the frame; None when there is nothing to see of it."""
    area = placement.area
    if opacity <= 0.002 or area < 0.25:
        return None
    chosen = sprite.levels[0]
    for level in reversed(sprite.levels):
        if level.picture.size >= 4 * area:
            chosen = level
            break
    return chosen if chosen.reaches else None


def _seen(image: Image, level: Level, placement: Placement, bent: float = 0.0) -> Region | None:
    """The part of the frame where the level can be seen; None when it lies outside.

    `bent` is how far up or down it may be from where it is in the picture, in heights.
    """
    x, y, *spans = placement
    height, width = level.picture.shape[:2]
    a, b, c, d = spans[0] / width, spans[2] / height, spans[1] / width, spans[3] / height
    bent_x, bent_y = abs(bent * spans[2]), abs(bent * spans[3])
    (right, left), (below, above) = level.reach(a, b), level.reach(c, d)
    return _within(image, x - left - bent_x, y - above - bent_y, x + right + bent_x, y + below + bent_y)


def _matrix(picture: Rgba, placement: Placement, region: Region) -> NDArray[np.float64]:
    """Sprite pixels to region pixels; the centre of the picture lands on the centre of the placement."""
    height, width = picture.shape[:2]
    x, y, across_x, across_y, down_x, down_y = placement
    a, b, c, d = across_x / width, down_x / height, across_y / width, down_y / height
    u, v = (width - 1) / 2, (height - 1) / 2
    return np.array([[a, b, x - region.left - a * u - b * v], [c, d, y - region.top - c * u - d * v]])


def region_under(image: Image, placement: Placement) -> Region | None:
    """The part of the frame that a placement touches; None when it lies outside."""
    x, y, across_x, across_y, down_x, down_y = placement
    reach_x, reach_y = (abs(across_x) + abs(down_x)) / 2 + 1, (abs(across_y) + abs(down_y)) / 2 + 1
    return _within(image, x - reach_x, y - reach_y, x + reach_x, y + reach_y)


def _within(image: Image, left: float, top: float, right: float, bottom: float) -> Region | None:
    """The whole pixels of the frame in a box, and half a pixel more around; None when it lies outside."""
    height, width = image.shape[:2]
    columns = max(0, int(left - 0.5)), min(width, int(right + 0.5) + 1)
    rows = max(0, int(top - 0.5)), min(height, int(bottom + 0.5) + 1)
    return Region(columns[0], rows[0], columns[1], rows[1]) if columns[0] < columns[1] and rows[0] < rows[1] else None
