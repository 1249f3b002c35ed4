"""Imports labels of another store or another tool: each picture whole, or left out with a reason."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from labeler.exchange.people import people
from labeler.exchange.picture_files import PictureFiles
from labeler.exchange.placeholder_sample import Origin, placeholder_sample
from labeler.exchange.registry import FORMATS
from labeler.formats.elements.interfaces import Format, ParsedItem
from labeler.formats.elements.keypoints import Condition, condition
from labeler.formats.elements.parsing import parse_errors
from labeler.formats.elements.record import from_record
from labeler.formats.elements.report import ImportReport
from livecam.core.errors import SourceError
from livecam.core.image_files.images import read_image
from livecam.core.interfaces import FaceDetector
from livecam.core.types import Frame, Image, Point
from livecam.store.ingest import ImportResult
from livecam.store.label_events import MARGIN
from livecam.store.labels import shown_predictions, verdict
from livecam.store.resolution import resolve_labels
from livecam.store.samples import (
    IMPORTED,
    EyeLabel,
    LabelAction,
    LabelEvent,
    ResolvedLabels,
    Sample,
    SampleState,
    Split,
    pixel_hash,
)
from livecam.store.store import Store

TOLERANCE = 0.02  # pixels: other tools round to two decimals
_VERBS = {
    Condition.OPEN: LabelAction.POINT,
    Condition.CLOSED: LabelAction.CLOSED,
    Condition.OCCLUDED: LabelAction.OCCLUDED,
}


def external_edits(
    found: ParsedItem, sample: Sample, recorded: Sequence[LabelEvent], here: ResolvedLabels, now: datetime
) -> tuple[LabelEvent, ...]:
    """Nothing where the file's labels are those of the `recorded` events, or those that stand `here` already.

    Labels that are gone from the file say nothing: no label is taken back by leaving it out. Whoever changes in another
    tool what stood when it was exported means to change it, so that counts as an adjudication.
    """
    then = resolve_labels(recorded)
    said = _edits(found, sample, recorded, here, now)
    return tuple(replace(event, is_adjudication=True) for event in said) if then.state is not SampleState.NEW else said


def _edits(
    found: ParsedItem, sample: Sample, recorded: Sequence[LabelEvent], here: ResolvedLabels, now: datetime
) -> tuple[LabelEvent, ...]:
    then = resolve_labels(recorded)
    if found.labels:
        known = same(found.labels, then.labels, found.rounding) or same(found.labels, here.labels, found.rounding)
        return () if known else tuple(_placed(found.labels, sample, now))
    if found.is_right is not None:
        return _judged(found.is_right, sample, recorded, here, now)
    if found.is_skipped and SampleState.NEW is then.state is here.state:
        return (LabelEvent(sample.id, LabelAction.SKIP, IMPORTED, when=now),)
    return ()


def same(some: Sequence[EyeLabel], others: Sequence[EyeLabel], rounding: float = TOLERANCE) -> bool:
    """The same eyes in the same state and place; a radius that one does not know fits every other.

    `rounding` is how far apart the same place may be, in pixels.
    """
    return len(some) == len(others) and all(
        _same(one, other, rounding) for one, other in zip(some, others, strict=True)
    )


def _same(one: EyeLabel, other: EyeLabel, rounding: float) -> bool:
    if (one.side, condition(one)) != (other.side, condition(other)):
        return False
    if one.centre is None or other.centre is None:
        return True
    radii_fit = one.radius is None or other.radius is None or abs(one.radius - other.radius) <= rounding
    return radii_fit and math.dist(one.centre, other.centre) <= rounding


def _placed(labels: Sequence[EyeLabel], sample: Sample, now: datetime) -> Iterator[LabelEvent]:
    for label in labels:
        verb = _VERBS[condition(label)]
        yield LabelEvent(sample.id, verb, IMPORTED, side=label.side, point=label.centre, radius=label.radius, when=now)
    yield LabelEvent(sample.id, LabelAction.ACCEPT, IMPORTED, when=now)


def _judged(
    is_right: bool, sample: Sample, recorded: Sequence[LabelEvent], here: ResolvedLabels, now: datetime
) -> tuple[LabelEvent, ...]:
    then = resolve_labels(recorded)
    wanted = SampleState.LABELLED if is_right else SampleState.REJECTED
    judged = verdict(then, [event for event in recorded if not event.is_repeat])
    if (then.state is not SampleState.NEW and judged is is_right) or here.state is wanted:
        return ()
    verb = LabelAction.ACCEPT if is_right else LabelAction.REJECT
    return (LabelEvent(sample.id, verb, IMPORTED, shown_predictions=shown_predictions(sample), when=now),)


@dataclass(frozen=True, slots=True, eq=False)
class ImportItem:
    """One face of a picture of a file, looked at and found to be in order."""

    found: ParsedItem
    picture: Path | None  # None: it stands in the file itself
    sample: Sample
    events: tuple[LabelEvent, ...]  # as they were recorded

    def image(self) -> Image:
        """The sample's own part of the picture."""
        left, top = self.sample.origin if self.found.record is None else (0, 0)
        width, height = self.sample.size
        return _image(self.found, self.picture)[top : top + height, left : left + width].copy()


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How a file is to be read."""

    split: Split = Split.TRAIN  # of pictures whose file says none
    images: Path | None = None  # the folder where pictures are looked for first
    strict: bool = False  # whatever is left out or not understood refuses the whole file
    viewer_sides: bool = False  # its left eye is the one on the left of the picture


def read(
    kind: Format,
    path: Path,
    *,
    now: datetime,
    options: ImportOptions | None = None,
    faces: FaceDetector | None = None,
    report: ImportReport | None = None,
) -> Sequence[ImportItem]:
    """All that a file says, before anything is changed; what is wrong with an item leaves it out, see the report.

    `faces` finds the faces in pictures that livecam did not record. SourceError for a file of which nothing can be
    taken, and with `strict` for everything that the report would tell.
    """
    options, report = options or ImportOptions(), report or ImportReport()
    session = f"import {path.absolute().name} {now:%Y-%m-%d %H:%M:%S}"
    reading = _Reading(options, faces, report, Origin(session, now, options.split))
    with parse_errors(str(path)):
        for number, found in enumerate(FORMATS[kind].read(path, report)):
            with report.item(found.where):
                reading.add(found, number)
    if options.strict:
        report.refuse()
    if not reading.arrivals and report.left_out:
        more = len(report.left_out) - 1
        raise SourceError(report.left_out[0] + (f"; nor can {more} more be imported" if more else ""))
    if not reading.arrivals:
        raise SourceError(f"{path} holds no pictures; there is nothing to import")
    return tuple(reading.arrivals.values())


def take_in(store: Store, arrivals: Sequence[ImportItem], *, now: datetime) -> ImportResult:
    """One transaction; what the store has already stays as it is, and importing twice is importing once."""
    here = _standings(store, arrivals)
    events = sorted((event for arrival in arrivals for event in arrival.events), key=lambda event: event.number)
    for arrival in arrivals:
        sample = here.get(arrival.sample.id, (arrival.sample, ResolvedLabels()))
        events += external_edits(arrival.found, sample[0], arrival.events, sample[1], now)
    return store.import_samples(_pictures(arrivals), events)


class _Reading:
    """What came in so far."""

    def __init__(self, options: ImportOptions, faces: FaceDetector | None, report: ImportReport, about: Origin) -> None:
        self._options, self._faces, self._report, self._about = options, faces, report, about
        self._files = PictureFiles(options.images)
        self.arrivals: dict[str, ImportItem] = {}

    def add(self, found: ParsedItem, number: int) -> None:
        """All the faces of a picture, or none of them."""
        path = None if found.load else self._files.find(found)
        image = _image(found, path)
        _check_size(found, image)
        found = found.in_pixels((image.shape[1], image.shape[0]))
        if found.record is not None:
            arrivals = [_recorded(found, found.record, path, image)]
        else:
            said = found.with_other_sides() if self._options.viewer_sides else found
            arrivals = self._foreign(said, path, image, number)
        for arrival in arrivals:
            if arrival.sample.id in self.arrivals:
                other = self.arrivals[arrival.sample.id].found.where
                raise SourceError(f"{found.where} is the same picture as {other}")
        self.arrivals |= {arrival.sample.id: arrival for arrival in arrivals}

    def _foreign(self, found: ParsedItem, path: Path | None, image: Image, number: int) -> list[ImportItem]:
        seen = self._faces.detect(Frame(image, 0, 0.0)) if self._faces else ()
        everybody = people(found, seen, self._report)
        arrivals = []
        for person in everybody:
            alone, about = len(everybody) == 1, self._about.of(number)
            sample, said = placeholder_sample(found, person, image, alone=alone, about=about, report=self._report)
            one = replace(found, faces=(said,), loose=())
            _check_places(one, sample.size)
            arrivals.append(ImportItem(one, path, sample, ()))
        if len({arrival.sample.id for arrival in arrivals}) < len(arrivals):
            raise SourceError(f"{found.where}: two of its faces are so near that one cut-out would hold both")
        return arrivals


def _recorded(found: ParsedItem, record: Mapping[str, Any], path: Path | None, image: Image) -> ImportItem:
    sample, events = from_record(record)
    if sample.id != pixel_hash(image) or sample.size != image.shape[1::-1]:
        raise SourceError(f"{found.where}: {path} is not the picture that was exported, its pixels have changed")
    if not same(found.labels, resolve_labels(events).labels, found.rounding):
        _check_places(found, sample.size)
    return ImportItem(found, path, sample, events)


def _image(found: ParsedItem, path: Path | None) -> Image:
    if path is None:
        assert found.load is not None
        return found.load()
    try:
        return read_image(path)
    except SourceError as error:
        raise SourceError(f"{found.where}: {error}") from error


def _check_size(found: ParsedItem, image: Image) -> None:
    height, width = image.shape[:2]
    if found.size is None or tuple(found.size) == (width, height):
        return
    said = f"it says {found.size[0]}x{found.size[1]} pixels, its picture has {width}x{height}"
    turned = "; the picture is turned by its EXIF mark, its labels are not" if found.size == (height, width) else ""
    raise SourceError(f"{found.where}: {said}{turned}")


def _check_places(found: ParsedItem, size: tuple[int, int]) -> None:
    """Of what is new; an accepted prediction may lie anywhere."""
    width, height = size
    centres = [label.centre for label in found.labels if label.centre is not None]
    centres += [prediction.pupil.centre for prediction in found.predictions if prediction.pupil is not None]
    for centre in centres:
        if not _is_within(centre, width, height):
            place = f"({centre.x:g}, {centre.y:g})"
            raise SourceError(f"{found.where}: the point {place} is outside its picture of {width}x{height} pixels")
    for label in found.labels:
        if label.radius is not None and not 0 < label.radius <= max(width, height):
            raise SourceError(f"{found.where}: a radius cannot be {label.radius:g} pixels")


def _is_within(centre: Point, width: int, height: int) -> bool:
    """As the store has it: a pupil behind the edge of a cut-out may still be pointed at. NaN is nowhere."""
    margin = MARGIN * max(width, height)
    return -margin <= centre.x <= width + margin and -margin <= centre.y <= height + margin


def _standings(store: Store, arrivals: Sequence[ImportItem]) -> Mapping[str, tuple[Sample, ResolvedLabels]]:
    wanted = {arrival.sample.id for arrival in arrivals}
    found = (stored for stored in store.samples() if stored.sample.id in wanted)
    return {stored.sample.id: (stored.sample, stored.resolved) for stored in found}


def _pictures(arrivals: Sequence[ImportItem]) -> Iterator[tuple[Sample, Image]]:
    for arrival in arrivals:
        yield arrival.sample, arrival.image()
