"""The demo source: an animated portrait whose true pupils are known in every frame."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.interfaces import PupilPair
from livecam.core.types import EyeState, Frame, Image, Point, Pupil, Side
from livecam.live.sources.demo_portrait import EYES, MIDDLE, PUPIL_DISTANCE, DemoPortrait, iris_centre
from livecam.live.sources.pacing import REAL_TIME, FrameTiming, Pacer

# Drift, roll and nearness are a similarity of the whole portrait: a circle stays a circle, so the truth of every frame
# is exact. A turn in perspective took 5.9 instead of 3.7 ms a frame and had no exact truth.
#
# Fractions of multiples of these fill the unit square evenly and never repeat (the plastic number; M. Roberts, 2018).
_ALONG, _ACROSS = 0.7548776662466927, 0.5698402909980532
_FIXATION_S, _SACCADE_S = 0.9, 0.09
_BLINK_EVERY_S, _BLINK_CLOSING_S, _BLINK_SHUT_S, _BLINK_OPENING_S = 4.4, 0.09, 0.05, 0.14
# Iris radii: how far the irises go to each side, up and down.
_REACH_SIDE, _REACH_UP, _REACH_DOWN = 0.85, 0.4, 0.45


@dataclass(frozen=True, slots=True)
class DemoPose:
    """One moment of the performance."""

    gaze: tuple[float, float]  # iris radii that the irises are moved right and down in the portrait
    closing: float  # 0 eyes open, 1 shut
    shift: tuple[float, float]  # of the face right and down, in frame heights
    roll: float  # radians, clockwise in the picture
    nearness: float  # 1 is the resting size


def demo_pose(seconds: float) -> DemoPose:
    """What the face does at this moment."""
    return DemoPose(
        gaze=_gaze(seconds),
        closing=_closing(seconds),
        shift=(0.11 * _wave(seconds, 9.7), 0.035 * _wave(seconds, 6.1)),
        roll=math.radians(11) * _wave(seconds, 7.9),
        nearness=1 + 0.16 * _wave(seconds, 13.3),
    )


def _wave(seconds: float, period: float) -> float:
    return math.sin(2 * math.pi * seconds / period)


def _gaze(seconds: float) -> tuple[float, float]:
    """The eyes rest on a point, then jump to the next one; in between they wander a little."""
    number = math.floor(seconds / _FIXATION_S)
    share = min((seconds - number * _FIXATION_S) / _SACCADE_S, 1.0)
    share = share * share * (3 - 2 * share)
    (from_x, from_y), (to_x, to_y) = _target(number - 1), _target(number)
    wander = 0.06 * _wave(seconds, 1.7)
    return from_x + (to_x - from_x) * share + wander, from_y + (to_y - from_y) * share + wander / 2


def _target(number: int) -> tuple[float, float]:
    if number <= 0:
        return 0.0, 0.0
    side, height = (2 * (number * step % 1) - 1 for step in (_ALONG, _ACROSS))
    return side * _REACH_SIDE, height * (_REACH_DOWN if height > 0 else _REACH_UP)


def _closing(seconds: float) -> float:
    number = math.floor(seconds / _BLINK_EVERY_S)
    begin = _BLINK_EVERY_S * (0.3 + 0.6 * (number * _ALONG % 1))
    since = seconds - number * _BLINK_EVERY_S - begin
    if since < 0:
        return 0.0
    if since < _BLINK_CLOSING_S:
        return since / _BLINK_CLOSING_S
    return min(max(1 - (since - _BLINK_CLOSING_S - _BLINK_SHUT_S) / _BLINK_OPENING_S, 0.0), 1.0)


_PUPIL_DISTANCE_SHARE = 0.145  # of the height of a 16:9 frame, at rest
_EYE_LEVEL = 0.43  # share of the frame's height above the eyes
_SHUT = 0.65  # a lid lowered further than this hides the iris
_NOTICE_S = 5.0


class DemoSource:
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
        timing: FrameTiming = REAL_TIME,
    ) -> None:
        self.fps = fps
        self._size = (width, height)
        self._unit = max(width / 16, height / 9) * 9  # the height of the smallest 16:9 frame around this one
        self._scale = _PUPIL_DISTANCE_SHARE * self._unit / PUPIL_DISTANCE
        self._portrait = DemoPortrait(min(max(round(self._scale * 1.1), 1), 3))
        self._paced, self._notice, self._timing = paced, notice, timing

    def __iter__(self) -> Iterator[Frame]:
        pace = Pacer(self._timing)
        for index in self._due(pace) if self._paced else itertools.count():
            yield self.frame(index)

    def _due(self, pace: Pacer) -> Iterator[int]:
        index = 0
        while True:
            pace.wait(index / self.fps)
            yield index
            index = max(index + 1, math.floor(pace.elapsed() * self.fps))

    def frame(self, index: int) -> Frame:
        """The frame of this index."""
        seconds = index / self.fps
        notice = self._notice if seconds < _NOTICE_S else ""
        return Frame(self._image(demo_pose(seconds)), index, seconds, captured_at=self._timing.clock(), status=notice)

    def posed(self, pose: DemoPose, index: int) -> Frame:
        """The frame of this index with another pose than the performance has then."""
        return Frame(self._image(pose), index, index / self.fps, captured_at=self._timing.clock())

    def _image(self, now: DemoPose) -> Image:
        plate = self._portrait.plate(now.gaze, now.closing)
        to_portrait = np.vstack([cv2.invertAffineTransform(self._portrait.matrix), [0, 0, 1]])
        matrix = self._to_frame(now) @ to_portrait
        image = cv2.warpAffine(plate, matrix, self._size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
        return image.astype(np.uint8, copy=False)

    def _to_frame(self, now: DemoPose) -> NDArray[np.float64]:
        """Portrait pixels to frame pixels, (2, 3)."""
        width, height = self._size
        scale = self._scale * now.nearness
        cos, sin = scale * math.cos(now.roll), scale * math.sin(now.roll)
        turn = np.array([[cos, -sin], [sin, cos]])
        onto = np.array([(width - 1) / 2, height * _EYE_LEVEL]) + np.array(now.shift) * self._unit
        return np.column_stack([turn, onto - turn @ MIDDLE])

    def truth(self, seconds: float) -> PupilPair:
        """The true pupils of the frame of this time, with a confidence of 1; closed while a lid hides the iris."""
        return self.pupils(demo_pose(seconds))

    def pupils(self, pose: DemoPose) -> PupilPair:
        """The true pupils of a frame with this pose."""
        return PupilPair(*(self._pupil(side, pose) for side in (Side.LEFT, Side.RIGHT)))

    def _pupil(self, side: Side, now: DemoPose) -> Pupil:
        matrix = self._to_frame(now)
        x, y = matrix[:, :2] @ iris_centre(side, now.gaze) + matrix[:, 2]
        state = EyeState.CLOSED if now.closing > _SHUT else EyeState.OPEN
        return Pupil(Point(float(x), float(y)), EYES[side].radius * self._scale * now.nearness, 1.0, state)
