"""Brings what another store, or another tool, labelled into a store: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from labeler.formats.changes import changes, same
from labeler.formats.choose import KINDS
from labeler.formats.entry import Found
from labeler.formats.json_files import understood
from labeler.formats.names import Format
from labeler.formats.record import from_record
from labeler.formats.stand_in import stand_in
from labeler.pictures import read_picture
from livecam.core.errors import SourceError
from livecam.core.samples import LabelEvent, Sample, Split, Standing, pixel_hash, standing
from livecam.core.scene import Image, Point
from livecam.core.store.judging import MARGIN
from livecam.core.store.store import Store
from livecam.core.store.taking_in import Taken


@dataclass(frozen=True, slots=True, eq=False)
class Arrival:
    """One picture of a file, looked at and found to be in order."""

    found: Found
    picture: Path
    sample: Sample
    events: tuple[LabelEvent, ...]  # as they were recorded


def read(kind: Format, path: Path, *, now: datetime, split: Split, images: Path | None = None) -> Sequence[Arrival]:
    """All that a file says, before anything is changed. SourceError names the entry that is wrong.

    `split` is that of pictures whose file says none, `images` the folder where pictures are looked for first.
    """
    session = f"import {path.absolute().name} {now:%Y-%m-%d %H:%M:%S}"
    arrivals: dict[str, Arrival] = {}
    for number, found in enumerate(KINDS[kind].read(path)):
        picture = _find(found, images)
        with understood(found.where):
            arrival = _arrival(found, picture, session=session, number=number, now=now, split=split)
        if not same(found.labels, standing(arrival.events).labels):
            _check_places(found, arrival.sample.size)
        if arrival.sample.id in arrivals:
            raise SourceError(f"{found.where} is the same picture as {arrivals[arrival.sample.id].found.where}")
        arrivals[arrival.sample.id] = arrival
    if not arrivals:
        raise SourceError(f"{path} holds no pictures; there is nothing to import")
    return tuple(arrivals.values())


def take_in(store: Store, arrivals: Sequence[Arrival], *, now: datetime) -> Taken:
    """One transaction; what the store has already stays as it is, and importing twice is importing once."""
    here = _standings(store, arrivals)
    events = sorted((event for arrival in arrivals for event in arrival.events), key=lambda event: event.number)
    for arrival in arrivals:
        sample = here.get(arrival.sample.id, (arrival.sample, Standing()))
        events += changes(arrival.found, sample[0], arrival.events, sample[1], now)
    return store.take_in(_pictures(arrivals), events)


def _find(found: Found, images: Path | None) -> Path:
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


def _arrival(found: Found, picture: Path, *, session: str, number: int, now: datetime, split: Split) -> Arrival:
    image = read_picture(picture)
    _check_size(found, image)
    if found.record is None:
        sample = stand_in(found, image, session=session, number=number, now=now, split=split)
        return Arrival(found, picture, sample, ())
    sample, events = from_record(found.record)
    if sample.id != pixel_hash(image) or sample.size != image.shape[1::-1]:
        raise SourceError(f"{found.where}: {picture} is not the picture that was exported, its pixels have changed")
    return Arrival(found, picture, sample, events)


def _check_size(found: Found, image: Image) -> None:
    height, width = image.shape[:2]
    if found.size is not None and tuple(found.size) != (width, height):
        said = f"{found.size[0]}x{found.size[1]}"
        raise SourceError(f"{found.where}: it says {said} pixels, its picture has {width}x{height}")


def _check_places(found: Found, size: tuple[int, int]) -> None:
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


def _standings(store: Store, arrivals: Sequence[Arrival]) -> Mapping[str, tuple[Sample, Standing]]:
    wanted = {arrival.sample.id for arrival in arrivals}
    found = (stored for stored in store.samples() if stored.sample.id in wanted)
    return {stored.sample.id: (stored.sample, stored.standing) for stored in found}


def _pictures(arrivals: Sequence[Arrival]) -> Iterator[tuple[Sample, Image]]:
    for arrival in arrivals:
        yield arrival.sample, read_picture(arrival.picture)
