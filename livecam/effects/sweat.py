"""Drops of sweat that swell at the temples, hang there, and run down."""

from __future__ import annotations

from math import floor, pi, sin

from livecam.core.scene import Image, Point, Side
from livecam.effects.drawing import paste
from livecam.effects.motion import smooth
from livecam.effects.overlays import painted
from livecam.effects.portrait import Portrait

_CORNER = {Side.RIGHT: 36, Side.LEFT: 45}  # outer corner of the eye
_TEMPLE = {Side.RIGHT: 0, Side.LEFT: 16}  # the jaw line's end beside it
_NARROWEST = 0.14  # a temple that is turned away shows less, in units
# Of each drop: its period in seconds, its start in it, its side, its place between corner and temple, its height.
_DROPS = (
    (2.6, 0.55, Side.LEFT, 0.80, 0.42),
    (2.1, 0.30, Side.RIGHT, 0.85, 0.34),
    (3.1, 0.85, Side.RIGHT, 0.35, 0.26),
)


def draw(image: Image, portrait: Portrait) -> None:
    face = portrait.face
    for period, start, side, place, height in _DROPS:
        corner, temple = face.centre(_CORNER[side]), face.centre(_TEMPLE[side])
        if abs(face.along(temple) - face.along(corner)) < _NARROWEST:
            continue
        cycles = (portrait.seconds + portrait.seed) / period + start
        phase = cycles - floor(cycles)
        swell, run, end = smooth(phase, 0, 0.18), smooth(phase, 0.35, 1.0) ** 1.5, smooth(phase, 0.86, 1.0)
        sway = 0.015 * sin(2 * pi * 1.7 * portrait.seconds + period)
        at = face.from_point(
            Point(corner.x + place * (temple.x - corner.x), corner.y + place * (temple.y - corner.y)),
            sway,
            -0.62 + 0.95 * run + height / 2,
        )
        sprite = painted("sweat")
        tall = height * swell * (0.6 + 0.4 * portrait.power) * (1 + 0.18 * sin(pi * run))
        wide = height * swell * (0.6 + 0.4 * portrait.power) / sprite.aspect * (1 - 0.10 * sin(pi * run))
        paste(image, sprite, face.place(at, width=wide, height=tall), portrait.opacity * (1 - end))
