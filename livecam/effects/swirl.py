"""Dizzy eyes: spirals that turn, each about where the real eye looks."""

from __future__ import annotations

from math import pi

from livecam.core.scene import Image, Side
from livecam.effects.cartoon import squeeze, white
from livecam.effects.drawing import paste
from livecam.effects.lids import Eye
from livecam.effects.overlays import painted
from livecam.effects.portrait import Portrait, outward

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
    turn = 2 * pi * _TURNS_PER_SECOND * portrait.seconds + portrait.seed
    spiral = place.inside(_REACH * eye.gaze.horizontal, _REACH * eye.gaze.vertical, _SHARE, turn * -outward(eye.side))
    paste(
        image, painted("spiral"), spiral if outward(eye.side) > 0 else spiral.mirrored(), portrait.eye_opacity(eye.side)
    )
