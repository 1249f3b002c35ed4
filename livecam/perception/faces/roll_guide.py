"""Rights faces on stills: the networks that ship tell each face's roll, for models that know upright faces only."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from livecam.core.types import Image
from livecam.perception.faces.face_model import FaceModel, FaceRegion, distinct
from livecam.perception.faces.smoothing import region_of

# Where upright faces are in a picture, turned as they are, as one model wants its regions.
RollGuide = Callable[[Image], Sequence[FaceRegion]]

# A face fitted upside down has its middle up to 0.7 of its side away from where the face is, and another roll.
_NEAR = 0.75
_OTHER_ROLL = math.radians(40)
_SURE = 0.75  # as for what only turns and tiles show


def guided_by(mesh: FaceModel) -> RollGuide:
    """The regions that the mesh settles on and its detector confirms: for models of the same kind of region."""
    return mesh.detect_thorough


def boxes_guided_by(mesh: FaceModel) -> RollGuide:
    """The same faces as boxes from the brows to the chin: what a model of 68 points wants."""

    def boxes(image: Image) -> Sequence[FaceRegion]:
        seen = ((region, mesh.landmarks(image, region)) for region in mesh.detect_thorough(image))
        return [region_of(found.landmarks, region.confidence) for region, found in seen if found is not None]

    return boxes


def righted(
    model: FaceModel, image: Image, found: Sequence[FaceRegion], guides: Sequence[FaceRegion]
) -> list[FaceRegion]:
    """What the model found, with the guide's place and roll where it confirms those; the rest is as it was found.

    A doubtful find beside a confirmed face is left out: as a rule it is that face, or a part of it, taken wrongly.
    """
    confirmed = [sure for guide in guides if (sure := _confirmed(model, image, guide)) is not None]
    kept = [region for region in found if not any(_same_face(region, sure) for sure in confirmed)]
    sure_of = [region for region in kept if not confirmed or region.confidence >= _SURE]
    return distinct(confirmed + sure_of)


def _confirmed(model: FaceModel, image: Image, guide: FaceRegion) -> FaceRegion | None:
    """The guide's region as one look of the model settles it, as sure as a second one; None when it sees no face."""
    first = model.landmarks(image, guide)
    if first is None or _rolled(first.region, guide) > _OTHER_ROLL:
        return None
    confidence = model.verify(image, first)
    return None if confidence is None else first.region._replace(confidence=confidence)


def _same_face(region: FaceRegion, sure: FaceRegion) -> bool:
    near = math.hypot(region.x - sure.x, region.y - sure.y) < _NEAR * max(region.size, sure.size)
    return region.overlaps(sure) or (near and _rolled(region, sure) > _OTHER_ROLL)


def _rolled(one: FaceRegion, other: FaceRegion) -> float:
    """Radians between their rolls, 0..pi."""
    return abs((one.angle - other.angle + math.pi) % (2 * math.pi) - math.pi)
