"""Drops of sweat that swell at the temples, hang there, and run down."""

from __future__ import annotations

from math import floor, pi, sin
from typing import NamedTuple

from livecam.core.scene import Image, Point, Side
from livecam.effects.anatomy import Anatomy
from livecam.effects.drawing import paste
from livecam.effects.motion import smooth
from livecam.effects.overlays import painted
from livecam.effects.portrait import Portrait, outward
from livecam.effects.sprites import aspect


class Drop(NamedTuple):
    side: Side
    between: float  # 0 at the outer corner of the eye, 1 at the edge of the face
    top: float  # where it forms, units below the eyes
    height: float  # units
    period: float  # seconds from one to the next
    start: float  # in the period, so that they do not fall together


_DROPS = (
    Drop(Side.LEFT, 0.85, -0.70, 0.46, 2.6, 0.55),
    Drop(Side.RIGHT, 0.92, -0.62, 0.38, 2.1, 0.05),
)
_RUN = 0.95  # units from where a drop forms to where it is gone
_CORNER = {Side.RIGHT: 36, Side.LEFT: 45}  # outer corner of the eye
_TEMPLE = {Side.RIGHT: 0, Side.LEFT: 16}  # the jaw line's end beside it
_NARROWEST = 0.2  # units between them; a temple that is turned away shows less


def draw(image: Image, portrait: Portrait) -> None:
    for drop in _DROPS:
        origin = _origin(portrait.face, drop)
        if origin is not None:
            _run(image, portrait, drop, origin)


def _origin(face: Anatomy, drop: Drop) -> Point | None:
    """Beside the eye, below which a drop runs; None on the side that is turned away."""
    corner, temple = face.centre(_CORNER[drop.side]), face.centre(_TEMPLE[drop.side])
    if (face.along(temple) - face.along(corner)) * outward(drop.side) < _NARROWEST:
        return None
    return Point(corner.x + drop.between * (temple.x - corner.x), corner.y + drop.between * (temple.y - corner.y))


def _run(image: Image, portrait: Portrait, drop: Drop, origin: Point) -> None:
    cycles = (portrait.seconds + portrait.seed) / drop.period + drop.start
    phase = cycles - floor(cycles)
    fallen, gone = smooth(phase, 0.3, 1.05) ** 1.5, smooth(phase, 0.9, 1.0)
    size = drop.height * smooth(phase, -0.03, 0.15) * (1 - 0.7 * gone) * (0.6 + 0.4 * portrait.power)
    stretch = 0.18 * sin(pi * fallen)
    sway = 0.015 * sin(2 * pi * 1.7 * portrait.seconds + drop.period)
    sprite = painted("sweat")
    place = portrait.face.place(
        portrait.face.from_point(origin, sway, drop.top + _RUN * fallen + drop.height / 2),
        width=size / aspect(sprite) * (1 - stretch / 2),
        height=size * (1 + stretch),
    )
    paste(image, sprite, place, portrait.opacity * (1 - gone * gone))
