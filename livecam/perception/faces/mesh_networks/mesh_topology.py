"""MediaPipe's face mesh: which of its points stand for the 68 iBUG points, and which is on the other side of which."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# fmt: off
JAW = (127, 234, 93, 58, 172, 136, 149, 148, 152, 377, 378, 365, 397, 288, 323, 454, 356)
BROWS = (70, 63, 105, 66, 107, 336, 296, 334, 293, 300)
NOSE = (168, 197, 5, 4, 240, 97, 2, 326, 460)
EYES = (33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380)
LIPS_OUTSIDE = (61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181)
LIPS_INSIDE = (78, 82, 13, 312, 308, 317, 14, 87)
# fmt: on

MESH_OF_IBUG: NDArray[np.intp] = np.array(JAW + BROWS + NOSE + EYES + LIPS_OUTSIDE + LIPS_INSIDE)

POINTS = 468
_FIRST_ON_THE_LEFT = 248  # of the subject; before it come the middle and the right side, in the same order
_MIDDLE = (0, 1, 2, 4, 5, 6, *range(8, 20), 94, 151, 152, 164, 168, 175, 195, 197, 199, 200)


def _mirrored() -> NDArray[np.intp]:
    mirrored = np.arange(POINTS)
    right = np.setdiff1d(np.arange(_FIRST_ON_THE_LEFT), _MIDDLE)
    mirrored[right], mirrored[_FIRST_ON_THE_LEFT:] = np.arange(_FIRST_ON_THE_LEFT, POINTS), right
    return mirrored


# Which point is on the other side of the face, so that a mirrored picture can give the same points.
MIRRORED: NDArray[np.intp] = _mirrored()
