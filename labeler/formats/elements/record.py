"""The sample record: a sample and all its label events as one JSON value, which every format carries along."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from labeler.formats.elements.interfaces import ExportItem
from labeler.formats.elements.parsing import MalformedError, compact, parse_errors, parse_json, read_text
from livecam.core.types import EyeState, Point, Points, Pupil, Side
from livecam.store.samples import CropMode, LabelAction, LabelEvent, Prediction, Sample, SamplingReason, Split

# Why every format carries it: docs/decisions/whole-record-exports.md
SCHEMA = 1
KEY = "livecam"  # under which a record stands in a file
_MOST = 2**53  # of what every reader of JSON holds exactly

Record = Mapping[str, Any]


def to_record(sample: Sample, events: Iterable[LabelEvent]) -> dict[str, Any]:
    """Plain values; `from_record` gives back the same sample and the same events."""
    return {
        "schema": SCHEMA,
        "id": sample.id,
        "session": sample.session,
        "captured": sample.captured.isoformat(),
        "source": sample.source,
        "frame_index": int(sample.frame_index),
        "seconds": float(sample.seconds),
        "size": [int(length) for length in sample.size],
        "keep": sample.keep.value,
        "origin": [int(place) for place in sample.origin],
        "frame_size": [int(length) for length in sample.frame_size],
        # The shortest figures that are this float32 and no other.
        "landmarks": [[float(str(np.float32(place))) for place in point] for point in sample.landmarks],
        "guesses": [_prediction(prediction) for prediction in sample.predictions],
        "reason": sample.reason.value,
        "priority": float(sample.priority),
        "split": sample.split.value,
        "events": [_event(event) for event in events],
    }


def from_record(record: Record) -> tuple[Sample, tuple[LabelEvent, ...]]:
    """ValueError (also MalformedError), KeyError or TypeError for what `to_record` did not write."""
    if record["schema"] != SCHEMA:
        raise MalformedError(f"its schema is {record['schema']!r}, this livecam knows {SCHEMA}; update livecam")
    sample = Sample(
        id=_text(record["id"]),
        session=_text(record["session"]),
        captured=_moment(record["captured"]),
        source=_text(record["source"]),
        frame_index=_whole(record["frame_index"]),
        seconds=_number(record["seconds"]),
        size=_two(record["size"]),
        keep=CropMode(record["keep"]),
        origin=_two(record["origin"]),
        frame_size=_two(record["frame_size"]),
        landmarks=_landmarks(record["landmarks"]),
        predictions=tuple(_to_prediction(prediction) for prediction in record["guesses"]),
        reason=SamplingReason(record["reason"]),
        priority=_number(record["priority"]),
        split=Split(record["split"]),
    )
    return sample, tuple(_to_event(sample.id, event) for event in record["events"])


def _prediction(prediction: Prediction) -> dict[str, Any]:
    about = {"finder": prediction.detector, "version": prediction.version, "side": prediction.side.value}
    if prediction.pupil is None:
        return about
    pupil = prediction.pupil
    centre = [float(place) for place in pupil.centre]
    found = {"centre": centre, "radius": float(pupil.radius), "confidence": float(pupil.confidence)}
    return about | found | {"state": pupil.state.value}


def _to_prediction(prediction: Record) -> Prediction:
    pupil = None
    if "centre" in prediction:
        radius, confidence = _number(prediction["radius"]), _number(prediction["confidence"])
        pupil = Pupil(_point(prediction["centre"]), radius, confidence, EyeState(prediction["state"]))
    return Prediction(_text(prediction["finder"]), _text(prediction["version"]), Side(prediction["side"]), pupil)


def _event(event: LabelEvent) -> dict[str, Any]:
    """Without what is not said."""
    values: dict[str, Any] = {"number": event.number, "verb": event.action.value, "by": event.annotator}
    values |= {"when": event.when.isoformat(), "seconds": float(event.seconds)}
    optional = {
        "side": None if event.side is None else event.side.value,
        "point": None if event.point is None else [float(place) for place in event.point],
        "radius": None if event.radius is None else float(event.radius),
        "undoes": event.undone_event,
        "shown": [_prediction(prediction) for prediction in event.shown_predictions] or None,
        "repeat": event.is_repeat or None,
        "adjudication": event.is_adjudication or None,
        "text": event.text,
    }
    return values | {key: value for key, value in optional.items() if value is not None}


def _to_event(sample_id: str, event: Record) -> LabelEvent:
    return LabelEvent(
        sample_id=sample_id,
        action=LabelAction(event["verb"]),
        annotator=_text(event["by"]),
        side=Side(event["side"]) if "side" in event else None,
        point=_point(event["point"]) if "point" in event else None,
        radius=_number(event["radius"]) if "radius" in event else None,
        seconds=_number(event["seconds"]),
        shown_predictions=tuple(_to_prediction(prediction) for prediction in event.get("shown", ())),
        undone_event=_whole(event["undoes"]) if "undoes" in event else None,
        is_repeat=bool(event.get("repeat", False)),
        is_adjudication=bool(event.get("adjudication", False)),
        text=_text(event["text"]) if "text" in event else None,
        when=_moment(event["when"]),
        number=_whole(event["number"]),
    )


def _landmarks(values: Any) -> Points:
    landmarks = np.array([[_number(place) for place in point] for point in values], np.float32)
    if landmarks.shape != (68, 2) or not np.isfinite(landmarks).all():
        raise MalformedError(f"its landmarks are not 68 points but {landmarks.shape}")
    return landmarks


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise MalformedError(f"{value!r} is no text")
    value.encode()  # half a surrogate pair can be written in JSON but in no database
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise MalformedError(f"{value!r} is no finite number")
    return float(value)


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _MOST:
        raise MalformedError(f"{value!r} is no whole number")
    return value


def _two(value: Any) -> tuple[int, int]:
    first, second = (_whole(part) for part in value)
    return first, second


def _point(value: Any) -> Point:
    x, y = (_number(part) for part in value)
    return Point(x, y)


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(_text(value))
    if moment.tzinfo is None:
        raise MalformedError(f"{value!r} does not say in which time zone")
    return moment


NAME = "livecam.jsonl"


def with_sidecar(entries: Iterable[ExportItem], folder: Path) -> Iterator[ExportItem]:
    """The same entries; each is in the sidecar when it has gone by."""
    with (folder / NAME).open("w", encoding="utf-8") as file:
        for entry in entries:
            file.write(compact({"picture": entry.picture, **to_record(entry.sample, entry.events)}) + "\n")
            yield entry


def read_records(folder: Path) -> Mapping[str, Record]:
    """By the names of the pictures; none for another tool's folder. SourceError names the line that is damaged."""
    file = folder / NAME
    if not file.exists():
        return {}
    records: dict[str, Record] = {}
    for number, line in enumerate(read_text(file).split("\n"), start=1):
        if line.strip():
            where = f"line {number} of {file}"
            with parse_errors(where):
                record = parse_json(line, where)
                # Exports of before pictures had readable names call them by their ids.
                records[record.get("picture") or f"{record['id']}.png"] = record
    return records
