"""Big white eyes with tiny trembling pupils that look where the real ones look."""

from __future__ import annotations

from math import pi, sin

from livecam.core.scene import Image, Side
from livecam.effects.drawing import Placement, aspect, paste
from livecam.effects.lids import Eye
from livecam.effects.motion import bounce, tremor
from livecam.effects.overlays import painted
from livecam.effects.portrait import Portrait, outward

_WIDTH = 1.0  # of the picture, margin included, in pupil distances
_PUPIL = 0.19
_REACH = 0.25  # how far the pupil travels from the middle, in widths of the eye
_QUAKE = 0.018


def draw(image: Image, portrait: Portrait) -> None:
    for side in (Side.RIGHT, Side.LEFT):
        eye = portrait.eyes[side]
        if eye.shut:
            squeeze(image, portrait, eye)
        else:
            _open(image, portrait, eye)
        brow(image, portrait, eye)


def white(image: Image, portrait: Portrait, eye: Eye) -> Placement:
    """Lays the white of a cartoon eye, squashed as far as the lids are closed, and says where."""
    size = _WIDTH * _size(portrait) * bounce(portrait.age)
    width = size * (0.25 + 0.75 * eye.width) * (1 + 0.15 * eye.lid)
    height = size * (0.55 + 0.45 * eye.openness) * (1 - 0.75 * eye.lid)
    place = portrait.face.place(portrait.eye(eye.side), width=width, height=height)
    paste(image, painted("saucer_eye"), place, portrait.opacity)
    return place


def squeeze(image: Image, portrait: Portrait, eye: Eye) -> None:
    """Lays a tightly shut eye: `>` on the left of the picture, `<` on the right."""
    sprite = painted("squeezed")
    width = 0.62 * _size(portrait) * (0.25 + 0.75 * eye.width)
    height = 0.62 * _size(portrait) * aspect(sprite) * (0.25 + 0.75 * eye.lid)
    shake_x, shake_y = tremor(portrait.seconds, portrait.seed)
    at = portrait.face.from_point(
        portrait.eye(eye.side), 0.012 * shake_x * portrait.power, 0.02 + 0.012 * shake_y * portrait.power
    )
    width *= -outward(eye.side)
    place = portrait.face.place(at, width=width, height=height)
    paste(image, sprite, place, portrait.opacity)


def brow(image: Image, portrait: Portrait, eye: Eye) -> None:
    """Lays a worried brow over the eye; it rises with a wide eye and falls with a shut one."""
    sprite = painted("brow")
    lift = 0.05 * (eye.openness - 1) - 0.16 * eye.lid + 0.012 * sin(2 * pi * 2.3 * portrait.seconds + portrait.seed)
    at = portrait.face.from_point(portrait.eye(eye.side), 0.02 * outward(eye.side), -0.60 * _size(portrait) - lift)
    width = 0.62 * _size(portrait) * (0.25 + 0.75 * eye.width)
    place = portrait.face.place(at, width=-outward(eye.side) * width, height=0.62 * _size(portrait) * aspect(sprite))
    paste(image, sprite, place, portrait.opacity)


def _open(image: Image, portrait: Portrait, eye: Eye) -> None:
    place = white(image, portrait, eye)
    shake_x, shake_y = tremor(portrait.seconds, portrait.seed)
    u = _REACH * eye.gaze.horizontal + _QUAKE * portrait.power * shake_x
    v = _REACH * eye.gaze.vertical + _QUAKE * portrait.power * shake_y
    x = place.x + u * place.across_x + v * place.down_x
    y = place.y + u * place.across_y + v * place.down_y
    pupil = Placement(x, y, *(_PUPIL * vector for vector in place[2:]))
    paste(image, painted("saucer_pupil"), pupil, portrait.opacity)


def _size(portrait: Portrait) -> float:
    return 0.45 + 0.55 * portrait.power
