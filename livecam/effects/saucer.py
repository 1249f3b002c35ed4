"""Big white eyes with tiny trembling pupils that look where the real ones look."""

from __future__ import annotations

from math import hypot

from livecam.core.scene import Image, Side
from livecam.effects.cartoon import brow, squeeze, white
from livecam.effects.drawing import Placement, paste
from livecam.effects.lids import Eye
from livecam.effects.motion import tremor
from livecam.effects.overlays import painted
from livecam.effects.portrait import Portrait

# In widths of the eye.
_PUPIL = 0.19
_REACH = 0.26  # how far the pupil travels from the middle, in any direction
_QUAKE = 0.018


def draw(image: Image, portrait: Portrait) -> None:
    for side in (Side.RIGHT, Side.LEFT):
        eye = portrait.eyes[side]
        if eye.shut:
            squeeze(image, portrait, eye)
        else:
            _pupil(image, portrait, eye, white(image, portrait, eye))
        brow(image, portrait, eye)


def _pupil(image: Image, portrait: Portrait, eye: Eye, place: Placement) -> None:
    shake_x, shake_y = tremor(portrait.seconds, portrait.seed)
    reach = _REACH / max(1.0, hypot(*eye.gaze))
    u = reach * eye.gaze.horizontal + _QUAKE * portrait.power * shake_x
    v = reach * eye.gaze.vertical + _QUAKE * portrait.power * shake_y
    paste(image, painted("saucer_pupil"), place.inside(u, v, _PUPIL), portrait.eye_opacity(eye.side))
