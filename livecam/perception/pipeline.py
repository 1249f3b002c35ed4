"""The perception pipeline: a Frame becomes a Scene, with faces, the pupils of each, and gaze."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from livecam.core.interfaces import FaceDetector, PupilDetector
from livecam.core.timing import Timer, untimed
from livecam.core.types import Face, FaceObservation, Frame, Gaze, Pupil, Scene, Side
from livecam.perception.faces.smoothing import FaceSmoother
from livecam.perception.pupils.smoothing import PupilSmoother

# An iris in the middle of a wide opening can travel about this share of the eye's width to each side and up or down.
_HORIZONTAL_REACH = 0.25
_VERTICAL_REACH = 0.15


def gaze(face: Face, side: Side, pupil: Pupil | None) -> Gaze | None:
    """The gaze of one eye, None without a pupil."""
    if pupil is None:
        return None
    (x0, y0), _, _, (x1, y1), _, _ = face.lids(side).tolist()
    width = max(math.hypot(x1 - x0, y1 - y0), 1.0)
    right, down = (pupil.centre.x - (x0 + x1) / 2) / width, (pupil.centre.y - (y0 + y1) / 2) / width
    # The line of both eyes is steadier than the one through an eye's own two corners, a quarter as far apart.
    cos, sin = math.cos(face.roll), math.sin(face.roll)
    rest = face.pupil_rest
    outward = rest.outward if side is Side.LEFT else -rest.outward
    horizontal = (right * cos + down * sin - outward) / _HORIZONTAL_REACH
    vertical = (down * cos - right * sin + rest.above) / _VERTICAL_REACH
    return Gaze(min(max(horizontal, -1.0), 1.0), min(max(vertical, -1.0), 1.0))


@dataclass(frozen=True, slots=True)
class Smoothing:
    """What steadies a moving picture; it remembers every face, so each run has its own."""

    faces: FaceSmoother = field(default_factory=FaceSmoother)
    pupils: PupilSmoother = field(default_factory=PupilSmoother)


@dataclass(frozen=True, slots=True)
class Perception:
    """The detectors, and for moving pictures what steadies their answers."""

    faces: FaceDetector
    pupils: PupilDetector
    smoothing: Smoothing | None = None

    def see(self, frame: Frame, timer: Timer = untimed) -> Scene:
        """The frame with an observation for every face, the largest first.

        `timer` measures the stages `faces`, `crop`, `pupil` and `smooth`.
        """
        with timer("faces"):
            faces = self.faces.detect(frame)
        if self.smoothing:
            with timer("smooth"):
                faces = self.smoothing.faces.smooth(faces, frame.timestamp)
        return self.look_at(frame, faces, timer)

    def look_at(self, frame: Frame, faces: Sequence[Face], timer: Timer = untimed) -> Scene:
        """The frame with an observation for each of these faces, in their order."""
        return Scene(frame, tuple(self._observe(frame, face, timer) for face in faces))

    def _observe(self, frame: Frame, face: Face, timer: Timer) -> FaceObservation:
        with timer("crop"):
            eyes = self.pupils.cropper(frame, face)
        with timer("pupil"):
            pupils = self.pupils.detect(eyes)
        if self.smoothing:
            with timer("smooth"):
                pupils = self.smoothing.pupils.smooth(pupils, face, frame.timestamp)
        left, right = pupils
        return FaceObservation(face, left, right, gaze(face, Side.LEFT, left), gaze(face, Side.RIGHT, right))
