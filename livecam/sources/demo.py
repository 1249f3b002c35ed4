"""A face without a camera: an endless performance whose true pupils are known in every frame."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.scene import EyeState, Frame, Image, Point, Pupil, Side
from livecam.core.seams import PupilPair
from livecam.sources.pacing import REAL_TIME, Pace, Timing
from livecam.sources.performance import Pose, pose
from livecam.sources.portrait import EYES, MIDDLE, PUPIL_DISTANCE, Portrait, iris_centre

_PUPIL_DISTANCE_SHARE = 0.145  # of the height of a 16:9 frame, at rest
_EYE_LEVEL = 0.43  # share of the frame's height above the eyes
_SHUT = 0.65  # a lid lowered further than this hides the iris
_NOTICE_S = 5.0


class Demo:
    """Frames are a pure function of their index: `seconds = index / fps`.

    `paced` shows it live, at its own speed, and leaves out frames when the reader is slow; otherwise every frame comes
    as fast as it is taken. Every iteration starts from the beginning.
    """

    def __init__(
        self,
        width: int = 1280,
        height: int = 720,
        fps: float = 30.0,
        *,
        paced: bool = False,
        notice: str = "",
        timing: Timing = REAL_TIME,
    ) -> None:
        self.fps = fps
        self._size = (width, height)
        self._unit = max(width / 16, height / 9) * 9  # the height of the smallest 16:9 frame around this one
        self._scale = _PUPIL_DISTANCE_SHARE * self._unit / PUPIL_DISTANCE
        self._portrait = Portrait(min(max(round(self._scale * 1.1), 1), 3))
        self._paced, self._notice, self._timing = paced, notice, timing

    def __iter__(self) -> Iterator[Frame]:
        pace = Pace(self._timing)
        for index in self._due(pace) if self._paced else itertools.count():
            yield self.frame(index)

    def _due(self, pace: Pace) -> Iterator[int]:
        index = 0
        while True:
            pace.wait(index / self.fps)
            yield index
            index = max(index + 1, math.floor(pace.elapsed() * self.fps))

    def frame(self, index: int) -> Frame:
        """The frame of this index."""
        seconds = index / self.fps
        notice = self._notice if seconds < _NOTICE_S else ""
        return Frame(self._image(pose(seconds)), index, seconds, captured=self._timing.clock(), notice=notice)

    def _image(self, now: Pose) -> Image:
        plate = self._portrait.plate(now.gaze, now.closing)
        to_portrait = np.vstack([cv2.invertAffineTransform(self._portrait.matrix), [0, 0, 1]])
        matrix = self._to_frame(now) @ to_portrait
        image = cv2.warpAffine(plate, matrix, self._size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
        return image.astype(np.uint8, copy=False)

    def _to_frame(self, now: Pose) -> NDArray[np.float64]:
        """Portrait pixels to frame pixels, (2, 3)."""
        width, height = self._size
        scale = self._scale * now.nearness
        cos, sin = scale * math.cos(now.roll), scale * math.sin(now.roll)
        turn = np.array([[cos, -sin], [sin, cos]])
        onto = np.array([(width - 1) / 2, height * _EYE_LEVEL]) + np.array(now.shift) * self._unit
        return np.column_stack([turn, onto - turn @ MIDDLE])

    def truth(self, seconds: float) -> PupilPair:
        """The true pupils of the frame of this time, with a confidence of 1; closed while a lid hides the iris."""
        now = pose(seconds)
        return PupilPair(*(self._pupil(side, now) for side in (Side.LEFT, Side.RIGHT)))

    def _pupil(self, side: Side, now: Pose) -> Pupil:
        matrix = self._to_frame(now)
        x, y = matrix[:, :2] @ iris_centre(side, now.gaze) + matrix[:, 2]
        state = EyeState.CLOSED if now.closing > _SHUT else EyeState.OPEN
        return Pupil(Point(float(x), float(y)), EYES[side].radius * self._scale * now.nearness, 1.0, state)
