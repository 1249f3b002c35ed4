"""Reflections of what webcams are used by: screens, windows, lamps and ring lights, on wet eyes and on lenses."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from training.data.dataset import Random

Picture = NDArray[np.float32]  # (h, w, 3) BGR, 0..1
Mask = NDArray[np.float32]  # (h, w), 0..1

_FINE = 3  # bits of a pixel that OpenCV draws with


def light_colour(rng: Random) -> NDArray[np.float32]:
    """BGR of a lamp, 0..1: white, the blue of a screen, warm, or any."""
    tints = ((1.0, 1.0, 1.0), (1.0, 0.85, 0.65), (0.55, 0.8, 1.0), tuple(rng.uniform(0.3, 1.0, 3)))
    return np.array(tints[int(rng.integers(len(tints)))], np.float32)


def add_glints(
    picture: Picture, opening: Mask, centre: NDArray[np.float64], radius: float, rng: Random, *, count: int
) -> None:
    """Adds `count` reflections on and beside an iris (centre (2,) and radius in pixels), only where the ball is seen.

    Several are often alike, one beside the other, as two lamps or the panes of a window are.
    """
    first = centre + rng.normal(0, 0.45 * radius, 2)
    shape, size = int(rng.integers(4)), radius * rng.uniform(0.08, 0.38)
    apart = radius * rng.normal(0, 0.6, 2)
    for number in range(count):
        alike = rng.random() < 0.6
        place = first + number * apart if alike else centre + rng.normal(0, 0.6 * radius, 2)
        kind, reach = (shape, size) if alike else (int(rng.integers(4)), radius * rng.uniform(0.06, 0.3))
        mask = _spot(picture.shape, place, reach, kind, rng) * opening
        strength = np.float32(rng.uniform(0.25, 1.2))
        picture += strength * mask[..., None] * light_colour(rng)


def add_screen(picture: Picture, rng: Random) -> None:
    """The reflection of a screen or a window on a lens: a large, bright, often coloured quadrilateral."""
    height, width = picture.shape[:2]
    centre, reach = rng.uniform(0.25, 0.75, 2) * (width, height), width * rng.uniform(0.05, 0.22)
    mask = _spot(picture.shape, centre, reach, 2, rng)
    picture += np.float32(rng.uniform(0.1, 0.7)) * mask[..., None] * light_colour(rng)


def _spot(shape: tuple[int, ...], centre: NDArray[np.float64], reach: float, kind: int, rng: Random) -> Mask:
    """A lamp's disc or ellipse, a screen's or a window's quadrilateral, or a ring."""
    mask = np.zeros(shape[:2], np.uint8)
    x, y = (np.round(centre * (1 << _FINE))).astype(int).tolist()
    axes = np.maximum(np.round(reach * rng.uniform(0.5, 1, 2) * (1 << _FINE)), 4).astype(int).tolist()
    if kind < 2:
        cv2.ellipse(mask, (x, y), tuple(axes), float(rng.uniform(0, 180)), 0, 360, (255,), -1, cv2.LINE_AA, _FINE)
    elif kind == 2:
        cv2.fillConvexPoly(mask, _quadrilateral(centre, reach, rng), (255,), cv2.LINE_AA, _FINE)
    else:
        cv2.circle(mask, (x, y), max(axes), (255,), max(1, round(reach / 4)), cv2.LINE_AA, _FINE)
    soft = cv2.GaussianBlur(mask, (0, 0), max(0.35, reach * rng.uniform(0.03, 0.25)))
    return soft.astype(np.float32) / 255


def _quadrilateral(centre: NDArray[np.float64], reach: float, rng: Random) -> NDArray[np.int32]:
    half = reach * np.array([1.0, rng.uniform(0.45, 0.9)])
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half + rng.normal(0, 0.1 * reach, (4, 2))
    angle = rng.normal(0, 0.2)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    fixed: NDArray[np.int32] = np.round((corners @ turn.T + centre) * (1 << _FINE)).astype(np.int32)
    return fixed
