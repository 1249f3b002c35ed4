"""Samples and what people said of them, made up: whatever a store may hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
from hypothesis import strategies as st

from labeler.exchange.registry import FORMATS
from labeler.formats.elements.interfaces import ExportItem, Format
from livecam.core.types import EyeState, Image, Point, Pupil, Side
from livecam.store.resolution import resolve_labels
from livecam.store.samples import (
    EYE_VERBS,
    CropMode,
    LabelAction,
    LabelEvent,
    Prediction,
    Sample,
    SamplingReason,
    Split,
    pixel_hash,
)
from livecam.store.store import Store
from tests.fakes import make_noise, make_sample

WIDTH, HEIGHT = 24, 18
LONG_AGO = datetime(2020, 5, 17, 8, 30, 0, 123457, UTC)
NAMES = ["anna", "Анна 李", 'o\'Neil <&> "x"', "🙂 e\u0301"]
# Half pixels, thirds, and figures that only the shortest exact notation carries.
PLACES = st.floats(-1, 18) | st.sampled_from([0.5, 7.25, 1 / 3, 0.1 + 0.2, 11.999999999999998])
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))

points = st.builds(Point, PLACES, PLACES)
pupils = st.builds(Pupil, points, st.floats(0.01, 20), st.floats(0, 1), st.sampled_from(EyeState))
predictions = st.builds(
    Prediction, st.sampled_from(["cpu", "tflite", "tutorial"]), TEXTS, st.sampled_from(Side), st.none() | pupils
)
shown = st.lists(predictions, max_size=2, unique_by=lambda prediction: prediction.side).map(tuple)


@st.composite
def samples(draw: st.DrawFn, number: int) -> Sample:
    numbers = st.floats(-1e6, 1e6, width=32)
    landmarks = draw(st.lists(numbers, min_size=8, max_size=8))
    return Sample(
        id=pixel_hash(picture(number)),
        session=draw(TEXTS),
        captured=draw(MOMENTS),
        source=draw(TEXTS),
        frame_index=draw(st.integers(0, 2**40)),
        seconds=draw(st.floats(0, 1e9)),
        size=(WIDTH, HEIGHT),
        keep=draw(st.sampled_from(CropMode)),
        origin=draw(st.tuples(st.integers(-5000, 5000), st.integers(-5000, 5000))),
        frame_size=draw(st.tuples(st.integers(1, 9000), st.integers(1, 9000))),
        landmarks=np.resize(np.array(landmarks, np.float32), (68, 2)),
        predictions=draw(st.lists(predictions, max_size=4).map(tuple)),
        reason=draw(st.sampled_from(SamplingReason)),
        priority=draw(st.floats(-1e9, 1e9)),
        split=draw(st.sampled_from(Split)),
    )


@st.composite
def events(draw: st.DrawFn, sample_id: str, first: int) -> tuple[LabelEvent, ...]:
    """As one store could have given them: numbers count up, and an undo names an earlier event of the same person."""
    said: list[LabelEvent] = []
    for number in range(first, first + draw(st.integers(0, 6))):
        said.append(replace(_event(draw, sample_id, said), number=number, when=LONG_AGO + timedelta(seconds=number)))
    return tuple(said)


def _event(draw: st.DrawFn, sample_id: str, before: Sequence[LabelEvent]) -> LabelEvent:
    by, repeat = draw(st.sampled_from(NAMES)), draw(st.sampled_from([False, False, True]))
    mine = [e.number for e in before if (e.annotator, e.is_repeat) == (by, repeat) and e.action is not LabelAction.UNDO]
    verb = draw(st.sampled_from([verb for verb in LabelAction if mine or verb is not LabelAction.UNDO]))
    is_point = verb is LabelAction.POINT
    on_screen = st.builds(Point, st.floats(0, 1), st.floats(0, 1))
    return LabelEvent(
        sample_id,
        verb,
        by,
        side=draw(st.sampled_from(Side)) if verb in EYE_VERBS else None,
        point=draw(points if is_point else on_screen) if is_point or verb is LabelAction.LOOK else None,
        radius=draw(st.none() | st.floats(0.01, 20)) if is_point else None,
        seconds=draw(st.floats(0, 1e5)),
        shown_predictions=draw(shown),
        undone_event=draw(st.sampled_from(mine)) if verb is LabelAction.UNDO else None,
        is_repeat=repeat,
        text=draw(st.sampled_from(["blurred", "안경, «очки»\n2"])) if verb is LabelAction.COMMENT else None,
    )


@st.composite
def stores(draw: st.DrawFn) -> tuple[ExportItem, ...]:
    """One to three samples with all that was said of them."""
    made = []
    for number in range(draw(st.integers(1, 3))):
        sample = draw(samples(number))
        made.append(entry(sample, draw(events(sample.id, 1 + 10 * number))))
    return tuple(made)


def entry(sample: Sample, said: Iterable[LabelEvent] = ()) -> ExportItem:
    said = tuple(said)
    fold = resolve_labels(said)
    return ExportItem(sample, said, fold.state, fold.labels)


def picture(number: int) -> Image:
    return make_noise(number, WIDTH, HEIGHT)


def written(entries: Iterable[ExportItem], kind: Format, out: Path) -> Path:
    """What a format makes of them, with their pictures, in an empty folder."""
    entries = list(entries)
    by_id = {pixel_hash(picture(number)): picture(number) for number in range(9)}
    for one in entries:
        folder = out / FORMATS[kind].pictures.format(split=one.sample.split.value)
        folder.mkdir(parents=True, exist_ok=True)
        assert cv2.imwrite(str(folder / one.picture), by_id[one.sample.id])
    FORMATS[kind].write(entries, out, out)
    return out


def labelled(number: int, *said: LabelEvent, **fields: object) -> ExportItem:
    """A sample of which somebody said this, event after event."""
    sample, _ = make_sample(number, picture(number), **fields)
    numbered = (
        replace(event, sample_id=sample.id, number=1 + 10 * number + place, when=LONG_AGO + timedelta(seconds=place))
        for place, event in enumerate(said)
    )
    return entry(sample, numbered)


def says(verb: LabelAction, side: Side | None = None, **fields: object) -> LabelEvent:
    return replace(LabelEvent("", verb, "Анна 李", side=side, seconds=1.5), **fields)  # type: ignore[arg-type]


def placed(x: float = 7.5, y: float = 6.25, radius: float | None = 2.125) -> tuple[LabelEvent, ...]:
    """The left eye has a place, the right one is closed."""
    point = says(LabelAction.POINT, Side.LEFT, point=Point(x, y), radius=radius)
    return point, says(LabelAction.CLOSED, Side.RIGHT), says(LabelAction.ACCEPT)


def plain(one: ExportItem) -> object:
    """A value that can be compared."""
    sample = one.sample
    fields = [getattr(sample, name) for name in Sample.__slots__ if name != "landmarks"]
    return (*fields, sample.landmarks.tolist(), one.events)


def held(store: Store) -> list[object]:
    """All that a store holds, but numbers, which every store gives itself."""
    found = []
    for stored in store.samples():
        said = tuple(store.events(stored.sample.id))
        order = {event.number: place for place, event in enumerate(said)}
        alike = (
            replace(event, number=order[event.number], undone_event=order.get(event.undone_event or 0))
            for event in said
        )
        found.append((plain(entry(stored.sample, alike)), stored.state, store.picture(stored.sample.id).tobytes()))
    return found
