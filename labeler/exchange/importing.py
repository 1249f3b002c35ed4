"""Imports labels of another store or another tool into a store: all of it, or nothing."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from labeler.exchange.placeholder_sample import placeholder_sample
from labeler.exchange.registry import FORMATS
from labeler.formats.interfaces import Format, ParsedItem
from labeler.formats.keypoints import Condition, condition
from labeler.formats.parsing import parse_errors
from labeler.formats.record import from_record
from livecam.core.errors import SourceError
from livecam.core.images import read_image
from livecam.core.types import Image, Point
from livecam.store.ingest import ImportResult
from livecam.store.label_events import MARGIN
from livecam.store.labels import judgement_of, shown_predictions
from livecam.store.samples import (
    EyeLabel,
    LabelAction,
    LabelEvent,
    ResolvedLabels,
    Sample,
    SampleState,
    Split,
    pixel_hash,
    resolve_labels,
)
from livecam.store.store import Store

BY = "import"
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

    Labels that are gone from the file say nothing: no label is taken back by leaving it out.
    """
    then = resolve_labels(recorded)
    if found.labels:
        known = same(found.labels, then.labels) or same(found.labels, here.labels)
        return () if known else tuple(_placed(found.labels, sample, now))
    if found.is_right is not None:
        return _judged(found.is_right, sample, recorded, here, now)
    if found.is_skipped and SampleState.NEW is then.state is here.state:
        return (LabelEvent(sample.id, LabelAction.SKIP, BY, when=now),)
    return ()


def same(some: Sequence[EyeLabel], others: Sequence[EyeLabel]) -> bool:
    """The same eyes in the same state and place; a radius that one does not know fits every other."""
    return len(some) == len(others) and all(map(_same, some, others))


def _same(one: EyeLabel, other: EyeLabel) -> bool:
    if (one.side, condition(one)) != (other.side, condition(other)):
        return False
    if one.centre is None or other.centre is None:
        return True
    radii_fit = one.radius is None or other.radius is None or abs(one.radius - other.radius) <= TOLERANCE
    return radii_fit and math.dist(one.centre, other.centre) <= TOLERANCE


def _placed(labels: Sequence[EyeLabel], sample: Sample, now: datetime) -> Iterator[LabelEvent]:
    for label in labels:
        verb = _VERBS[condition(label)]
        yield LabelEvent(sample.id, verb, BY, side=label.side, point=label.centre, radius=label.radius, when=now)
    yield LabelEvent(sample.id, LabelAction.ACCEPT, BY, when=now)


def _judged(
    is_right: bool, sample: Sample, recorded: Sequence[LabelEvent], here: ResolvedLabels, now: datetime
) -> tuple[LabelEvent, ...]:
    then = resolve_labels(recorded)
    wanted = SampleState.LABELLED if is_right else SampleState.REJECTED
    judged = bool(judgement_of(event for event in recorded if not event.is_repeat))
    if (then.state is not SampleState.NEW and judged is is_right) or here.state is wanted:
        return ()
    verb = LabelAction.ACCEPT if is_right else LabelAction.REJECT
    return (LabelEvent(sample.id, verb, BY, shown_predictions=shown_predictions(sample), when=now),)


@dataclass(frozen=True, slots=True, eq=False)
class ImportItem:
    """One picture of a file, looked at and found to be in order."""

    found: ParsedItem
    picture: Path
    sample: Sample
    events: tuple[LabelEvent, ...]  # as they were recorded


def read(kind: Format, path: Path, *, now: datetime, split: Split, images: Path | None = None) -> Sequence[ImportItem]:
    """All that a file says, before anything is changed. SourceError names the entry that is wrong.

    `split` is that of pictures whose file says none, `images` the folder where pictures are looked for first.
    """
    session = f"import {path.absolute().name} {now:%Y-%m-%d %H:%M:%S}"
    arrivals: dict[str, ImportItem] = {}
    for number, found in enumerate(FORMATS[kind].read(path)):
        picture = find_file(found, images)
        with parse_errors(found.where):
            arrival = _arrival(found, picture, session=session, number=number, now=now, split=split)
        if not same(found.labels, resolve_labels(arrival.events).labels):
            _check_places(found, arrival.sample.size)
        if arrival.sample.id in arrivals:
            raise SourceError(f"{found.where} is the same picture as {arrivals[arrival.sample.id].found.where}")
        arrivals[arrival.sample.id] = arrival
    if not arrivals:
        raise SourceError(f"{path} holds no pictures; there is nothing to import")
    return tuple(arrivals.values())


def take_in(store: Store, arrivals: Sequence[ImportItem], *, now: datetime) -> ImportResult:
    """One transaction; what the store has already stays as it is, and importing twice is importing once."""
    here = _standings(store, arrivals)
    events = sorted((event for arrival in arrivals for event in arrival.events), key=lambda event: event.number)
    for arrival in arrivals:
        sample = here.get(arrival.sample.id, (arrival.sample, ResolvedLabels()))
        events += external_edits(arrival.found, sample[0], arrival.events, sample[1], now)
    return store.import_samples(_pictures(arrivals), events)


def find_file(found: ParsedItem, images: Path | None) -> Path:
    folders = (*([images] if images else []), *found.folders)
    # A tool may have kept its pictures elsewhere: then their names are left.
    names = [found.picture, found.picture.replace("\\", "/").rsplit("/", 1)[-1]]
    for name in names:
        for folder in folders:
            if name and (folder / name).is_file():
                return folder / name
    looked = ", ".join(dict.fromkeys(str(folder) for folder in folders))
    raise SourceError(
        f"{found.where}: its picture {found.picture} is in none of {looked}; name its folder with --images"
    )


def _arrival(found: ParsedItem, picture: Path, *, session: str, number: int, now: datetime, split: Split) -> ImportItem:
    image = read_image(picture)
    _check_size(found, image)
    if found.record is None:
        sample = placeholder_sample(found, image, session=session, number=number, now=now, split=split)
        return ImportItem(found, picture, sample, ())
    sample, events = from_record(found.record)
    if sample.id != pixel_hash(image) or sample.size != image.shape[1::-1]:
        raise SourceError(f"{found.where}: {picture} is not the picture that was exported, its pixels have changed")
    return ImportItem(found, picture, sample, events)


def _check_size(found: ParsedItem, image: Image) -> None:
    height, width = image.shape[:2]
    if found.size is not None and tuple(found.size) != (width, height):
        said = f"{found.size[0]}x{found.size[1]}"
        raise SourceError(f"{found.where}: it says {said} pixels, its picture has {width}x{height}")


def _check_places(found: ParsedItem, size: tuple[int, int]) -> None:
    """Of what is new; an accepted guess may lie anywhere."""
    width, height = size
    centres = [label.centre for label in found.labels if label.centre is not None]
    centres += [guess.pupil.centre for guess in found.guesses if guess.pupil is not None]
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
        yield arrival.sample, read_image(arrival.picture)
