"""Landmarks found anew beside the frames of a live picture, which meanwhile carry the old ones along."""

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


class SharedFaceModel:
    """A FaceModel whose landmarks two threads may ask for: the one waits for the other."""

    def __init__(self, model: FaceModel) -> None:
        self._model, self._turn = model, Lock()
        self.detect, self.detect_thorough, self.verify = model.detect, model.detect_thorough, model.verify

    @property
    def pupil_rest(self) -> PupilRest:
        return self._model.pupil_rest

    def landmarks(self, image: Image, region: FaceRegion) -> FaceLandmarks | None:
        with self._turn:
            return self._model.landmarks(image, region)

    def landmarks_thorough(self, image: Image, region: FaceRegion) -> FaceLandmarks | None:
        with self._turn:
            return self._model.landmarks_thorough(image, region)

    def renew(self, request: RenewalRequest) -> Sequence[RenewedLandmarks]:
        """What a DetectionWorker does with a request."""
        found = self.landmarks(request.image, request.region)
        keyframe = None if found is None else make_keyframe(request.image, found, request.seconds)
        return [RenewedLandmarks(request.track, keyframe)]
