"""The cartoon eye that styles fill: big and white while the real eye is open, tightly squeezed while it is not."""

from __future__ import annotations

from math import pi, sin

from livecam.core.scene import Image
from livecam.effects.drawing import Placement, paste
from livecam.effects.lids import Eye
from livecam.effects.motion import bounce, tremor
from livecam.effects.overlays import painted
from livecam.effects.portrait import Portrait, outward
from livecam.effects.sprites import aspect

# Widths of whole pictures, their margins included, and other lengths, in pupil distances.
_WHITE = 1.0
_SQUEEZED = 0.62
_BROW, _BROW_ABOVE = 0.62, 0.60
_SHIVER = 0.012


def white(image: Image, portrait: Portrait, eye: Eye) -> Placement:
    """Lays the white of an open eye, squashed as far as the lids are closed, and says where."""
    size = _WHITE * _size(portrait) * bounce(portrait.age)
    width = size * _foreshortened(eye) * (1 + 0.15 * eye.lid)
    height = size * (0.55 + 0.45 * eye.openness) * (1 - 0.75 * eye.lid)
    place = portrait.face.place(portrait.eye(eye.side), width=width, height=height)
    paste(image, painted("saucer_eye"), place, portrait.eye_opacity(eye.side))
    return place


def squeeze(image: Image, portrait: Portrait, eye: Eye) -> None:
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


def brow(image: Image, portrait: Portrait, eye: Eye) -> None:
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


def _size(portrait: Portrait) -> float:
    """Even a weak effect is large enough to be seen."""
    return 0.45 + 0.55 * portrait.power


def _foreshortened(eye: Eye) -> float:
    """A ball that is turned away narrows less than the opening of its lids."""
    return 0.25 + 0.75 * eye.width
