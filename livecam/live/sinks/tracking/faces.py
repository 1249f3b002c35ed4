"""What a tracking sink tells of each face: the observation, and what effects know of it besides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite
from typing import NamedTuple

from livecam.core.types import FaceObservation, Scene, Side
from livecam.live.effects.face_state.tracker import FaceState


class TrackedFace(NamedTuple):
    """A face that is seen in this frame; `state` is None for one that is too small for its expression to be told."""

    observation: FaceObservation
    state: FaceState | None

    def openness(self, side: Side) -> float | None:
        """How far the lids are apart: 0 shut, 1 as is usual for this person, up to 1.25; None where it is not known."""
        if self.state is None:
            return None
        eye = self.state.eyes[side]
        return eye.openness * (1.0 - eye.lid)


TrackedFaces = Callable[[], Sequence[TrackedFace]]


def tracked_faces(scene: Scene | None, states: Sequence[FaceState]) -> Sequence[TrackedFace]:
    """The faces of a scene, the largest first, with their states; neither one that only fades nor one with a landmark
    that is no number is among them."""
    known = {id(state.observation): state for state in states}
    seen = [face for face in scene.faces if isfinite(float(face.face.landmarks.sum()))] if scene else []
    return [TrackedFace(face, known.get(id(face))) for face in seen]
