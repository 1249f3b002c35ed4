"""A mouth that does not know what to say: a wavering line across the lips."""

from __future__ import annotations

from math import pi

from livecam.core.scene import Image
from livecam.effects.drawing import Wave, paste_bent
from livecam.effects.overlays import painted
from livecam.effects.portrait import Portrait
from livecam.effects.sprites import aspect

_LIPS = (48, 54, 51, 57)  # corners, middle of the upper and of the lower lip
_WAVES_PER_SECOND = 1.6


def draw(image: Image, portrait: Portrait) -> None:
    face, sprite = portrait.face, painted("mouth")
    turned = min(1.0, face.distance / face.unit + 0.05)
    width = 0.95 * turned * (0.7 + 0.3 * portrait.power)
    place = face.place(face.centre(*_LIPS), width=width, height=0.95 * aspect(sprite))
    wave = Wave(0.16 * portrait.power, 2.5, 2 * pi * _WAVES_PER_SECOND * portrait.seconds + portrait.seed)
    paste_bent(image, sprite, place, wave, portrait.opacity)
