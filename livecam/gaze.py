"""Where an eye points inside its own opening, from its pupil and its corners."""

from __future__ import annotations

import math

import numpy as np

from livecam.core.scene import Face, Gaze, Pupil, Side

# An iris in the middle of a wide opening can travel about this share of the eye's width to each side and up or down.
_HORIZONTAL_REACH = 0.25
_VERTICAL_REACH = 0.15
# Where the centre of the iris rests when a person looks into the camera, in widths of the eye from the middle of its
# corners: measured on 140 eyes of the London and Canada portraits (the test people left out), 0.126 above and 0.021
# outwards by dlib's corners, 0.081 and 0.029 by MediaPipe's; between the two.
_REST_ABOVE = 0.104
_REST_OUTWARD = 0.025


def gaze(face: Face, side: Side, pupil: Pupil | None) -> Gaze | None:
    """The gaze of one eye, None without a pupil."""
    if pupil is None:
        return None
    corners = face.lids(side)[[0, 3]].astype(np.float64)
    width = max(float(np.hypot(*(corners[1] - corners[0]))), 1.0)
    # The line of both eyes is steadier than the one through an eye's own two corners, a quarter as far apart.
    along = np.array([math.cos(face.roll), math.sin(face.roll)])
    offset = (np.asarray(pupil.centre) - corners.mean(axis=0)) / width
    outward = _REST_OUTWARD if side is Side.LEFT else -_REST_OUTWARD
    horizontal = (float(offset @ along) - outward) / _HORIZONTAL_REACH
    vertical = (float(offset @ np.array([-along[1], along[0]])) + _REST_ABOVE) / _VERTICAL_REACH
    return Gaze(min(max(horizontal, -1.0), 1.0), min(max(vertical, -1.0), 1.0))
