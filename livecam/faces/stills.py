"""Finds the faces of single pictures, each searched thoroughly on its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from livecam.core.scene import Face, Frame
from livecam.faces.model import FaceModel, Region, Sight, box_around, distinct


@dataclass(frozen=True, slots=True)
class Stills:
    """A FaceFinder for photographs; identities count from 1 anew in every picture."""

    model: FaceModel
    max_faces: int = 4

    def find(self, frame: Frame) -> Sequence[Face]:
        """Every face in the picture, the largest first; none is a normal answer."""
        seen = {region: self._settled(frame, region) for region in self.model.search(frame.image)}
        sights = {sight.region: sight for sight in seen.values() if sight is not None}
        found = (sights[region] for region in distinct(list(sights)))
        kept = sorted(found, key=lambda sight: -box_around(sight.landmarks).area)[: self.max_faces]
        return [face(sight, identity) for identity, sight in enumerate(kept, start=1)]

    def _settled(self, frame: Frame, region: Region) -> Sight | None:
        first = self.model.follow(frame.image, region)
        # The second look is centred, levelled and scaled by the landmarks of the first.
        return first and self.model.follow(frame.image, first.region)


def face(sight: Sight, identity: int) -> Face:
    return Face(box_around(sight.landmarks), sight.landmarks, sight.region.confidence, identity)
