"""Which of MediaPipe's mesh points stands for which of the 68 iBUG points."""

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
