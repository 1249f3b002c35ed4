"""A face model of a room that a test arranges, whatever the picture shows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from livecam.core.types import Image, PupilRest
from livecam.perception.faces.face_model import FaceLandmarks, FaceRegion
from livecam.perception.faces.smoothing import MEAN_SHAPE, region_of


class FakeFaceModel:
    """Sees the faces in `room`; where there is none it still claims landmarks, as dlib does, but will not confirm."""

    pupil_rest = PupilRest()

    def __init__(self, *room: FaceRegion) -> None:
        self.room = list(room)
        self.detections = 0
        self.confirmations = 0

    def detect(self, image: Image) -> Sequence[FaceRegion]:
        self.detections += 1
        return list(self.room)

    detect_thorough = detect

    def landmarks(self, image: Image, region: FaceRegion) -> FaceLandmarks | None:
        near = [other for other in self.room if region.overlaps(other)]
        seen = near[0]._replace(confidence=region.confidence) if near else region
        landmarks = (MEAN_SHAPE * seen.size + [seen.x, seen.y]).astype(np.float32)
        return FaceLandmarks(landmarks, region_of(landmarks, seen.confidence))

    landmarks_thorough = landmarks

    def verify(self, image: Image, face: FaceLandmarks) -> float | None:
        self.confirmations += 1
        return 0.9 if any(face.region.overlaps(other) for other in self.room) else None


class SureFaceModel(FakeFaceModel):
    """Knows while following that a face has gone, as MediaPipe does."""

    def landmarks(self, image: Image, region: FaceRegion) -> FaceLandmarks | None:
        return super().landmarks(image, region) if any(region.overlaps(other) for other in self.room) else None


class ShrinkingFaceModel(FakeFaceModel):
    """Where there is no face its landmarks shrink from frame to frame, as dlib's do on a bare wall."""

    def landmarks(self, image: Image, region: FaceRegion) -> FaceLandmarks | None:
        gone = not any(region.overlaps(other) for other in self.room)
        return super().landmarks(image, region._replace(size=0.92 * region.size) if gone else region)
