"""The real irises quake: cut out of their eyes and put back displaced, between their lids."""

from __future__ import annotations

from livecam.core.scene import EyeState, Image, Side
from livecam.effects.motion import tremor
from livecam.effects.portrait import Portrait
from livecam.iris import OpenEye, shift_iris

_QUAKE = 0.03  # in pupil distances; an iris' radius is 0.0935
_LARGEST_RADIUS = 0.16


def draw(image: Image, portrait: Portrait) -> None:
    shake_x, shake_y = tremor(portrait.seconds, portrait.seed)
    reach = _QUAKE * portrait.face.unit * portrait.power * portrait.opacity
    for side in Side:
        eye = _open_eye(portrait, side)
        if eye is not None:
            shift_iris(image, eye, (reach * shake_x, 0.6 * reach * shake_y), out=image)


def _open_eye(portrait: Portrait, side: Side) -> OpenEye | None:
    """The eye to shake; None for one that is shut or was not found."""
    pupil = portrait.look.pupil(side)
    if pupil is None or pupil.state is EyeState.CLOSED or portrait.eyes[side].shut:
        return None
    radius = min(pupil.radius, _LARGEST_RADIUS * portrait.face.unit)
    return OpenEye(pupil.centre, radius, portrait.look.face.lids(side)) if radius >= 1 else None
