"""Cartoon eyes, the styles saucer and swirl: big and white while the real eye is open, squeezed while it is shut."""

from __future__ import annotations

from math import hypot, pi, sin

from livecam.core.types import Image, Side
from livecam.drawing.compositing import Placement, paste
from livecam.drawing.sprites import aspect, painted
from livecam.live.effects.easing import bounce, tremor
from livecam.live.effects.face_state.context import DrawContext, outward
from livecam.live.effects.face_state.eye_state import EyePose

# Widths of whole pictures, their margins included, and other lengths, in pupil distances.
_WHITE = 1.0
_SQUEEZED = 0.62
_BROW, _BROW_ABOVE = 0.62, 0.60
_SHIVER = 0.012


def white(image: Image, portrait: DrawContext, eye: EyePose) -> Placement:
    """Lays the white of an open eye, squashed as far as the lids are closed, and says where."""
    size = _WHITE * _size(portrait) * bounce(portrait.age)
    width = size * _foreshortened(eye) * (1 + 0.15 * eye.lid)
    height = size * (0.55 + 0.45 * eye.openness) * (1 - 0.75 * eye.lid)
    place = portrait.face.place(portrait.eye(eye.side), width=width, height=height)
    paste(image, painted("saucer_eye"), place, portrait.eye_opacity(eye.side))
    return place


def squeeze(image: Image, portrait: DrawContext, eye: EyePose) -> None:
    """Lays a shut eye that shivers: `>` on the left of the picture, `<` on the right."""
    sprite = painted("squeezed")
    width = _SQUEEZED * _size(portrait)
    x, y = (_SHIVER * portrait.power * shake for shake in tremor(portrait.seconds, portrait.seed))
    place = portrait.face.place(
        portrait.face.from_point(portrait.eye(eye.side), x, 0.02 + y),
        width=-outward(eye.side) * width * _foreshortened(eye),
        height=width * aspect(sprite) * (0.25 + 0.75 * eye.lid),
    )
    paste(image, sprite, place, portrait.eye_opacity(eye.side))


def brow(image: Image, portrait: DrawContext, eye: EyePose) -> None:
    """Lays a worried brow over the eye; it rises with a wide eye and falls with a shut one."""
    sprite = painted("brow")
    width = _BROW * _size(portrait)
    quiver = 0.012 * sin(2 * pi * 2.3 * portrait.seconds + portrait.seed)
    above = _BROW_ABOVE * _size(portrait) + 0.05 * (eye.openness - 1) - 0.16 * eye.lid + quiver
    place = portrait.face.place(
        portrait.face.from_point(portrait.eye(eye.side), 0.02 * outward(eye.side), -above),
        width=-outward(eye.side) * width * _foreshortened(eye),
        height=width * aspect(sprite),
    )
    paste(image, sprite, place, portrait.eye_opacity(eye.side))


def _size(portrait: DrawContext) -> float:
    """Even a weak effect is large enough to be seen."""
    return 0.45 + 0.55 * portrait.power


def _foreshortened(eye: EyePose) -> float:
    """A ball that is turned away narrows less than the opening of its lids."""
    return 0.25 + 0.75 * eye.width


# In widths of the eye.
_PUPIL = 0.19
_SAUCER_REACH = 0.26  # how far the pupil travels from the middle, in any direction
_QUAKE = 0.018


def draw_saucer(image: Image, portrait: DrawContext) -> None:
    for side in (Side.RIGHT, Side.LEFT):
        eye = portrait.eyes[side]
        if eye.shut:
            squeeze(image, portrait, eye)
        else:
            _pupil(image, portrait, eye, white(image, portrait, eye))
        brow(image, portrait, eye)


def _pupil(image: Image, portrait: DrawContext, eye: EyePose, place: Placement) -> None:
    shake_x, shake_y = tremor(portrait.seconds, portrait.seed)
    reach = _SAUCER_REACH / max(1.0, hypot(*eye.gaze))
    u = reach * eye.gaze.horizontal + _QUAKE * portrait.power * shake_x
    v = reach * eye.gaze.vertical + _QUAKE * portrait.power * shake_y
    paste(image, painted("saucer_pupil"), place.inside(u, v, _PUPIL), portrait.eye_opacity(eye.side))


_TURNS_PER_SECOND = 0.8
_SHARE = 0.88  # of the spiral's picture, in widths of the eye
_SWIRL_REACH = 0.07  # how far the middle of the spiral travels with the gaze


def draw_swirl(image: Image, portrait: DrawContext) -> None:
    for side in (Side.RIGHT, Side.LEFT):
        eye = portrait.eyes[side]
        if eye.shut:
            squeeze(image, portrait, eye)
        else:
            _turn(image, portrait, eye)


def _turn(image: Image, portrait: DrawContext, eye: EyePose) -> None:
    place = white(image, portrait, eye)
    turn = 2 * pi * _TURNS_PER_SECOND * portrait.seconds + portrait.seed
    spiral = place.inside(
        _SWIRL_REACH * eye.gaze.horizontal, _SWIRL_REACH * eye.gaze.vertical, _SHARE, turn * -outward(eye.side)
    )
    paste(
        image, painted("spiral"), spiral if outward(eye.side) > 0 else spiral.mirrored(), portrait.eye_opacity(eye.side)
    )
