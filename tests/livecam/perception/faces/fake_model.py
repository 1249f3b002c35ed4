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
        (top, left), (height, width) = corner_of(image), image.shape[:2]
        moved = [face._replace(x=face.x - left, y=face.y - top) for face in self.room]
        return moved if image.base is None else [face for face in moved if 0 <= face.x < width and 0 <= face.y < height]

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


def corner_of(image: Image) -> tuple[int, int]:
    """The row and the column at which a part of a picture begins."""
    if image.base is None:
        return 0, 0
    row, rest = divmod(image.ctypes.data - image.base.ctypes.data, image.strides[0])
    return row, rest // image.strides[1]


class CloseFaceModel(FakeFaceModel):
    """Sees faces at the right edge only in a part of the picture, as small and half ones are."""

    def detect(self, image: Image) -> Sequence[FaceRegion]:
        found = super().detect(image)
        return [face for face in found if face.x < 560] if image.shape[1] == 640 else found


class StickyFaceModel(FakeFaceModel):
    """Leaves landmarks where they are looked for, as long as that is on the face at all."""

    def landmarks(self, image: Image, region: FaceRegion) -> FaceLandmarks | None:
        off = any(region.overlaps(face) and region.leap(face) > 0.1 for face in self.room)
        landmarks = (MEAN_SHAPE * region.size + [region.x, region.y]).astype(np.float32)
        return FaceLandmarks(landmarks, region) if off else super().landmarks(image, region)


class SureFaceModel(FakeFaceModel):
    """Knows while following that a face has gone, as MediaPipe does."""

    def landmarks(self, image: Image, region: FaceRegion) -> FaceLandmarks | None:
        return super().landmarks(image, region) if any(region.overlaps(other) for other in self.room) else None


class ShrinkingFaceModel(FakeFaceModel):
    """Where there is no face its landmarks shrink from frame to frame, as dlib's do on a bare wall."""

    def landmarks(self, image: Image, region: FaceRegion) -> FaceLandmarks | None:
        gone = not any(region.overlaps(other) for other in self.room)
        return super().landmarks(image, region._replace(size=0.92 * region.size) if gone else region)
