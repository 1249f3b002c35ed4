"""The mean of dlib's 68 points inside its own detector's box: gives the box that belongs to any landmarks."""

from __future__ import annotations

import cmath

import numpy as np
from numpy.typing import NDArray

from livecam.core.scene import Points
from livecam.faces.model import Region
from livecam.faces.plane import as_complex

# Box sides from the middle of the box, right and down; made symmetric. Fitted on 104 upright faces of the London and
# Canada sets (CC BY 4.0, DeBruine & Jones 2017), without the London test people.
# fmt: off
MEAN_SHAPE: NDArray[np.float64] = np.array([
    (-0.505, -0.187), (-0.493, -0.055), (-0.473, 0.073), (-0.450, 0.200), (-0.411, 0.322), (-0.342, 0.425),
    (-0.244, 0.507), (-0.130, 0.568), (0.000, 0.586), (0.130, 0.568), (0.244, 0.507), (0.342, 0.425),
    (0.411, 0.322), (0.450, 0.200), (0.473, 0.073), (0.493, -0.055), (0.505, -0.187), (-0.417, -0.295),
    (-0.357, -0.363), (-0.266, -0.390), (-0.171, -0.380), (-0.082, -0.348), (0.082, -0.348), (0.171, -0.380),
    (0.266, -0.390), (0.357, -0.363), (0.417, -0.295), (0.000, -0.246), (0.000, -0.165), (0.000, -0.085),
    (0.000, -0.002), (-0.091, 0.072), (-0.047, 0.086), (0.000, 0.098), (0.047, 0.086), (0.091, 0.072),
    (-0.306, -0.216), (-0.253, -0.253), (-0.186, -0.253), (-0.127, -0.210), (-0.189, -0.194), (-0.256, -0.192),
    (0.127, -0.210), (0.186, -0.253), (0.253, -0.253), (0.306, -0.216), (0.256, -0.192), (0.189, -0.194),
    (-0.181, 0.253), (-0.113, 0.216), (-0.048, 0.194), (0.000, 0.207), (0.048, 0.194), (0.113, 0.216),
    (0.181, 0.253), (0.114, 0.296), (0.051, 0.313), (0.000, 0.317), (-0.051, 0.313), (-0.114, 0.296),
    (-0.150, 0.254), (-0.049, 0.242), (0.000, 0.246), (0.049, 0.242), (0.150, 0.254), (0.049, 0.250),
    (0.000, 0.255), (-0.049, 0.250),
])
# fmt: on

_SHAPE = as_complex((MEAN_SHAPE - MEAN_SHAPE.mean(axis=0)).astype(np.float32))
_MIDDLE = complex(*MEAN_SHAPE.mean(axis=0))
_SPREAD = float(np.vdot(_SHAPE, _SHAPE).real)


def region_of(landmarks: Points, confidence: float) -> Region:
    """The turned detector box of the landmarks: the least-squares similarity that takes the mean shape to them."""
    points = as_complex(landmarks)
    middle = complex(points.sum()) / len(points)
    turn = complex(np.vdot(_SHAPE, points - middle)) / _SPREAD
    middle -= turn * _MIDDLE
    return Region(middle.real, middle.imag, abs(turn), cmath.phase(turn), confidence)
