"""Reads the overlay pictures, so that a missing or broken one is told by its name."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2
import numpy as np

from livecam.core.assets import asset
from livecam.core.errors import AssetError
from livecam.effects.sprites import Paint, Rgba, Stain

_PAINTS = ("saucer_eye", "saucer_pupil", "brow", "spiral", "squeezed", "glint", "sweat", "mouth")
_STAINS = {"blush": 0.25, "gloom": 0.05}  # and how much they glow by themselves


def load_all() -> None:
    """Reads every picture now, so that a broken one is told before the first frame and none is read during one."""
    for name in _PAINTS:
        painted(name)
    for name in _STAINS:
        stained(name)


@cache
def painted(name: str) -> Paint:
    """`assets/overlays/NAME.png` as paint that covers."""
    return Paint.of(read(asset(f"overlays/{name}.png")))


@cache
def stained(name: str) -> Stain:
    """`assets/overlays/NAME.png` as a stain that tints."""
    return Stain.of(read(asset(f"overlays/{name}.png")), glow=_STAINS[name])


def read(path: Path) -> Rgba:
    """An 8-bit RGBA picture of any size; AssetError when the file is anything else."""
    try:
        data = np.frombuffer(path.read_bytes(), np.uint8)
    except OSError as error:
        raise AssetError(f"the overlay {path} cannot be read ({error.strerror}); run make overlays") from error
    picture = cv2.imdecode(data, cv2.IMREAD_UNCHANGED) if data.size else None
    if picture is None:
        raise AssetError(f"the overlay {path} is not a picture; an RGBA PNG is needed, make overlays writes one")
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 4:
        shape = "x".join(map(str, picture.shape))
        raise AssetError(f"the overlay {path} is {shape} {picture.dtype}; an 8-bit RGBA PNG is needed")
    return picture.astype(np.uint8, copy=False)
