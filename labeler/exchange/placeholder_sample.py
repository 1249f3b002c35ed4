"""Samples for faces of which a file says where the pupils are, with landmarks found, given or, failing that, drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from labeler.exchange.people import Person
from labeler.formats.elements.faces import ParsedFace, Rescaling, moved_face
from labeler.formats.elements.interfaces import ParsedItem
from labeler.formats.elements.parsing import MalformedError
from labeler.formats.elements.report import ImportReport
from livecam.core.placeholder_landmarks import placeholder_landmarks
from livecam.core.types import Box, Face, Image, Points
from livecam.live.collection.sample_builder import crop_sample
from livecam.store.samples import CropMode, Sample, SamplingReason, Split, pixel_hash

_NO_FACE = "no face was found where these labels are: their samples have drawn landmarks, and training leaves them out"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where and when samples come from."""

    session: str
    now: datetime
    split: Split  # of pictures whose file says none
    number: int = 0  # of the picture in its file

    def of(self, number: int) -> Origin:
        return replace(self, number=number)


def placeholder_sample(
    found: ParsedItem, person: Person, picture: Image, *, alone: bool, about: Origin, report: ImportReport
) -> tuple[Sample, ParsedFace]:
    """The sample, and what is said of it in the pixels of its own picture.

    Somebody who is `alone` keeps the whole picture, else it is cut out. The landmarks are those that the file has, else
    those of the face that was found, else those of a drawn one. The reason is `flag`, for a person asked for it, so
    that it is never evicted. MalformedError for a face that is too small to be cut out.
    """
    height, width = picture.shape[:2]
    landmarks = _landmarks(person, (width, height), report)
    kept = picture, (0, 0)
    if not alone:
        face = Face(Box(0, 0, width, height), landmarks, 1.0)
        cut = crop_sample(picture, face, CropMode.FACE)
        if cut is None:
            raise MalformedError("one of its faces is too small to be cut out, or outside the picture")
        kept = cut
    own, (left, top) = kept
    to = Rescaling((1.0, 1.0), (-float(left), -float(top)))
    said = moved_face(ParsedFace(person.said.labels, person.said.predictions, person.said.box, landmarks), to)
    assert said.landmarks is not None
    sample = Sample(
        id=pixel_hash(own),
        session=about.session,
        captured=about.now,
        source=found.picture,
        frame_index=about.number,
        seconds=0.0,
        size=(own.shape[1], own.shape[0]),
        keep=CropMode.FRAME if alone else CropMode.FACE,
        origin=(left, top),
        frame_size=(width, height),
        landmarks=said.landmarks,
        predictions=said.predictions,
        reason=SamplingReason.FLAG,
        priority=1.0,
        split=found.split or about.split,
    )
    return sample, said


def _landmarks(person: Person, size: tuple[int, int], report: ImportReport) -> Points:
    if person.said.landmarks is not None:
        return person.said.landmarks
    if person.face is not None:
        return person.face.landmarks
    if person.said.labels:
        report.note(_NO_FACE)
    return placeholder_landmarks(person.said.places, size)
