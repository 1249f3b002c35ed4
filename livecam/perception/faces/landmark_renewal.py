"""Landmarks found anew, and faces checked, beside the frames of a live picture, which meanwhile go on with the old."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import NamedTuple

from livecam.core.types import Image, PupilRest
from livecam.perception.faces.face_model import FaceLandmarks, FaceModel, FaceRegion
from livecam.perception.faces.optical_flow import Keyframe, make_keyframe


class RenewalRequest(NamedTuple):
    """A followed face whose landmarks are wanted anew, as it is in this picture."""

    track: int
    image: Image
    region: FaceRegion
    seconds: float  # the timestamp of the picture


class RenewedLandmarks(NamedTuple):
    """What was found of it; no keyframe when the model sees no face there."""

    track: int
    keyframe: Keyframe | None


class CheckRequest(NamedTuple):
    """A followed face of which it is to be told whether it still is one, as it is in this picture."""

    track: int
    image: Image
    face: FaceLandmarks


class CheckedFace(NamedTuple):
    """What was found of it; no confidence when the model sees no face there."""

    track: int
    confidence: float | None
    size: float  # of its region then, pixels


class SharedFaceModel:
    """A FaceModel that two threads may ask for landmarks, and for a check: the one waits for the other."""

    def __init__(self, model: FaceModel) -> None:
        self._model, self._turn, self._checking = model, Lock(), Lock()
        self.detect, self.detect_thorough = model.detect, model.detect_thorough

    @property
    def pupil_rest(self) -> PupilRest:
        return self._model.pupil_rest

    def landmarks(self, image: Image, region: FaceRegion) -> FaceLandmarks | None:
        with self._turn:
            return self._model.landmarks(image, region)

    def landmarks_thorough(self, image: Image, region: FaceRegion) -> FaceLandmarks | None:
        with self._turn:
            return self._model.landmarks_thorough(image, region)

    def verify(self, image: Image, face: FaceLandmarks) -> float | None:
        with self._checking:
            return self._model.verify(image, face)

    def renew(self, request: RenewalRequest) -> Sequence[RenewedLandmarks]:
        """What a DetectionWorker does with a request."""
        found = self.landmarks(request.image, request.region)
        keyframe = None if found is None else make_keyframe(request.image, found, request.seconds)
        return [RenewedLandmarks(request.track, keyframe)]

    def check(self, request: CheckRequest) -> Sequence[CheckedFace]:
        """As `renew`."""
        return [CheckedFace(request.track, self.verify(request.image, request.face), request.face.region.size)]
