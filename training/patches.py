"""Cuts the grey patch around one eye that data sets keep, turned into a subject's right eye."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from livecam.core.crop import cut, similarity
from livecam.core.scene import Face, Image, Side
from training.dataset import CORNER_SETS, Eye

_UNIT = 60.0  # pixels between the corners of an eye, at most


class Patch(NamedTuple):
    """An eye with room around it; the nose is to the right."""

    grey: Image  # (h, w)
    matrix: NDArray[np.float64]  # (2, 3), frame pixels to patch pixels; mirrors a left eye
    corners: NDArray[np.float64]  # (2, 2), temple and nose, patch pixels
    angle: float  # roll of the head in the patch, radians
    scale: float  # patch pixels per frame pixel

    def place(self, point: ArrayLike) -> tuple[float, float]:
        """Frame pixels to patch pixels, kept inside the patch."""
        moved = self.matrix[:, :2] @ np.asarray(point, np.float64) + self.matrix[:, 2]
        x, y = np.clip(moved, 0, np.array(self.grey.shape[::-1]) - 1).tolist()
        return x, y

    def eye(self, centre: ArrayLike, radius: float, *, visible: float, weight: float, group: str, origin: str) -> Eye:
        """The patch with a label given in frame pixels."""
        corners = np.broadcast_to(self.corners, (CORNER_SETS, 2, 2)).copy()
        place = self.place(centre)
        return Eye(self.grey, corners, place, radius * self.scale, visible, self.angle, weight, group, origin)


def eye_patch(image: Image, face: Face, side: Side) -> Patch:
    """The surroundings of an eye, never enlarged."""
    lids = face.lids(side)
    width = max(float(np.hypot(*(lids[3] - lids[0]))), 4.0)
    scale = min(_UNIT / width, 1.0)
    size = int(np.ceil(2.1 * width * scale)), int(np.ceil(1.7 * width * scale))
    onto = ((size[0] - 1) / 2, (size[1] - 1) / 2)
    matrix = similarity(lids[[0, 3]].mean(axis=0), angle=0.0, scale=scale, onto=onto)
    order, angle = [0, 3], face.roll
    if side is Side.LEFT:
        matrix[0] *= -1
        matrix[0, 2] += size[0] - 1
        order, angle = [3, 0], -face.roll
    grey: Image = cv2.cvtColor(cut(image, matrix, size), cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)
    corners = lids[order] @ matrix[:, :2].T + matrix[:, 2]
    return Patch(grey, matrix, corners, angle, scale)
