"""Samples and events as rows of the tables, and back, without losing a digit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from sqlalchemy import Row

from livecam.core.samples import Guess, Keep, LabelEvent, Reason, Sample, Split, Verb
from livecam.core.scene import EyeState, Point, Pupil, Side


def sample_values(sample: Sample) -> Mapping[str, object]:
    """The columns that never change."""
    return {
        "id": sample.id,
        "session": _readable(sample.session),
        "captured": sample.captured,
        "source": _readable(sample.source),
        "frame_index": sample.frame_index,
        "seconds": sample.seconds,
        "width": sample.size[0],
        "height": sample.size[1],
        "keep": sample.keep.value,
        "origin_x": sample.origin[0],
        "origin_y": sample.origin[1],
        "frame_width": sample.frame_size[0],
        "frame_height": sample.frame_size[1],
        "landmarks": sample.landmarks.astype("<f4").tobytes(),
        "guesses": guesses_text(sample.guesses),
        "reason": sample.reason.value,
        "priority": float(sample.priority),
        "split": sample.split.value,
    }


def _readable(name: str) -> str:
    """File names may be any bytes; databases take text only."""
    return name.encode(errors="backslashreplace").decode()


def to_sample(row: Row[Any]) -> Sample:
    return Sample(
        id=row.id,
        session=row.session,
        captured=row.captured,
        source=row.source,
        frame_index=row.frame_index,
        seconds=row.seconds,
        size=(row.width, row.height),
        keep=Keep(row.keep),
        origin=(row.origin_x, row.origin_y),
        frame_size=(row.frame_width, row.frame_height),
        landmarks=np.frombuffer(row.landmarks, "<f4").reshape(-1, 2).astype(np.float32),
        guesses=to_guesses(row.guesses),
        reason=Reason(row.reason),
        priority=row.priority,
        split=Split(row.split),
    )


def event_values(event: LabelEvent) -> Mapping[str, object]:
    """All columns but the number, which the database gives."""
    return {
        "sample_id": event.sample_id,
        "verb": event.verb.value,
        "said_by": event.by,
        "said_at": event.when,
        "side": None if event.side is None else event.side.value,
        "x": None if event.point is None else float(event.point.x),
        "y": None if event.point is None else float(event.point.y),
        "radius": None if event.radius is None else float(event.radius),
        "seconds": float(event.seconds),
        "shown": guesses_text(event.shown),
        "undoes": event.undoes,
        "is_repeat": event.repeat,
    }


def to_event(row: Row[Any]) -> LabelEvent:
    return LabelEvent(
        sample_id=row.sample_id,
        verb=Verb(row.verb),
        by=row.said_by,
        side=None if row.side is None else Side(row.side),
        point=None if row.x is None else Point(row.x, row.y),
        radius=row.radius,
        seconds=row.seconds,
        shown=to_guesses(row.shown),
        undoes=row.undoes,
        repeat=row.is_repeat,
        when=row.said_at,
        number=row.number,
    )


def guesses_text(guesses: tuple[Guess, ...]) -> str:
    return json.dumps([_guess_values(guess) for guess in guesses], allow_nan=False)


def to_guesses(text: str) -> tuple[Guess, ...]:
    return tuple(_to_guess(values) for values in json.loads(text))


def _guess_values(guess: Guess) -> Mapping[str, object]:
    values: dict[str, object] = {"finder": guess.finder, "version": guess.version, "side": guess.side.value}
    if guess.pupil is not None:
        centre = [float(guess.pupil.centre.x), float(guess.pupil.centre.y)]
        values |= {"centre": centre, "radius": float(guess.pupil.radius)}
        values |= {"confidence": float(guess.pupil.confidence), "state": guess.pupil.state.value}
    return values


def _to_guess(values: Mapping[str, Any]) -> Guess:
    return Guess(values["finder"], values["version"], Side(values["side"]), _to_pupil(values))


def _to_pupil(values: Mapping[str, Any]) -> Pupil | None:
    if "centre" not in values:
        return None
    return Pupil(Point(*values["centre"]), values["radius"], values["confidence"], EyeState(values["state"]))
