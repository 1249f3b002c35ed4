"""Cuts out what a sample keeps of a frame: upright, at full size, never scaled."""

from __future__ import annotations

import numpy as np

from livecam.core.samples import Keep
from livecam.core.scene import Face, Image, Points

# Around what is kept, in pupil distances. Landmarks end at the brows and the chin; labelling wants the whole head.
_AROUND_FACE = np.array([[0.6, 0.9], [0.6, 0.3]])  # left, top; right, bottom
_AROUND_EYES = np.array([[0.4, 0.4], [0.4, 0.4]])
_SMALLEST_PX = 16


def cut_out(image: Image, face: Face, keep: Keep) -> tuple[Image, tuple[int, int]] | None:
    """The picture, its own copy, and where its top-left pixel was; None for a face that hardly is in the frame."""
    if keep is Keep.FRAME:
        return image.copy(), (0, 0)
    points, around = (face.landmarks, _AROUND_FACE) if keep is Keep.FACE else (face.landmarks[36:48], _AROUND_EYES)
    left, top, right, bottom = _box(points, around * max(face.pupil_distance, 1.0), image)
    if min(right - left, bottom - top) < _SMALLEST_PX:
        return None
    return image[top:bottom, left:right].copy(), (left, top)


def _box(points: Points, around: np.ndarray[tuple[int, int], np.dtype[np.float64]], image: Image) -> list[int]:
    limit = np.array(image.shape[1::-1])
    low = np.clip(np.floor(points.min(axis=0) - around[0]), 0, limit)
    high = np.clip(np.ceil(points.max(axis=0) + around[1]) + 1, 0, limit)
    return [int(edge) for edge in (*low, *high)]
