"""Near-duplicate filter: perceptual hashes of the eyes, so that a store does not fill with one image."""

from __future__ import annotations

from collections import deque

import cv2
import numpy as np

from livecam.core.crop import similarity_matrix, warp_crop
from livecam.core.types import Face, Image

_COLUMNS, _ROWS = 17, 8
_FINER = 4  # cut so many times as large, then averaged
_SCALE = 8.5 * _FINER  # patch pixels a pupil distance: both eyes and their brows
_ALIKE = 10  # of the 128 bits may differ
_REMEMBERED = 1000


def difference_hash(image: Image, face: Face) -> int:
    """128 bits, whether the region of the eyes, levelled and scaled, grows brighter from cell to cell (a difference
    hash, after N. Krawetz, 2013)."""
    eyes = face.landmarks[36:48].mean(axis=0)
    size = (_COLUMNS * _FINER, _ROWS * _FINER)
    scale = _SCALE / max(face.pupil_distance, 1.0)
    matrix = similarity_matrix(eyes, angle=face.roll, scale=scale, onto=((size[0] - 1) / 2, (size[1] - 1) / 2))
    grey = cv2.cvtColor(warp_crop(image, matrix, size), cv2.COLOR_BGR2GRAY)
    cells = cv2.resize(grey, (_COLUMNS, _ROWS), interpolation=cv2.INTER_AREA)
    return int.from_bytes(np.packbits(cells[:, 1:] > cells[:, :-1]).tobytes(), "big")


class DuplicateFilter:
    """The fingerprints of late."""

    def __init__(self) -> None:
        self._known: deque[int] = deque(maxlen=_REMEMBERED)

    def is_new(self, print_: int) -> bool:
        """Whether nothing like it was remembered."""
        return all((print_ ^ known).bit_count() > _ALIKE for known in self._known)

    def remember(self, print_: int) -> None:
        self._known.append(print_)
