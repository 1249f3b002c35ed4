"""Head size and turn from a few landmarks that an expression hardly moves."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from livecam.core.types import Face

POINTS = [36, 39, 42, 45, 27, 28, 29, 30, 31, 33, 35, 48, 54]
# Right, down and away from the camera, in pupil distances from the middle between the eyes: means over MediaPipe's
# meshes of the training people's portraits, made symmetric and rounded.
SHAPE = np.array(
    [
        [-0.72, -0.01, 0.04],
        [-0.28, 0.02, -0.04],
        [0.28, 0.02, -0.04],
        [0.72, -0.01, 0.04],
        [0.0, -0.09, -0.32],
        [0.0, 0.15, -0.48],
        [0.0, 0.38, -0.66],
        [0.0, 0.52, -0.70],
        [-0.27, 0.71, -0.28],
        [0.0, 0.74, -0.42],
        [0.27, 0.71, -0.28],
        [-0.39, 1.11, -0.12],
        [0.39, 1.11, -0.12],
    ]
)
_SOLVE: NDArray[np.float64] = np.linalg.pinv(SHAPE - SHAPE.mean(axis=0))


class HeadPose(NamedTuple):
    """`pupil_distance` is what a frontal view would show, in frame pixels; `turn` is how far the nose points to the
    side of the picture, the sine of the yaw, positive to the right, after the roll has been taken off."""

    pupil_distance: float
    turn: float


def head_pose(face: Face) -> HeadPose:
    """By a weak-perspective fit; a turned head has a larger pupil distance than its foreshortened eyes show."""
    points = face.landmarks[POINTS].astype(np.float64)
    # The columns of the solution sum to nothing, so the points need not be centred first.
    (a, b), (c, d), (e, f) = (_SOLVE @ points).tolist()
    squares, determinant = a * a + b * b + c * c + d * d + e * e + f * f, _gram_determinant((a, c, e), (b, d, f))
    # The two singular values are the scale twice over; noise parts them, their mean is steady.
    scale = 0.5 * math.sqrt(squares + 2 * math.sqrt(max(determinant, 0.0)))
    distance = max(scale, face.pupil_distance, 1.0)
    turn = -(e * math.cos(face.roll) + f * math.sin(face.roll)) / distance
    return HeadPose(distance, min(max(turn, -1.0), 1.0))


def _gram_determinant(u: tuple[float, ...], v: tuple[float, ...]) -> float:
    uu, vv, uv = (sum(x * y for x, y in zip(p, q, strict=True)) for p, q in ((u, u), (v, v), (u, v)))
    return uu * vv - uv * uv
