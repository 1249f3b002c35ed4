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


def white(image: Image, context: DrawContext, eye: EyePose) -> Placement:
    """Lays the white of an open eye, squashed as far as the lids are closed, and says where."""
    size = _WHITE * _size(context) * bounce(context.age)
    width = size * _foreshortened(eye) * (1 + 0.15 * eye.lid)
    height = size * (0.55 + 0.45 * eye.openness) * (1 - 0.75 * eye.lid)
    place = context.face.place(context.eye(eye.side), width=width, height=height)
    paste(image, painted("saucer_eye"), place, context.eye_opacity(eye.side))
    return place


def squeeze(image: Image, context: DrawContext, eye: EyePose) -> None:
    """Lays a shut eye that shivers: `>` on the left of the picture, `<` on the right."""
    sprite = painted("squeezed")
    width = _SQUEEZED * _size(context)
    x, y = (_SHIVER * context.power * shake for shake in tremor(context.seconds, context.seed))
    place = context.face.place(
        context.face.from_point(context.eye(eye.side), x, 0.02 + y),
        width=-outward(eye.side) * width * _foreshortened(eye),
        height=width * aspect(sprite) * (0.25 + 0.75 * eye.lid),
    )
    paste(image, sprite, place, context.eye_opacity(eye.side))


def brow(image: Image, context: DrawContext, eye: EyePose) -> None:
    """Lays a worried brow over the eye; it rises with a wide eye and falls with a shut one."""
    sprite = painted("brow")
    width = _BROW * _size(context)
    quiver = 0.012 * sin(2 * pi * 2.3 * context.seconds + context.seed)
    above = _BROW_ABOVE * _size(context) + 0.05 * (eye.openness - 1) - 0.16 * eye.lid + quiver
    place = context.face.place(
        context.face.from_point(context.eye(eye.side), 0.02 * outward(eye.side), -above),
        width=-outward(eye.side) * width * _foreshortened(eye),
        height=width * aspect(sprite),
    )
    paste(image, sprite, place, context.eye_opacity(eye.side))


def _size(context: DrawContext) -> float:
    """Even a weak effect is large enough to be seen."""
    return 0.45 + 0.55 * context.power


def _foreshortened(eye: EyePose) -> float:
    """A ball that is turned away narrows less than the opening of its lids."""
    return 0.25 + 0.75 * eye.width


# In widths of the eye.
_PUPIL = 0.19
_SAUCER_REACH = 0.26  # how far the pupil travels from the middle, in any direction
_QUAKE = 0.018


def draw_saucer(image: Image, context: DrawContext) -> None:
    for side in (Side.RIGHT, Side.LEFT):
        eye = context.eyes[side]
        if eye.shut:
            squeeze(image, context, eye)
        else:
            _pupil(image, context, eye, white(image, context, eye))
        brow(image, context, eye)


def _pupil(image: Image, context: DrawContext, eye: EyePose, place: Placement) -> None:
    shake_x, shake_y = tremor(context.seconds, context.seed)
    reach = _SAUCER_REACH / max(1.0, hypot(*eye.gaze))
    u = reach * eye.gaze.horizontal + _QUAKE * context.power * shake_x
    v = reach * eye.gaze.vertical + _QUAKE * context.power * shake_y
    paste(image, painted("saucer_pupil"), place.inside(u, v, _PUPIL), context.eye_opacity(eye.side))


_TURNS_PER_SECOND = 0.8
_SHARE = 0.88  # of the spiral's picture, in widths of the eye
_SWIRL_REACH = 0.07  # how far the middle of the spiral travels with the gaze


def draw_swirl(image: Image, context: DrawContext) -> None:
    for side in (Side.RIGHT, Side.LEFT):
        eye = context.eyes[side]
        if eye.shut:
            squeeze(image, context, eye)
        else:
            _turn(image, context, eye)


def _turn(image: Image, context: DrawContext, eye: EyePose) -> None:
    place = white(image, context, eye)
    turn = 2 * pi * _TURNS_PER_SECOND * context.seconds + context.seed
    spiral = place.inside(
        _SWIRL_REACH * eye.gaze.horizontal, _SWIRL_REACH * eye.gaze.vertical, _SHARE, turn * -outward(eye.side)
    )
    paste(
        image, painted("spiral"), spiral if outward(eye.side) > 0 else spiral.mirrored(), context.eye_opacity(eye.side)
    )
