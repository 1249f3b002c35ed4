"""A shadow and lines that fall over the forehead."""

from __future__ import annotations

from math import pi, sin

from livecam.core.scene import Image, Point
from livecam.effects.drawing import paste
from livecam.effects.overlays import stained
from livecam.effects.portrait import Portrait

_BRIDGE = (21, 22)  # inner ends of the brows


def draw(image: Image, portrait: Portrait) -> None:
    face = portrait.face
    brows = face.centre(*_BRIDGE)
    at = face.from_point(Point(brows.x, brows.y), 0, -0.43 + 0.012 * sin(2 * pi * 0.9 * portrait.seconds))
    width = 1.85 * min(1.0, face.distance / face.unit + 0.1)
    place = face.place(at, width=width, height=1.08 * (0.7 + 0.3 * portrait.power))
    paste(image, stained("gloom"), place, portrait.opacity * portrait.power)
