"""Paints lashes, eyeliner and shaded lids along the lids of an eye: dark lines that are not the edge of an iris."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.data.dataset import Random

Picture = NDArray[np.float32]  # (h, w, 3) BGR, 0..1
Mask = NDArray[np.float32]  # (h, w), 0..1
Curve = NDArray[np.float64]  # (n, 2) pixels, from the image-left corner of the eye to the image-right one

_FINE = 3  # bits of a pixel that OpenCV draws with


@dataclass(frozen=True, slots=True, eq=False)
class LidLines:
    """The rims of both lids of a subject's right eye; its temple is on the left."""

    upper: Curve
    lower: Curve

    @property
    def width(self) -> float:
        """Pixels between the corners."""
        return float(np.hypot(*(self.upper[-1] - self.upper[0])))

    def opening(self, shape: tuple[int, ...]) -> Mask:
        """1 where the ball is seen between the lids, on a picture of this shape (h, w, ...)."""
        mask = np.zeros(shape[:2], np.uint8)
        around = np.concatenate([self.upper, self.lower[::-1]])
        cv2.fillPoly(mask, [_fixed(around)], (255,), cv2.LINE_AA, _FINE)
        return mask.astype(np.float32) / 255


def paint_makeup(picture: Picture, lids: LidLines, rng: Random) -> None:
    """Makes up an eye in the picture, more or less, each part of it now and then."""
    if rng.random() < 0.35:
        _shade(picture, lids, rng)
    if rng.random() < 0.5:
        _line(picture, lids.upper, lids.width * rng.uniform(0.015, 0.085), rng)
    if rng.random() < 0.3:
        _line(picture, lids.lower, lids.width * rng.uniform(0.01, 0.04), rng)
    if rng.random() < 0.3:
        _wing(picture, lids, rng)
    _lashes(picture, lids, rng)


def _line(picture: Picture, curve: Curve, thickness: float, rng: Random) -> None:
    """Eyeliner along a lid, not always from corner to corner."""
    start, stop = int(rng.integers(0, len(curve) // 3)), int(rng.integers(2 * len(curve) // 3, len(curve)))
    drawn = curve[start:stop] + np.array([0, rng.normal(0, 0.3) * thickness])
    _darken(picture, _stroked(picture.shape, [drawn], thickness), rng.uniform(0.4, 0.95))


def _wing(picture: Picture, lids: LidLines, rng: Random) -> None:
    corner, length = lids.upper[0], lids.width * rng.uniform(0.06, 0.25)
    tip = corner + length * np.array([-1, -rng.uniform(0.1, 0.7)])
    _darken(picture, _stroked(picture.shape, [np.array([corner, tip])], lids.width * 0.03), rng.uniform(0.4, 0.95))


def _lashes(picture: Picture, lids: LidLines, rng: Random) -> None:
    strokes = []
    for curve, most, long in ((lids.upper, 45, rng.uniform(0.05, 0.22)), (lids.lower, 18, rng.uniform(0.03, 0.09))):
        outward = -1.0 if curve is lids.upper else 1.0
        for place in rng.uniform(0, len(curve) - 1, int(rng.integers(0, most))):
            root = curve[int(place)]
            lean = (place / (len(curve) - 1) - 0.45) * 1.3 + rng.normal(0, 0.15)
            strokes.append(np.array([root, root + lids.width * long * rng.uniform(0.5, 1) * np.array([lean, outward])]))
    if strokes:
        _darken(picture, _stroked(picture.shape, strokes, 1.0), rng.uniform(0.3, 0.95))


def _shade(picture: Picture, lids: LidLines, rng: Random) -> None:
    """Eye shadow, or the hollow of a tired eye: dark skin around the lids, not on the ball."""
    wide = lids.width * rng.uniform(0.08, 0.3)
    mask = _stroked(picture.shape, [lids.upper, lids.lower][: int(rng.integers(1, 3))], wide)
    soft = cv2.GaussianBlur(mask, (0, 0), wide / 2).astype(np.float32) * (1 - lids.opening(picture.shape))
    tint = rng.uniform(0.3, 1.0, 3).astype(np.float32)
    picture *= 1 - np.float32(rng.uniform(0.2, 0.8)) * soft[..., None] * (1 - 0.5 * tint)


def _stroked(shape: tuple[int, ...], curves: list[Curve], thickness: float) -> Mask:
    mask = np.zeros(shape[:2], np.uint8)
    cv2.polylines(
        mask, [_fixed(curve) for curve in curves], False, (255,), max(1, round(thickness)), cv2.LINE_AA, _FINE
    )
    return cv2.GaussianBlur(mask, (0, 0), 0.5).astype(np.float32) / 255


def _darken(picture: Picture, mask: Mask, strength: float) -> None:
    picture *= (1 - np.float32(strength) * mask)[..., None]


def _fixed(curve: Curve) -> NDArray[np.int32]:
    fixed: NDArray[np.int32] = np.round(curve * (1 << _FINE)).astype(np.int32)
    return fixed
