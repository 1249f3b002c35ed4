"""Overlay sprites: RGBA pictures with mip levels, drawn only where they can be seen."""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, hypot, pi
from typing import Any

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from livecam.core.types import Image

Rgba = NDArray[np.uint8]  # (h, w, 4), straight alpha, BGRA order as OpenCV reads it

# A sprite is one four-channel picture, laid on by cv2.multiply and cv2.add: a warp costs 4 ns a pixel whatever its
# channels. Boxes around turned heads were up to half empty, hence the reaches (saucer and swirl at 1280x720 take 0.7 of
# what they did, tremble 0.8). Worse: two three-channel warps; a cache of scaled sprites (position, scale and roll
# change in every frame); the convex hull transformed for each paste (10 us); a bounding ellipse (10 % more pixels);
# nearest neighbours from finer copies (steps at edges).
_FAINT = 1  # of 255 levels; what changes the frame no more cannot be seen
_DIRECTIONS = 512
_TURN = 2 * pi
_A_RADIAN = _DIRECTIONS / _TURN


@dataclass(frozen=True, slots=True, eq=False)
class MipLevel:
    """A sprite's picture at one size, and how far there is anything to see in it: its margins are not drawn."""

    picture: Rgba
    reaches: tuple[float, ...]  # from the middle in directions all round, in its pixels; none when nothing is seen
    width: int
    height: int

    @classmethod
    def of(cls, picture: Rgba, outside: tuple[int, ...]) -> MipLevel:
        unseen = [np.clip(np.add(outside, shift), 0, 255) for shift in (-_FAINT, _FAINT)]
        seen = cv2.inRange(picture, *unseen) == 0
        rows, (height, width) = np.flatnonzero(seen.any(axis=1)), picture.shape[:2]
        if not len(rows):
            return cls(picture, (), width, height)
        # Of a row only its ends can be corners of the outline.
        first, last = seen[rows].argmax(axis=1), picture.shape[1] - 1 - seen[rows, ::-1].argmax(axis=1)
        middle = (np.array(picture.shape[1::-1]) - 1) / 2
        # Between two pixels colours run from one into the other: a pixel can be seen up to its neighbours.
        ends = [np.column_stack([x, rows + y]) - middle for x in (first - 1, last + 1) for y in (-1, 1)]
        outline = cv2.convexHull(np.concatenate(ends).astype(np.float32))[:, 0]
        angles = np.arange(_DIRECTIONS + 1) * (2 * np.pi / _DIRECTIONS)
        reaches = (outline @ [np.cos(angles), np.sin(angles)]).max(axis=0)
        return cls(picture, tuple(np.maximum(reaches[1:], reaches[:-1]).tolist()), width, height)

    def reach(self, across: float, down: float) -> tuple[float, float]:
        """How far it can be seen in a direction of the frame in which its columns and rows are that far apart, and
        how far in the opposite one."""
        scale, ahead = hypot(across, down), int((atan2(down, across) + _TURN) * _A_RADIAN) % _DIRECTIONS
        return scale * self.reaches[ahead], scale * self.reaches[ahead - _DIRECTIONS // 2]


@dataclass(frozen=True, slots=True, eq=False)
class AlphaSprite:
    """A picture that covers. Four channels: premultiplied colour, and what it lets through of the frame."""

    levels: tuple[MipLevel, ...]  # the largest first, each half the one before
    outside = (0, 0, 0, 255)

    @classmethod
    def of(cls, rgba: Rgba) -> AlphaSprite:
        alpha = rgba[..., 3:].astype(np.float32) / 255
        return cls(_halved(np.dstack([rgba[..., :3] * alpha, 255 * (1 - alpha)]), cls.outside))

    def lay(self, under: Image, warped: MatLike, opacity: float = 1.0) -> None:
        """Draws onto a part of a frame, in place, what has been warped to its size."""
        added, kept = cv2.cvtColor(warped, cv2.COLOR_BGRA2BGR), cv2.extractChannel(warped, 3)
        if opacity < 1:
            added, kept = cv2.convertScaleAbs(added, alpha=opacity), _faded(kept, opacity)
        cv2.multiply(under, cv2.cvtColor(kept, cv2.COLOR_GRAY2BGR), dst=under, scale=1 / 255)
        cv2.add(under, added, dst=under)


@dataclass(frozen=True, slots=True, eq=False)
class MultiplySprite:
    """A picture that tints: the skin under it stays skin. Four channels: what it lets through of each, and a glow."""

    levels: tuple[MipLevel, ...]
    colour: tuple[float, float, float]  # of the glow, 0..1
    outside = (255, 255, 255, 0)

    @classmethod
    def of(cls, rgba: Rgba, *, glow: float) -> MultiplySprite:
        """Multiplies by the picture's colour, and adds the share `glow` of it so that dark skin shows it too."""
        alpha, colour = rgba[..., 3:].astype(np.float32) / 255, rgba[..., :3]
        blue, green, red = (colour * alpha).sum(axis=(0, 1), dtype=np.float64) / max(float(alpha.sum()), 1e-6) / 255
        through = 255 - alpha * ((1 - glow) * (255 - colour) + glow * 255)
        levels = _halved(np.dstack([through, 255 * glow * alpha]), cls.outside)
        return cls(levels, (float(blue), float(green), float(red)))

    def lay(self, under: Image, warped: MatLike, opacity: float = 1.0) -> None:
        """As an `AlphaSprite` is."""
        glow, kept = cv2.extractChannel(warped, 3), cv2.cvtColor(warped, cv2.COLOR_BGRA2BGR)
        added = cv2.merge([cv2.convertScaleAbs(glow, alpha=opacity * share) for share in self.colour])
        cv2.multiply(under, _faded(kept, opacity) if opacity < 1 else kept, dst=under, scale=1 / 255)
        cv2.add(under, added, dst=under)


@dataclass(frozen=True, slots=True, eq=False)
class LightSprite:
    """A picture that brightens. Three channels: its colour by its alpha; `adds` says whether what is bright already
    stays as it is (screen) or is driven to white (add)."""

    levels: tuple[MipLevel, ...]
    adds: bool
    outside = (0, 0, 0)

    @classmethod
    def of(cls, rgba: Rgba, *, adds: bool) -> LightSprite:
        alpha = rgba[..., 3:].astype(np.float32) / 255
        return cls(_halved(rgba[..., :3] * alpha, cls.outside), adds)

    def lay(self, under: Image, warped: MatLike, opacity: float = 1.0) -> None:
        """As an `AlphaSprite` is."""
        added = cv2.convertScaleAbs(warped, alpha=opacity) if opacity < 1 else warped
        if not self.adds:
            cv2.multiply(under, cv2.bitwise_not(added), dst=under, scale=1 / 255)
        cv2.add(under, added, dst=under)


Sprite = AlphaSprite | MultiplySprite | LightSprite


def aspect(sprite: Sprite) -> float:
    """Height over width."""
    height, width = sprite.levels[0].picture.shape[:2]
    return height / width


def _faded(kept: MatLike, opacity: float) -> MatLike:
    """What a fainter sprite lets through."""
    return cv2.convertScaleAbs(kept, alpha=opacity, beta=255 * (1 - opacity))


def _halved(layers: NDArray[Any], outside: tuple[int, ...]) -> tuple[MipLevel, ...]:
    levels = [layers.astype(np.float32)]
    while min(levels[-1].shape[:2]) > 8:
        height, width = levels[-1].shape[:2]
        half = cv2.resize(levels[-1], ((width + 1) // 2, (height + 1) // 2), interpolation=cv2.INTER_AREA)
        levels.append(half.astype(np.float32, copy=False))
    return tuple(MipLevel.of(np.rint(level).astype(np.uint8), outside) for level in levels)
