"""The real mouth quivers: what is in the picture ripples along the lips."""

from __future__ import annotations

from math import pi

from livecam.core.scene import Image
from livecam.effects.drawing import Wave
from livecam.effects.portrait import Portrait
from livecam.effects.warping import ripple

_LIPS = (48, 54, 51, 57)  # corners, middle of the upper and of the lower lip
_WAVES_PER_SECOND = 2.1


def draw(image: Image, portrait: Portrait) -> None:
    face = portrait.face
    turned = min(1.0, face.distance / face.unit + 0.05)
    place = face.place(face.centre(*_LIPS), width=1.3 * turned, height=0.85)
    phase = 2 * pi * _WAVES_PER_SECOND * portrait.seconds + portrait.seed
    ripple(image, place, Wave(0.06 * portrait.power * portrait.opacity, 2.1, phase))
