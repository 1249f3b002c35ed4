"""The drawing context: what a style is given to draw, that is one face, its eyes, and how much of everything."""

from __future__ import annotations

from dataclasses import dataclass

from livecam.core.types import FaceObservation, Point, Side
from livecam.live.effects.face_state.eye_state import EyePose
from livecam.live.effects.face_state.frame import FaceFrame


@dataclass(frozen=True, slots=True)
class DrawContext:
    observation: FaceObservation
    face: FaceFrame
    eyes: dict[Side, EyePose]
    seconds: float  # of the frame
    age: float  # seconds since the effect took hold of this face
    seed: float  # another for every face, so that two people do not tremble alike
    power: float  # 0..1, how strong: sizes and movements grow with it
    opacity: float  # 0..1, how much of it is there

    def eye(self, side: Side) -> Point:
        return self.face.eye(side)

    def eye_opacity(self, side: Side) -> float:
        """Less than `opacity` for an eye that is turned out of sight."""
        return self.opacity * self.face.eye_visible[side]


def outward(side: Side) -> float:
    """-1 or 1: the direction along the face from the nose to this eye."""
    return -1.0 if side is Side.RIGHT else 1.0
