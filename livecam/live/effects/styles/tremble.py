"""The style tremble: the real eyes enlarged and wet, with irises that quake."""

from __future__ import annotations

from livecam.core.types import Image, Point, Side
from livecam.drawing.compositing import paste
from livecam.drawing.gaze_redirection import EyeGeometry, redirect_gaze
from livecam.drawing.sprites import painted
from livecam.drawing.warping import enlarge, enlarged
from livecam.live.effects.easing import smooth, tremor
from livecam.live.effects.face_state.context import DrawContext
from livecam.live.effects.face_state.eye_state import EyePose

# Lengths in pupil distances; an iris' radius is 0.0935. A quake of two pixels cannot be seen at the size of a webcam's
# face, so the eyes also grow and glisten. Pinching the mouth looked grotesque.
_QUAKE = 0.022
_GROWING = 0.46  # radius of what is enlarged around an eye
_GAIN = 0.36
_GLINT = 1.25  # of the picture, in iris radii
_UNSURE = 0.02  # below this an iris is left alone


def draw(image: Image, context: DrawContext) -> None:
    for side in Side:
        eye, middle = context.eyes[side], context.eye(side)
        radius, gain = (
            _GROWING * context.face.unit,
            _GAIN * context.power * context.eye_opacity(side) * (1 - eye.lid),
        )
        centre = _quake(image, context, eye)
        enlarge(image, middle, radius, gain)
        if centre is not None and eye.iris is not None:
            _shine(image, context, eye, enlarged(centre, middle, radius, gain), eye.iris.radius / (1 - gain))


def _quake(image: Image, context: DrawContext, eye: EyePose) -> Point | None:
    """Displaces the iris and says where its shine is: it stays nearer to where the light is and quakes on its own.

    None when the eye is shut, or the iris too uncertain or too small to be moved.
    """
    if eye.shut or eye.iris is None or eye.sure < _UNSURE or eye.iris.radius * context.face.unit < 1:
        return None
    x, y = tremor(context.seconds, context.seed)
    reach = _QUAKE * context.face.unit * context.power * context.eye_opacity(eye.side) * eye.sure
    at = context.face.from_point(context.eye(eye.side), eye.iris.along, eye.iris.below)
    lids = context.observation.face.lids(eye.side)
    radius = eye.iris.radius * context.face.unit
    redirect_gaze(image, EyeGeometry(at, radius, lids), (reach * x, 0.6 * reach * y), out=image)
    return Point(at.x + 0.4 * reach * x, at.y - 0.3 * reach * y)


def _shine(image: Image, context: DrawContext, eye: EyePose, at: Point, radius: float) -> None:
    visible = smooth(eye.openness * (1 - eye.lid), 0.4, 0.8) * smooth(context.power, 0.0, 0.6) * eye.sure
    place = context.face.place(at, width=_GLINT * radius, height=_GLINT * radius)
    paste(image, painted("glint"), place, context.eye_opacity(eye.side) * visible)
