"""Scene change: where a picture differs beside the followed faces from the one that was searched last; cuts."""

from __future__ import annotations

from collections.abc import Iterable
from operator import sub

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.types import Image, Point
from livecam.perception.faces.face_model import FaceRegion

_ROWS = 45  # that are compared; a face that is found from afar has nine of these points, and a body of its own
_LEVELS = 16  # five deviations of a webcam's noise in the dark
_POINTS = 12  # that must differ: somebody who comes in covers hundreds
# Of cuts: rows that are compared, mean levels and how many times the usual ones, pictures of which it is the mean. In
# eleven clips four cuts differ by 16 to 27, and by 4 to 20 times the usual; everything else by 11 at most.
_CUT_ROWS, _CUT_LEVELS, _CUT_RATIO, _CUT_PICTURES = 18, 12.0, 3.0, 8
_BESIDE = 1.3  # region sides beside and above the middle of a face that are hair, and below it shoulders and hands


class SceneWatch:
    """Remembers a few points of the picture that was searched; to compare them costs a thousandth of a search."""

    def __init__(self) -> None:
        self._searched: NDArray[np.uint8] | None = None

    def searched(self, image: Image) -> None:
        """This picture is searched for faces now."""
        self._searched = _points(image).copy()

    def changed(self, image: Image, faces: Iterable[FaceRegion]) -> Point | None:
        """Where something is that was not, outside of the people whose faces are followed: the middle of all that
        changed, in frame pixels. None when nothing did."""
        now, step = _points(image), _step(image)
        if self._searched is None or self._searched.shape != now.shape:
            return Point(image.shape[1] / 2, image.shape[0] / 2)
        differs = cv2.absdiff(now, self._searched) > _LEVELS
        for face in faces:
            reach = _BESIDE * face.size
            left, right, top = (max(round(at / step), 0) for at in (face.x - reach, face.x + reach, face.y - reach))
            differs[top:, left : right + 1] = False
        rows, columns = np.nonzero(differs)
        if rows.size < _POINTS:
            return None
        return Point(float(np.median(columns)) * step, float(np.median(rows)) * step)


class CutWatch:
    """Tells the first picture of another take, or after a pause: it differs from the one before far more than usual."""

    def __init__(self) -> None:
        self._before = b""
        self._size: tuple[int, ...] = ()
        self._usual = 0.0  # levels between two pictures of late

    def cut(self, image: Image) -> bool:
        """Whether this picture, which comes after the one of the last call, begins another scene."""
        step = max(1, image.shape[0] // _CUT_ROWS)
        # Plain numbers: live, NumPy's way to a mean has left the processor's caches since the last picture, and takes
        # three times as long.
        now = image[step // 2 :: step, step // 2 :: step, 1].tobytes()
        before, self._before = self._before, now
        size, self._size = self._size, image.shape[:2]
        if size != self._size:
            return bool(before)
        difference: float = sum(map(abs, map(sub, now, before))) / len(now)
        cuts = difference > max(_CUT_LEVELS, _CUT_RATIO * self._usual)
        self._usual += (difference - self._usual) / _CUT_PICTURES
        return cuts


def _points(image: Image) -> NDArray[np.uint8]:
    step = _step(image)
    return np.ascontiguousarray(image[step // 2 :: step, step // 2 :: step, 1])


def _step(image: Image) -> int:
    return max(1, image.shape[0] // _ROWS)
