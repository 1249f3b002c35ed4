"""Dizzy eyes: spirals that turn, each about where the real eye looks."""

from __future__ import annotations

from math import cos, pi, sin

from livecam.core.scene import Image, Side
from livecam.effects.drawing import Placement, paste
from livecam.effects.lids import Eye
from livecam.effects.overlays import painted
from livecam.effects.portrait import Portrait, outward
from livecam.effects.saucer import squeeze, white

_TURNS_PER_SECOND = 0.8
_SHARE = 0.88  # of the spiral's picture, in widths of the eye
_REACH = 0.07  # how far the middle of the spiral travels with the gaze


def draw(image: Image, portrait: Portrait) -> None:
    for side in (Side.RIGHT, Side.LEFT):
        eye = portrait.eyes[side]
        if eye.shut:
            squeeze(image, portrait, eye)
        else:
            _turn(image, portrait, eye)


def _turn(image: Image, portrait: Portrait, eye: Eye) -> None:
    place = white(image, portrait, eye)
    angle = -2 * pi * _TURNS_PER_SECOND * portrait.seconds * outward(eye.side) + portrait.seed
    # Turned first and squashed after, so that the spiral stays in its eye: the vectors of the eye, mixed.
    cos_a, sin_a = _SHARE * cos(angle), _SHARE * sin(angle)
    flip = outward(eye.side)
    u, v = _REACH * eye.gaze.horizontal, _REACH * eye.gaze.vertical
    spiral = Placement(
        place.x + u * place.across_x + v * place.down_x,
        place.y + u * place.across_y + v * place.down_y,
        flip * (cos_a * place.across_x + sin_a * place.down_x),
        flip * (cos_a * place.across_y + sin_a * place.down_y),
        -sin_a * place.across_x + cos_a * place.down_x,
        -sin_a * place.across_y + cos_a * place.down_y,
    )
    paste(image, painted("spiral"), spiral, portrait.opacity)
