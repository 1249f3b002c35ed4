"""Turns a Frame into a Scene: faces, then the pupils of each, then where the eyes point."""

from __future__ import annotations

from dataclasses import dataclass

from livecam.core.scene import Face, Frame, Look, Scene, Side
from livecam.core.seams import FaceFinder, PupilFinder
from livecam.gaze import gaze


@dataclass(frozen=True, slots=True)
class Perception:
    faces: FaceFinder
    pupils: PupilFinder

    def see(self, frame: Frame) -> Scene:
        """The frame with a Look for every face, the largest first."""
        return Scene(frame, tuple(self._look(frame, face) for face in self.faces.find(frame)))

    def _look(self, frame: Frame, face: Face) -> Look:
        left, right = self.pupils.locate(self.pupils.cutter(frame, face))
        return Look(face, left, right, gaze(face, Side.LEFT, left), gaze(face, Side.RIGHT, right))
