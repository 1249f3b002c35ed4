"""The perception pipeline: a Frame becomes a Scene, with faces, the pupils of each, and gaze."""

from __future__ import annotations

import math
from dataclasses import dataclass

from livecam.core.interfaces import FaceDetector, PupilDetector
from livecam.core.types import Face, FaceObservation, Frame, Gaze, Pupil, Scene, Side

# An iris in the middle of a wide opening can travel about this share of the eye's width to each side and up or down.
_HORIZONTAL_REACH = 0.25
_VERTICAL_REACH = 0.15
# Where the centre of the iris rests when a person looks into the camera, in widths of the eye from the middle of its
# corners: measured on 140 eyes of the London and Canada portraits (the test people left out), 0.126 above and 0.021
# outwards by dlib's corners, 0.081 and 0.029 by MediaPipe's; between the two.
_REST_ABOVE = 0.104
_REST_OUTWARD = 0.025


def gaze(face: Face, side: Side, pupil: Pupil | None) -> Gaze | None:
    """The gaze of one eye, None without a pupil."""
    if pupil is None:
        return None
    (x0, y0), _, _, (x1, y1), _, _ = face.lids(side).tolist()
    width = max(math.hypot(x1 - x0, y1 - y0), 1.0)
    right, down = (pupil.centre.x - (x0 + x1) / 2) / width, (pupil.centre.y - (y0 + y1) / 2) / width
    # The line of both eyes is steadier than the one through an eye's own two corners, a quarter as far apart.
    cos, sin = math.cos(face.roll), math.sin(face.roll)
    outward = _REST_OUTWARD if side is Side.LEFT else -_REST_OUTWARD
    horizontal = (right * cos + down * sin - outward) / _HORIZONTAL_REACH
    vertical = (down * cos - right * sin + _REST_ABOVE) / _VERTICAL_REACH
    return Gaze(min(max(horizontal, -1.0), 1.0), min(max(vertical, -1.0), 1.0))


@dataclass(frozen=True, slots=True)
class Perception:
    faces: FaceDetector
    pupils: PupilDetector

    def see(self, frame: Frame) -> Scene:
        """The frame with a Look for every face, the largest first."""
        return Scene(frame, tuple(self._look(frame, face) for face in self.faces.detect(frame)))

    def _look(self, frame: Frame, face: Face) -> FaceObservation:
        left, right = self.pupils.detect(self.pupils.cropper(frame, face))
        return FaceObservation(face, left, right, gaze(face, Side.LEFT, left), gaze(face, Side.RIGHT, right))
