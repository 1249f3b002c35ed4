"""The tutorial's pupil detector, darkest rows and columns with a mean shift: the baseline of every table."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.crop import EyeCrop, EyePair
from livecam.core.interfaces import PupilPair
from livecam.core.types import Face, Frame, Point, Points, Pupil, Side

Grey = NDArray[np.uint8]  # (h, w)
Profile = NDArray[np.uint8]  # (n,)

# The share of accepted answers within 5 % of the pupil distance, over the open eyes of the training people's portraits,
# turned, looking aside and degraded as for training.pupil_detector.ring_confidence.
_CONFIDENCE = 0.45
_IRIS_RADIUS = 0.0935  # of the pupil distance; the method itself knows no radius


@dataclass(frozen=True, slots=True)
class UprightCropper:
    """The tutorial's crop: whole pixels, upright, the lids' box with 6 px above and below and 3 px beside (1 and 0 px
    when the image-left eye is less than 5 px high). What lies outside the frame is left off, perhaps everything."""

    def __call__(self, frame: Frame, face: Face) -> EyePair:
        height = np.ptp(np.rint(face.lids(Side.RIGHT)[:, 1]))
        margin = 1 if height < 5 else 6
        left, right = (self._eye(frame, side, face.lids(side), margin) for side in (Side.LEFT, Side.RIGHT))
        return EyePair(left, right, face, frame.timestamp)

    def _eye(self, frame: Frame, side: Side, lids: Points, margin: int) -> EyeCrop:
        around = np.array([margin // 2, margin])
        points = np.rint(lids).astype(int)
        low = np.clip(points.min(axis=0) - around, 0, frame.size)
        high = np.clip(points.max(axis=0) + around, low, frame.size)
        patch = frame.image[low[1] : high[1], low[0] : high[0]]
        return EyeCrop(side, patch, np.array([[1.0, 0.0, -low[0]], [0.0, 1.0, -low[1]]]), lids)


@dataclass(frozen=True, slots=True)
class TutorialPupilDetector:
    """Finds pupils as the tutorial prints it, corrected only where it would crash; whole pixels, always OPEN.

    Its faults are kept: the mean shift divides integers and so hardly moves, the blur of the profiles runs across
    their one column and so does nothing, the vertical centre follows the shadow of the lid.
    """

    cropper: UprightCropper = UprightCropper()

    def detect(self, eyes: EyePair) -> PupilPair:
        left, right = (self._pupil(eye, eyes.face) for eye in eyes)
        return PupilPair(left, right)

    def _pupil(self, eye: EyeCrop, face: Face) -> Pupil | None:
        # The coarse picture is a third of the patch; under three pixels there would be nothing left of it.
        if min(eye.patch.shape[:2]) < 3:
            return None
        centre = _centre(cv2.cvtColor(eye.patch, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False))
        if centre is None:
            return None
        x, y = eye.to_frame(centre)
        return Pupil(Point(float(x), float(y)), _IRIS_RADIUS * face.pupil_distance, _CONFIDENCE)


def _centre(grey: Grey) -> tuple[int, int] | None:
    """The pupil in patch pixels, None when it runs into the border."""
    height, width = grey.shape
    for _ in range(3):
        grey = cv2.bilateralFilter(grey, 7, 75, 75).astype(np.uint8, copy=False)
    columns = _profile(255 - grey.sum(axis=0) // height)
    rows = _profile(255 - grey.sum(axis=1) // width)
    x = _shifted(columns, _darkest_column(grey))
    y = (int(np.argmax(rows)) + height - 1 - int(np.argmax(rows[::-1]))) // 2
    if not 2 < x < width - 2 or not 1 < y < height - 1:
        return None
    return x, y


def _profile(sums: NDArray[np.uint64]) -> Profile:
    values = sums.astype(np.float32)
    scaled: Profile = ((values - values.min()) / (np.ptp(values) + 1e-6) * 255).astype(np.uint8)
    for _ in range(2):
        scaled = cv2.blur(scaled, (5, 1)).reshape(-1).astype(np.uint8, copy=False)
    return scaled


def _darkest_column(grey: Grey) -> int:
    inverse = 255.0 - grey
    # A flat patch has no darkest place; the tutorial divides by zero here.
    scaled = (255 * (inverse - inverse.min()) / max(np.ptp(inverse), 1.0)).astype(np.uint8)
    width = grey.shape[1] // 3
    coarse = cv2.resize(scaled, (width, grey.shape[0] // 3))
    return int(np.argmax(coarse)) % width * 3 + 1


def _shifted(columns: Profile, x: int) -> int:
    for _ in range(10):
        window = columns[max(x - 2, 0) : x + 3]
        total = int(window.sum())
        if total == 0:
            break
        share = window.astype(np.float32) // total
        x += int(np.sign(share[3:5].sum() - share[0:2].sum()))
    return x
