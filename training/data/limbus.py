"""Refines the iris centre of a portrait by the edge of its limbus, after Daugman (1993).

Why that circle: docs/decisions/limbus-circle.md
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.image_files.images import read_image
from livecam.core.types import Image, Side
from training.data.portraits import LabelledPortrait

Grey = NDArray[np.float32]  # (h, w)

_ANGLES = np.radians(
    np.concatenate([np.arange(-25, 61, 4), np.arange(120, 206, 4)])
)  # beside and below, lids hide more
_ONE_SIDE = len(_ANGLES) // 2
_SEARCH = ((0.06, 4), (0.02, 3), (0.007, 3))  # step in radii, steps to either side
_SMOOTH, _ACROSS_EDGE = 0.05, 0.08  # radii
# Of the way from label to ring: the slopes against a net that never saw the person. Lids hide what shows the height.
_TRUST = np.array([0.8, 0.5])
_FARTHEST = 0.17  # radii: a ring further off is not the limbus


def clicked_beside(portraits: Sequence[LabelledPortrait]) -> tuple[float, float]:
    """How far right and down of the limbus circle's middle people click: the medians over all clicked eyes, in pupil
    distances along the face; 0, 0 when nothing was clicked."""
    offsets = [_beside(portrait) for portrait in portraits if not portrait.on_limbus]
    right, down = np.median(np.concatenate(offsets), axis=0).tolist() if offsets else (0.0, 0.0)
    return right, down


def _beside(portrait: LabelledPortrait) -> NDArray[np.float64]:
    """(2, 2): of both eyes, right and down."""
    grey = _grey(read_image(portrait.path))
    across, down = np.subtract(portrait.centres[Side.LEFT], portrait.centres[Side.RIGHT]).tolist()
    levelled = np.array([[across, down], [-down, across]]) / (across**2 + down**2)
    beside = [
        centre - np.array(ring(grey, centre, portrait.radii[side])[:2]) for side, centre in portrait.centres.items()
    ]
    level: NDArray[np.float64] = np.array(beside) @ levelled.T
    return level


def recentred(portrait: LabelledPortrait, image: Image) -> LabelledPortrait:
    """The portrait with its centres moved towards the middle of the limbus, by at most a seventh of a radius."""
    if portrait.on_limbus:
        return portrait
    grey = _grey(image)
    centres = {side: _moved(grey, centre, portrait.radii[side]) for side, centre in portrait.centres.items()}
    return replace(portrait, centres=centres)


def _moved(grey: Grey, centre: tuple[float, float], radius: float) -> tuple[float, float]:
    away = np.subtract(ring(grey, centre, radius)[:2], centre)
    x, y = (centre + _TRUST * np.clip(away, -_FARTHEST * radius, _FARTHEST * radius)).tolist()
    return x, y


def ring(grey: Grey, centre: tuple[float, float], radius: float) -> tuple[float, float, float]:
    """The x, y and radius, near the given ones, of the circle along which the iris ends."""
    smooth = cv2.GaussianBlur(grey, (0, 0), _SMOOTH * radius).astype(np.float32, copy=False)
    best = np.array([*centre, radius])
    for step, reach in _SEARCH:
        offsets = np.arange(-reach, reach + 1) * step * radius
        circles = best + np.stack(np.meshgrid(offsets, offsets, offsets, indexing="ij"), axis=-1).reshape(-1, 3)
        best = circles[int(_edge(smooth, circles, _ACROSS_EDGE * radius).argmax())]
    x, y, found = best.tolist()
    return x, y, found


def _edge(grey: Grey, circles: NDArray[np.float64], width: float) -> NDArray[np.float32]:
    """How much brighter it gets across each circle (n, 3); both sides of it have to agree."""
    rises = _along(grey, circles, width) - _along(grey, circles, -width)
    sides = [rises[:, :_ONE_SIDE].mean(axis=1), rises[:, _ONE_SIDE:].mean(axis=1)]
    edge: NDArray[np.float32] = np.minimum(*sides) + (sides[0] + sides[1]) / 2
    return edge


def _along(grey: Grey, circles: NDArray[np.float64], wider: float) -> Grey:
    """Grey levels (n, angles) along circles that are a little wider."""
    radii = (circles[:, 2] + wider)[:, None]
    x = (circles[:, :1] + radii * np.cos(_ANGLES)).astype(np.float32)
    y = (circles[:, 1:2] + radii * np.sin(_ANGLES)).astype(np.float32)
    return cv2.remap(grey, x, y, cv2.INTER_LINEAR).astype(np.float32, copy=False)


def _grey(image: Image) -> Grey:
    """Green and red: blue is the noisiest, and a blue iris is darkest in them."""
    grey: Grey = image[..., 1:].astype(np.float32).mean(axis=2)
    return grey
