"""Lays pictures over a frame: placed by two vectors, anti-aliased, blended only where they are."""

from __future__ import annotations

from dataclasses import dataclass
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


class Wave(NamedTuple):
    """A sprite's bend across its width: its height in heights of the sprite, how many waves, and where they begin."""

    amplitude: float
    waves: float
    phase: float  # radians


@dataclass(frozen=True, slots=True, eq=False)
class Sprite:
    """A picture ready to be laid over a frame: what it adds and what it lets through, in ever smaller copies.

    A frame pixel p becomes p * through / 255 + light, channel by channel: paint lets every colour through alike,
    a stain lets more of some colours through, so that the skin under it stays skin.
    """

    levels: tuple[tuple[Image, Image], ...]  # (light, through), the largest first, each half the one before

    @property
    def aspect(self) -> float:
        """Height over width."""
        height, width = self.levels[0][0].shape[:2]
        return height / width


def paint(rgba: Rgba) -> Sprite:
    """A sprite that covers, by its alpha."""
    alpha = rgba[..., 3:].astype(np.float32) / 255
    return _sprite(rgba[..., :3] * alpha, np.repeat(255 * (1 - alpha), 3, axis=2))


def stain(rgba: Rgba, *, glow: float) -> Sprite:
    """A sprite that multiplies the frame by its colour, and adds the share `glow` of it so that dark skin shows it."""
    alpha = rgba[..., 3:].astype(np.float32) / 255
    return _sprite(glow * rgba[..., :3] * alpha, 255 - alpha * ((1 - glow) * (255 - rgba[..., :3]) + glow * 255))


def _sprite(light: NDArray[Any], through: NDArray[Any]) -> Sprite:
    levels = [(light.astype(np.float32), through.astype(np.float32))]
    while min(levels[-1][0].shape[:2]) > 8:
        height, width = levels[-1][0].shape[:2]
        half = ((width + 1) // 2, (height + 1) // 2)
        finer, coarser = (cv2.resize(layer, half, interpolation=cv2.INTER_AREA) for layer in levels[-1])
        levels.append((finer.astype(np.float32), coarser.astype(np.float32)))
    return Sprite(tuple((_bytes(finer), _bytes(coarser)) for finer, coarser in levels))


def _bytes(layer: NDArray[np.float32]) -> Image:
    return np.rint(layer).astype(np.uint8)


def paste(image: Image, sprite: Sprite, placement: Placement, opacity: float = 1.0) -> None:
    """Draws the sprite onto `image` in place; only the pixels under it are touched, none may be outside the frame."""
    region = _region(image, placement)
    if region is None or opacity <= 0.002 or placement.area < 0.25:
        return
    left, top, right, bottom = region
    size = (right - left, bottom - top)
    light, through = _level(sprite, placement)
    matrix = _matrix(light.shape[1], light.shape[0], placement, left, top)
    added = cv2.warpAffine(light, matrix, size, flags=cv2.INTER_LINEAR)
    kept = cv2.warpAffine(through, matrix, size, flags=cv2.INTER_LINEAR, borderValue=(255, 255, 255))
    _blend(image[top:bottom, left:right], added, kept, opacity)


def paste_bent(image: Image, sprite: Sprite, placement: Placement, wave: Wave, opacity: float = 1.0) -> None:
    """As `paste`, the sprite bent into a wave that dies away at both its ends."""
    region = _region(image, placement)
    if region is None or opacity <= 0.002 or placement.area < 0.25:
        return
    left, top, right, bottom = region
    light, through = _level(sprite, placement)
    height, width = light.shape[:2]
    back = cv2.invertAffineTransform(_matrix(width, height, placement, left, top)).astype(np.float32)
    columns = np.arange(right - left, dtype=np.float32)[None]
    rows = np.arange(bottom - top, dtype=np.float32)[:, None]
    u = back[0, 0] * columns + back[0, 1] * rows + back[0, 2]
    v = back[1, 0] * columns + back[1, 1] * rows + back[1, 2]
    share = np.clip((u + np.float32(0.5)) / np.float32(width), 0, 1)
    bend = np.sin(share * np.float32(2 * np.pi * wave.waves) + np.float32(wave.phase)) * (4 * share * (1 - share))
    v -= np.float32(wave.amplitude * height) * bend
    added = cv2.remap(light, u, v, cv2.INTER_LINEAR)
    kept = cv2.remap(through, u, v, cv2.INTER_LINEAR, borderValue=(255, 255, 255))
    _blend(image[top:bottom, left:right], added, kept, opacity)


def _blend(under: Image, added: MatLike, kept: MatLike, opacity: float) -> None:
    if opacity < 1:
        added = cv2.convertScaleAbs(added, alpha=opacity)
        kept = cv2.convertScaleAbs(kept, alpha=opacity, beta=255 * (1 - opacity))
    cv2.multiply(under, kept, dst=under, scale=1 / 255)
    cv2.add(under, added, dst=under)


def _region(image: Image, placement: Placement) -> tuple[int, int, int, int] | None:
    """The part of the frame under the sprite: left, top, right, bottom; None when it lies outside."""
    x, y, across_x, across_y, down_x, down_y = placement
    reach_x = (abs(across_x) + abs(down_x)) / 2 + 1.5
    reach_y = (abs(across_y) + abs(down_y)) / 2 + 1.5
    height, width = image.shape[:2]
    left, right = max(0, int(x - reach_x)), min(width, int(x + reach_x) + 1)
    top, bottom = max(0, int(y - reach_y)), min(height, int(y + reach_y) + 1)
    return (left, top, right, bottom) if left < right and top < bottom else None


def _level(sprite: Sprite, placement: Placement) -> tuple[Image, Image]:
    """The smallest copy that is still at least about as fine as the frame."""
    for level in reversed(sprite.levels):
        height, width = level[0].shape[:2]
        if width * height >= placement.area:
            return level
    return sprite.levels[0]


def _matrix(width: int, height: int, placement: Placement, left: int, top: int) -> NDArray[np.float64]:
    """Sprite pixels to region pixels; the centre of the picture lands on the centre of the placement."""
    x, y, across_x, across_y, down_x, down_y = placement
    a, b, c, d = across_x / width, down_x / height, across_y / width, down_y / height
    u, v = (width - 1) / 2, (height - 1) / 2
    return np.array([[a, b, x - left - a * u - b * v], [c, d, y - top - c * u - d * v]])
