"""Lays pictures over a frame: placed by two vectors, anti-aliased, blended only where they are."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, sin
from typing import Any, NamedTuple

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from livecam.core.scene import Image

Rgba = NDArray[np.uint8]  # (h, w, 4), straight alpha, BGRA order as OpenCV reads it


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
class Paint:
    """A picture that covers. Four channels: premultiplied colour, and what it lets through of the frame."""

    levels: tuple[Rgba, ...]  # the largest first, each half the one before
    outside = (0, 0, 0, 255)

    @classmethod
    def of(cls, rgba: Rgba) -> Paint:
        alpha = rgba[..., 3:].astype(np.float32) / 255
        return cls(_halved(np.dstack([rgba[..., :3] * alpha, 255 * (1 - alpha)])))

    def split(self, warped: MatLike) -> tuple[MatLike, MatLike]:
        """What is added to the frame, and what it is multiplied by (255 is one), three channels each."""
        return cv2.cvtColor(warped, cv2.COLOR_BGRA2BGR), cv2.cvtColor(cv2.extractChannel(warped, 3), cv2.COLOR_GRAY2BGR)


@dataclass(frozen=True, slots=True, eq=False)
class Stain:
    """A picture that tints: the skin under it stays skin. Four channels: what it lets through of each, and a glow."""

    levels: tuple[Rgba, ...]
    colour: NDArray[np.float64]  # (4,) of the glow, 0..1, and a zero
    outside = (255, 255, 255, 0)

    @classmethod
    def of(cls, rgba: Rgba, *, glow: float) -> Stain:
        """Multiplies by the picture's colour, and adds the share `glow` of it so that dark skin shows it too."""
        alpha, colour = rgba[..., 3:].astype(np.float32) / 255, rgba[..., :3]
        mean = (colour * alpha).sum(axis=(0, 1), dtype=np.float64) / max(float(alpha.sum()), 1e-6) / 255
        through = 255 - alpha * ((1 - glow) * (255 - colour) + glow * 255)
        return cls(_halved(np.dstack([through, 255 * glow * alpha])), np.append(mean, 0.0))

    def split(self, warped: MatLike) -> tuple[MatLike, MatLike]:
        """As for Paint."""
        glow = cv2.cvtColor(cv2.extractChannel(warped, 3), cv2.COLOR_GRAY2BGR)
        return cv2.multiply(glow, self.colour), cv2.cvtColor(warped, cv2.COLOR_BGRA2BGR)


Sprite = Paint | Stain


def aspect(sprite: Sprite) -> float:
    """Height over width."""
    height, width = sprite.levels[0].shape[:2]
    return height / width


def _halved(layers: NDArray[Any]) -> tuple[Rgba, ...]:
    levels = [layers.astype(np.float32)]
    while min(levels[-1].shape[:2]) > 8:
        height, width = levels[-1].shape[:2]
        half = cv2.resize(levels[-1], ((width + 1) // 2, (height + 1) // 2), interpolation=cv2.INTER_AREA)
        levels.append(half.astype(np.float32, copy=False))
    return tuple(np.rint(level).astype(np.uint8) for level in levels)


def paste(image: Image, sprite: Sprite, placement: Placement, opacity: float = 1.0) -> None:
    """Draws the sprite onto `image` in place; only the pixels under it are touched, none may be outside the frame."""
    region = region_under(image, placement)
    if region is None or opacity <= 0.002 or placement.area < 0.25:
        return
    picture = _level(sprite, placement)
    matrix = _matrix(picture, placement, region)
    size = (region.right - region.left, region.bottom - region.top)
    warped = cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_LINEAR, borderValue=sprite.outside)
    _blend(image, region, sprite, warped, opacity)


def paste_bent(image: Image, sprite: Sprite, placement: Placement, wave: Wave, opacity: float = 1.0) -> None:
    """As `paste`, the sprite bent into a wave that dies away at both its ends."""
    region = region_under(image, placement)
    if region is None or opacity <= 0.002 or placement.area < 0.25:
        return
    picture = _level(sprite, placement)
    height, width = picture.shape[:2]
    back = cv2.invertAffineTransform(_matrix(picture, placement, region)).astype(np.float32)
    columns = np.arange(region.right - region.left, dtype=np.float32)[None]
    rows = np.arange(region.bottom - region.top, dtype=np.float32)[:, None]
    u = back[0, 0] * columns + back[0, 1] * rows + back[0, 2]
    v = back[1, 0] * columns + back[1, 1] * rows + back[1, 2]
    share = np.clip((u + np.float32(0.5)) / np.float32(width), 0, 1)
    bend = np.sin(share * np.float32(2 * np.pi * wave.waves) + np.float32(wave.phase)) * (4 * share * (1 - share))
    v -= np.float32(wave.amplitude * height) * bend
    _blend(image, region, sprite, cv2.remap(picture, u, v, cv2.INTER_LINEAR, borderValue=sprite.outside), opacity)


def _blend(image: Image, region: Region, sprite: Sprite, warped: MatLike, opacity: float) -> None:
    added, kept = sprite.split(warped)
    if opacity < 1:
        added = cv2.convertScaleAbs(added, alpha=opacity)
        kept = cv2.convertScaleAbs(kept, alpha=opacity, beta=255 * (1 - opacity))
    under = image[region.top : region.bottom, region.left : region.right]
    cv2.multiply(under, kept, dst=under, scale=1 / 255)
    cv2.add(under, added, dst=under)


def region_under(image: Image, placement: Placement) -> Region | None:
    """The part of the frame that a placement touches; None when it lies outside."""
    x, y, across_x, across_y, down_x, down_y = placement
    reach_x = (abs(across_x) + abs(down_x)) / 2 + 1.5
    reach_y = (abs(across_y) + abs(down_y)) / 2 + 1.5
    height, width = image.shape[:2]
    left, right = max(0, int(x - reach_x)), min(width, int(x + reach_x) + 1)
    top, bottom = max(0, int(y - reach_y)), min(height, int(y + reach_y) + 1)
    return Region(left, top, right, bottom) if left < right and top < bottom else None


def _level(sprite: Sprite, placement: Placement) -> Rgba:
    """The smallest copy that is still at least about as fine as the frame."""
    area = placement.area
    for picture in reversed(sprite.levels):
        if picture.size >= 4 * area:
            return picture
    return sprite.levels[0]


def _matrix(picture: Rgba, placement: Placement, region: Region) -> NDArray[np.float64]:
    """Sprite pixels to region pixels; the centre of the picture lands on the centre of the placement."""
    height, width = picture.shape[:2]
    x, y, across_x, across_y, down_x, down_y = placement
    a, b, c, d = across_x / width, down_x / height, across_y / width, down_y / height
    u, v = (width - 1) / 2, (height - 1) / 2
    return np.array([[a, b, x - region.left - a * u - b * v], [c, d, y - region.top - c * u - d * v]])
