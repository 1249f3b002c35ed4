"""The face detector for single images, each searched thoroughly on its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from livecam.core.types import Face, Frame, Image, PupilRest
from livecam.perception.faces.exhaustive_search import search_everywhere
from livecam.perception.faces.face_model import FaceLandmarks, FaceModel, FaceRegion, box_around, distinct
from livecam.perception.faces.roll_guide import RollGuide, righted


@dataclass(frozen=True, slots=True)
class ImageFaceDetector:
    """A FaceDetector for photographs; track ids count from 1 anew in every picture."""

    model: FaceModel
    max_faces: int = 4
    guide: RollGuide | None = None  # for a model that fits a face that stands on its head wrongly

    def detect(self, frame: Frame) -> Sequence[Face]:
        """The largest faces in the picture, at most `max_faces`, the largest first; none is a normal answer."""
        return self.detect_all(frame)[: self.max_faces]

    def detect_all(self, frame: Frame) -> Sequence[Face]:
        """Every face in the picture at any roll and of any size, the largest first, however many there are."""
        regions = self._regions(frame.image)
        seen = (self.model.landmarks_thorough(frame.image, region) for region in regions)
        by_region = {one.region: one for one in seen if one is not None}
        found = (by_region[region] for region in distinct(list(by_region)))
        ordered = sorted(found, key=lambda one: -box_around(one.landmarks).area)
        return [face(one, track_id, self.model.pupil_rest) for track_id, one in enumerate(ordered, start=1)]

    def _regions(self, image: Image) -> Sequence[FaceRegion]:
        found = search_everywhere(self.model, image)
        return righted(self.model, image, found, self.guide(image)) if self.guide else found


def face(found: FaceLandmarks, track_id: int, rest: PupilRest) -> Face:
    return Face(box_around(found.landmarks), found.landmarks, found.region.confidence, track_id, found.mesh, rest)
