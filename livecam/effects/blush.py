"""Glowing, hatched cheeks, which breathe a little."""

from __future__ import annotations

from math import pi, sin

from livecam.core.scene import Image, Point, Side
from livecam.effects.anatomy import Anatomy
from livecam.effects.drawing import Placement, paste
from livecam.effects.overlays import stained
from livecam.effects.portrait import Portrait, outward

_JAW = {Side.RIGHT: 2, Side.LEFT: 14}  # landmarks beside the cheek
_NOSTRIL = {Side.RIGHT: 31, Side.LEFT: 35}


def draw(image: Image, portrait: Portrait) -> None:
    breath = 0.9 + 0.1 * sin(2 * pi * 0.7 * portrait.seconds + portrait.seed)
    for side in Side:
        place = _cheek(portrait.face, side)
        if place is not None:
            paste(image, stained("blush"), place, portrait.opacity * portrait.power * breath)


def _cheek(face: Anatomy, side: Side) -> Placement | None:
    """Between nose and jaw, as wide as the head's turn leaves it."""
    jaw, nose = face.centre(_JAW[side]), face.centre(_NOSTRIL[side])
    visible = (face.along(jaw) - face.along(nose)) * outward(side)
    if visible < 0.2:
        return None
    at = face.from_point(Point(0.52 * nose.x + 0.48 * jaw.x, 0.52 * nose.y + 0.48 * jaw.y), 0, 0.0)
    return face.place(at, width=1.5 * min(visible, 0.95), height=0.8)
