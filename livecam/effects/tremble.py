"""The real eyes, grown and wet, with irises that quake: cut out, and put back displaced between their lids."""

from __future__ import annotations

from livecam.core.scene import EyeState, Image, Point, Pupil, Side
from livecam.effects.drawing import paste
from livecam.effects.lids import Eye
from livecam.effects.motion import smooth, tremor
from livecam.effects.overlays import painted
from livecam.effects.portrait import Portrait
from livecam.effects.warping import enlarge, enlarged
from livecam.iris import OpenEye, shift_iris

# Lengths in pupil distances; an iris' radius is 0.0935.
_QUAKE = 0.022
_LARGEST_RADIUS = 0.16
_GROWING = 0.46  # radius of what is enlarged around an eye
_GAIN = 0.36
_GLINT = 1.25  # of the picture, in iris radii


def draw(image: Image, portrait: Portrait) -> None:
    strength = portrait.power * portrait.opacity
    for side in Side:
        eye, pupil = portrait.eyes[side], _open_pupil(portrait, side)
        middle, around = portrait.eye(side), _GROWING * portrait.face.unit
        gain = _GAIN * strength * (1 - eye.lid)
        shake = _shake(portrait, strength)
        if pupil is not None:
            lids = portrait.look.face.lids(side)
            shift_iris(image, OpenEye(pupil.centre, pupil.radius, lids), shake, out=image)
        enlarge(image, middle, around, gain)
        if pupil is not None:
            # The shine stays where the light is, and quakes on its own.
            centre = Point(pupil.centre.x + 0.4 * shake.x, pupil.centre.y - 0.5 * shake.y)
            _shine(image, portrait, eye, enlarged(centre, middle, around, gain), pupil.radius / (1 - gain))


def _shake(portrait: Portrait, strength: float) -> Point:
    x, y = tremor(portrait.seconds, portrait.seed)
    reach = _QUAKE * portrait.face.unit * strength
    return Point(reach * x, 0.6 * reach * y)


def _open_pupil(portrait: Portrait, side: Side) -> Pupil | None:
    """The pupil to shake, of a sane size; None for an eye that is shut or was not found."""
    pupil = portrait.look.pupil(side)
    if pupil is None or pupil.state is EyeState.CLOSED or portrait.eyes[side].shut or pupil.radius < 1:
        return None
    radius = min(pupil.radius, _LARGEST_RADIUS * portrait.face.unit)
    return Pupil(pupil.centre, radius, pupil.confidence, pupil.state)


def _shine(image: Image, portrait: Portrait, eye: Eye, at: Point, radius: float) -> None:
    size = _GLINT * radius / portrait.face.unit
    visible = smooth(eye.openness * (1 - eye.lid), 0.4, 0.8)
    place = portrait.face.place(at, width=size, height=size)
    paste(image, painted("glint"), place, portrait.opacity * smooth(portrait.power, 0.0, 0.6) * visible)
