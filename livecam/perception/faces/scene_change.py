"""Scene change: whether a picture differs beside the followed faces from the one that was searched last."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.types import Image
from livecam.perception.faces.face_model import FaceRegion

_ROWS = 45  # that are compared; a face that is found from afar has nine of these points, and a body of its own
_LEVELS = 16  # five deviations of a webcam's noise in the dark
_POINTS = 12  # that must differ: somebody who comes in covers hundreds
_BESIDE = 1.3  # region sides beside and above the middle of a face that are hair, and below it shoulders and hands


class SceneWatch:
    """Remembers a few points of the picture that was searched; to compare them costs a thousandth of a search."""

    def __init__(self) -> None:
        self._searched: NDArray[np.uint8] | None = None

    def searched(self, image: Image) -> None:
        """This picture is searched for faces now."""
        self._searched = _points(image).copy()

    def changed(self, image: Image, faces: Iterable[FaceRegion]) -> bool:
        """Whether something is there that was not, outside of the people whose faces are followed."""
        now = _points(image)
        if self._searched is None or self._searched.shape != now.shape:
            return True
        differs = cv2.absdiff(now, self._searched) > _LEVELS
        step = _step(image)
        for face in faces:
            reach = _BESIDE * face.size
            left, right, top = (max(round(at / step), 0) for at in (face.x - reach, face.x + reach, face.y - reach))
            differs[top:, left : right + 1] = False
        return int(np.count_nonzero(differs)) >= _POINTS


def _points(image: Image) -> NDArray[np.uint8]:
    step = _step(image)
    return np.ascontiguousarray(image[step // 2 :: step, step // 2 :: step, 1])


def _step(image: Image) -> int:
    return max(1, image.shape[0] // _ROWS)
