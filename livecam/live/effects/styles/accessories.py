"""Accessories of the styles: blush, sweat drops, gloom lines, a wavering mouth.

Their colours are those of the pictures in `assets/overlays`, which `make_overlays.py` there draws.
"""

from __future__ import annotations

from math import floor, pi, sin
from typing import NamedTuple

from livecam.core.types import Image, Point, Side
from livecam.drawing.compositing import Placement, Wave, paste, paste_bent
from livecam.drawing.sprites import aspect, painted, stained
from livecam.drawing.warping import ripple
from livecam.live.effects.easing import smooth
from livecam.live.effects.face_state.context import DrawContext, outward
from livecam.live.effects.face_state.frame import FaceFrame

_JAW = {Side.RIGHT: 2, Side.LEFT: 14}  # landmarks beside the cheek
_NOSTRIL = {Side.RIGHT: 31, Side.LEFT: 35}


def draw_blush(image: Image, context: DrawContext) -> None:
    breath = 0.9 + 0.1 * sin(2 * pi * 0.7 * context.seconds + context.seed)
    for side in Side:
        place = _cheek(context.face, side)
        if place is not None:
            paste(image, stained("blush"), place, context.opacity * context.power * breath)


def _cheek(face: FaceFrame, side: Side) -> Placement | None:
    """Between nose and jaw, as wide as the head's turn leaves it."""
    jaw, nose = face.centre(_JAW[side]), face.centre(_NOSTRIL[side])
    visible = (face.along(jaw) - face.along(nose)) * outward(side)
    if visible < 0.2:
        return None
    at = face.from_point(Point(0.52 * nose.x + 0.48 * jaw.x, 0.52 * nose.y + 0.48 * jaw.y), 0, 0.0)
    return face.place(at, width=1.5 * min(visible, 0.95), height=0.8)


_BRIDGE = (21, 22)  # inner ends of the brows


def draw_gloom(image: Image, context: DrawContext) -> None:
    face = context.face
    brows = face.centre(*_BRIDGE)
    at = face.from_point(Point(brows.x, brows.y), 0, -0.43 + 0.012 * sin(2 * pi * 0.9 * context.seconds))
    width = 1.85 * min(1.0, face.distance / face.unit + 0.1)
    place = face.place(at, width=width, height=1.08 * (0.7 + 0.3 * context.power))
    paste(image, stained("gloom"), place, context.opacity * context.power)


_OWN_LIPS = (48, 54, 51, 57)  # corners, middle of the upper and of the lower lip
_OWN_LIPS_WAVES_PER_SECOND = 2.1


def draw_lips(image: Image, context: DrawContext) -> None:
    face = context.face
    turned = min(1.0, face.distance / face.unit + 0.05)
    place = face.place(face.centre(*_OWN_LIPS), width=1.3 * turned, height=0.85)
    phase = 2 * pi * _OWN_LIPS_WAVES_PER_SECOND * context.seconds + context.seed
    ripple(image, place, Wave(0.06 * context.power * context.opacity, 2.1, phase))


_LIPS = (48, 54, 51, 57)  # corners, middle of the upper and of the lower lip
_WAVES_PER_SECOND = 1.6


def draw_mouth(image: Image, context: DrawContext) -> None:
    face, sprite = context.face, painted("mouth")
    turned = min(1.0, face.distance / face.unit + 0.05)
    width = 0.95 * turned * (0.7 + 0.3 * context.power)
    place = face.place(face.centre(*_LIPS), width=width, height=0.95 * aspect(sprite))
    wave = Wave(0.16 * context.power, 2.5, 2 * pi * _WAVES_PER_SECOND * context.seconds + context.seed)
    paste_bent(image, sprite, place, wave, context.opacity)


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


def draw_sweat(image: Image, context: DrawContext) -> None:
    for drop in _DROPS:
        origin = _origin(context.face, drop)
        if origin is not None:
            _run(image, context, drop, origin)


def _origin(face: FaceFrame, drop: Drop) -> Point | None:
    """Beside the eye, below which a drop runs; None on the side that is turned away."""
    corner, temple = face.centre(_CORNER[drop.side]), face.centre(_TEMPLE[drop.side])
    if (face.along(temple) - face.along(corner)) * outward(drop.side) < _NARROWEST:
        return None
    return Point(corner.x + drop.between * (temple.x - corner.x), corner.y + drop.between * (temple.y - corner.y))


def _run(image: Image, context: DrawContext, drop: Drop, origin: Point) -> None:
    cycles = (context.seconds + context.seed) / drop.period + drop.start
    phase = cycles - floor(cycles)
    fallen, gone = smooth(phase, 0.3, 1.05) ** 1.5, smooth(phase, 0.9, 1.0)
    size = drop.height * smooth(phase, -0.03, 0.15) * (1 - 0.7 * gone) * (0.6 + 0.4 * context.power)
    stretch = 0.18 * sin(pi * fallen)
    sway = 0.015 * sin(2 * pi * 1.7 * context.seconds + drop.period)
    sprite = painted("sweat")
    place = context.face.place(
        context.face.from_point(origin, sway, drop.top + _RUN * fallen + drop.height / 2),
        width=size / aspect(sprite) * (1 - stretch / 2),
        height=size * (1 + stretch),
    )
    paste(image, sprite, place, context.opacity * (1 - gone * gone))
