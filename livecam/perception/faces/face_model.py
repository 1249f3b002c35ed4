"""The interface of a face model: what the tracker and the image detector ask of dlib, MediaPipe and others."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

from livecam.core.types import Box, Image, Points, PupilRest


class FaceRegion(NamedTuple):
    """A square around a face, turned with its head: where a model looks for landmarks, in frame pixels."""

    x: float  # of the middle
    y: float
    size: float
    angle: float = 0.0  # radians by which the line of the eyes falls below the horizontal
    confidence: float = 0.5

    def leap(self, after: FaceRegion) -> float:
        """How far it moved (in its sides), grew or shrank (as a ratio) or turned (radians), whichever is most."""
        moved = math.hypot(after.x - self.x, after.y - self.y) / max(self.size, 1.0)
        grown = abs(math.log(max(after.size, 1.0) / max(self.size, 1.0)))
        turned = abs((after.angle - self.angle + math.pi) % (2 * math.pi) - math.pi)
        return max(moved, grown, turned)

    def overlaps(self, other: FaceRegion) -> bool:
        """Whether both are the same face: their middles are nearer than two fifths of the larger one."""
        return math.hypot(self.x - other.x, self.y - other.y) < 0.4 * max(self.size, other.size)


@dataclass(frozen=True, slots=True, eq=False)
class FaceLandmarks:
    """The landmarks found in a region, and the region in which to look for the same face in the next frame."""

    landmarks: Points  # (68, 2) float32, frame pixels, iBUG order
    region: FaceRegion
    mesh: Points | None = None  # (468, 3) float32, frame pixels and depth, of models that know it

    def as_sure_as(self, other: FaceLandmarks) -> FaceLandmarks:
        """This face with the confidence of another one of the same face."""
        return replace(self, region=self.region._replace(confidence=other.region.confidence))


# Why all models share one tracker: docs/decisions/one-tracker.md
class FaceModel(Protocol):
    """Finds faces and their 68 points. Only `detect` may be called from another thread than the rest."""

    @property
    def pupil_rest(self) -> PupilRest:
        """Where pupils are between this model's corners of the eyes when people look into the camera."""
        ...

    def detect(self, image: Image) -> Sequence[FaceRegion]:
        """Where there are faces, quickly: what a live picture can afford; an empty room is a normal answer."""
        ...

    def detect_thorough(self, image: Image) -> Sequence[FaceRegion]:
        """Where there are faces, thoroughly: small, tilted and turned ones too, in a picture of any size."""
        ...

    def landmarks(self, image: Image, region: FaceRegion) -> FaceLandmarks | None:
        """The landmarks of the face in a region; None when the model can tell that there is none."""
        ...

    def landmarks_thorough(self, image: Image, region: FaceRegion) -> FaceLandmarks | None:
        """The landmarks of a face that `detect_thorough` found, as exactly as a still picture is worth."""
        ...

    def verify(self, image: Image, face: FaceLandmarks) -> float | None:
        """How sure a second look on the small region is that it holds a face, 0..1; None when it sees none."""
        ...


def landmarks_twice(model: FaceModel, image: Image, region: FaceRegion) -> FaceLandmarks | None:
    """The landmarks of a second look, which is centred, levelled and scaled by those of the first."""
    first = model.landmarks(image, region)
    return first and model.landmarks(image, first.region)


def box_around(points: Points) -> Box:
    """The upright rectangle that just holds the points."""
    # Plain numbers are quicker live: docs/decisions/frame-time.md
    across, down = points.T.tolist()
    left, top = min(across), min(down)
    return Box(left, top, max(across) - left, max(down) - top)


def distinct(regions: Sequence[FaceRegion]) -> list[FaceRegion]:
    """The regions without those that overlap a surer one, the surest first."""
    kept: list[FaceRegion] = []
    for region in sorted(regions, key=lambda found: -found.confidence):
        if not any(region.overlaps(other) for other in kept):
            kept.append(region)
    return kept


Detect = Callable[[Image], Sequence[FaceRegion]]
