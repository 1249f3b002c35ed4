"""The CSV format, for spreadsheets and data frames: one row an eye, in our own pixels."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from labeler.formats.interfaces import ExportItem, ParsedItem
from labeler.formats.keypoints import Condition, condition, eye_label, in_order, side_of
from labeler.formats.parsing import located, parse_errors
from labeler.formats.record import read_records, with_sidecar
from livecam.core.errors import SourceError
from livecam.core.types import Point, Side
from livecam.store.labels import shown_predictions
from livecam.store.samples import EyeLabel

FILE = "pupils.csv"
_SAID = ("picture", "width", "height", "side", "state", "x", "y", "radius")
_GUESSED = ("finder", "guess_state", "guess_x", "guess_y", "guess_radius", "guess_confidence")
_ABOUT = ("sample_state", "reason", "split", "session", "captured")
_NEEDED = {"picture", "side", "x", "y"}

Row = Mapping[str, Any]


def write(entries: Iterable[ExportItem], folder: Path, home: Path) -> None:
    """Two rows a sample, left and right; `state` is empty where nothing is said. The rest is in the sidecar."""
    with (folder / FILE).open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, (*_SAID, *_GUESSED, *_ABOUT), restval="")
        table.writeheader()
        for entry in with_sidecar(entries, folder):
            table.writerows(_row(entry, side) for side in Side)


def _row(entry: ExportItem, side: Side) -> Row:
    sample = entry.sample
    about: dict[str, Any] = {
        "picture": entry.picture,
        "width": sample.size[0],
        "height": sample.size[1],
        "side": side.value,
    }
    about |= {"sample_state": entry.state.value, "reason": sample.reason.value, "split": sample.split.value}
    about |= {"session": sample.session, "captured": sample.captured.isoformat()}
    return {**about, **_said(entry.label(side)), **_guessed(entry, side)}


def _said(label: EyeLabel | None) -> Row:
    if label is None:
        return {}
    x, y = label.centre or ("", "")
    return {"state": condition(label).value, "x": x, "y": y, "radius": "" if label.radius is None else label.radius}


def _guessed(entry: ExportItem, side: Side) -> Row:
    guess = next((guess for guess in shown_predictions(entry.sample) if guess.side is side), None)
    if guess is None or guess.pupil is None:
        return {} if guess is None else {"finder": guess.finder}
    pupil = guess.pupil
    place = {"guess_x": pupil.centre.x, "guess_y": pupil.centre.y, "guess_radius": pupil.radius}
    return {"finder": guess.finder, "guess_state": pupil.state.value, "guess_confidence": pupil.confidence, **place}


def read(path: Path) -> Iterator[ParsedItem]:
    """Any table with the columns picture, side, x and y, in pixels whose centres are whole numbers.

    An empty x says nothing of an eye, unless `state` calls it closed or occluded.
    """
    file = located(path, FILE, ".csv")
    records = read_records(file.parent)
    eyes: dict[str, dict[Side, EyeLabel]] = {}
    sizes: dict[str, tuple[int, int]] = {}
    for line, row in _rows(file):
        with parse_errors(f"line {line} of {file}"):
            picture = row["picture"]
            if row.get("width") and row.get("height"):
                sizes[picture] = (int(row["width"]), int(row["height"]))
            _add(eyes.setdefault(picture, {}), row)
    folders = (file.parent / "images", file.parent)
    for picture, labels in eyes.items():
        yield ParsedItem(
            picture,
            folders,
            f"{picture} of {file}",
            labels=in_order(labels),
            size=sizes.get(picture),
            record=records.get(picture),
        )


def _rows(file: Path) -> Iterator[tuple[int, Row]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            table = csv.DictReader(opened)
            if missing := _NEEDED - set(table.fieldnames or ()):
                raise SourceError(f"{file} has no column {', '.join(sorted(missing))}; it needs picture, side, x and y")
            for row in table:
                yield table.line_num, row
    except UnicodeDecodeError as error:
        raise SourceError(f"{file} is not written in UTF-8: byte {error.start}") from error
    except (OSError, csv.Error) as error:
        raise SourceError(f"{file} cannot be read: {str(error).lower()}") from error


def _add(labels: dict[Side, EyeLabel], row: Row) -> None:
    side = side_of(row["side"])
    if side is None:
        raise ValueError(f"its side is {row['side']!r}; a side is left or right")
    if side in labels:
        raise ValueError(f"the {side.value} eye of {row['picture']} is there twice")
    state = row.get("state") or (Condition.OPEN.value if row["x"] else "")
    if state:
        centre = Point(float(row["x"]), float(row["y"])) if row["x"] else None
        radius = float(row["radius"]) if row.get("radius") else None
        labels[side] = eye_label(side, Condition(state), centre, radius)
