"""The CSV format, for spreadsheets and data frames: one row an eye, in our own pixels."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from labeler.formats.elements.interfaces import ExportItem, ParsedItem
from labeler.formats.elements.keypoints import Condition, condition, eye_label, eye_name, side_of, to_condition
from labeler.formats.elements.marks import Marks
from labeler.formats.elements.parsing import MalformedError, located, number, parse_errors, size_of
from labeler.formats.elements.record import read_records, with_sidecar
from labeler.formats.elements.report import ImportReport
from labeler.formats.elements.table import Columns, Row, Table, cell, columns, eye_pairs, pairs
from labeler.formats.wide_table import read_wide
from livecam.core.errors import SourceError
from livecam.core.types import Point, Side
from livecam.store.labels import shown_predictions
from livecam.store.samples import EyeLabel

FILE = "pupils.csv"
_SAID = ("picture", "width", "height", "side", "state", "x", "y", "radius")
_PREDICTION_COLUMNS = ("finder", "guess_state", "guess_x", "guess_y", "guess_radius", "guess_confidence")
_ABOUT = ("sample_state", "reason", "split", "session", "captured")
_NEEDED = {"picture", "side", "x", "y"}


def write(entries: Iterable[ExportItem], folder: Path, home: Path) -> None:
    """Two rows a sample, left and right; `state` is empty where nothing is said. The rest is in the sidecar."""
    with (folder / FILE).open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, (*_SAID, *_PREDICTION_COLUMNS, *_ABOUT), restval="")
        table.writeheader()
        for entry in with_sidecar(entries, folder):
            table.writerows(_row(entry, side) for side in Side)


def _row(entry: ExportItem, side: Side) -> Mapping[str, Any]:
    sample = entry.sample
    about: dict[str, Any] = {
        "picture": entry.picture,
        "width": sample.size[0],
        "height": sample.size[1],
        "side": side.value,
    }
    about |= {"sample_state": entry.state.value, "reason": sample.reason.value, "split": sample.split.value}
    about |= {"session": sample.session, "captured": sample.captured.isoformat()}
    return {**about, **_said(entry.label(side)), **_prediction_columns(entry, side)}


def _said(label: EyeLabel | None) -> Mapping[str, Any]:
    if label is None:
        return {}
    x, y = label.centre or ("", "")
    return {"state": condition(label).value, "x": x, "y": y, "radius": "" if label.radius is None else label.radius}


def _prediction_columns(entry: ExportItem, side: Side) -> Mapping[str, Any]:
    prediction = next((prediction for prediction in shown_predictions(entry.sample) if prediction.side is side), None)
    if prediction is None or prediction.pupil is None:
        return {} if prediction is None else {"finder": prediction.detector}
    pupil = prediction.pupil
    place = {"guess_x": pupil.centre.x, "guess_y": pupil.centre.y, "guess_radius": pupil.radius}
    return {
        "finder": prediction.detector,
        "guess_state": pupil.state.value,
        "guess_confidence": pupil.confidence,
        **place,
    }


def read(path: Path, report: ImportReport) -> Iterator[ParsedItem]:
    """Any table with the columns picture, side, x and y, in pixels whose centres are whole numbers; or a wide one.

    An empty x says nothing of an eye, unless `state` calls it closed or occluded. A column `person` tells the faces of
    a picture apart.
    """
    file = located(path, FILE, ".csv")
    table = Table(file)
    names = columns(table.header)
    missing = sorted(_NEEDED - names.keys())
    wide = {name: parts for name, parts in pairs(table.header).items() if (eye := eye_name(name)) and eye.side}
    if missing and wide:
        yield from read_wide(table, names, eye_pairs(table.header, report), report)
        return
    if missing:
        there = ", ".join(table.header[:8]) or "none"
        raise SourceError(
            f"{file} has no column {', '.join(missing)}; it needs picture, side, x and y, or left_pupil_x and so on; "
            f"it has {there}"
        )
    for name in table.header:
        if name not in names.values() and name not in (*_SAID, *_PREDICTION_COLUMNS, *_ABOUT):
            report.pass_over(f"the column {name!r}")
    yield from _read_long(table, names, report)


def _read_long(table: Table, names: Columns, report: ImportReport) -> Iterator[ParsedItem]:
    file, records = table.path, read_records(table.path.parent)
    rows: dict[str, list[tuple[int, Row]]] = {}
    for line, row in table.rows():
        if row is None:
            report.leave_out(f"line {line} of {file} has not {len(table.header)} cells")
        else:
            rows.setdefault(cell(row, names, "picture"), []).append((line, row))
    folders = (file.parent / "images", file.parent)
    for picture, of_picture in rows.items():
        marks, size = Marks(report), None
        line = of_picture[0][0]
        with report.item(f"{picture or 'a row without a picture'} of {file}"):
            for line, row in of_picture:
                with parse_errors(f"line {line} of {file}"):
                    size = size_of(cell(row, names, "width"), cell(row, names, "height")) or size
                    _add(marks, row, names)
            with parse_errors(f"line {line} of {file}"):
                faces, loose = marks.said()
            yield ParsedItem(
                picture,
                folders,
                f"{picture} of {file}",
                faces=faces,
                loose=loose,
                size=size,
                record=records.get(picture),
            )


def _add(marks: Marks, row: Row, names: Columns) -> None:
    side, person = side_of(cell(row, names, "side")), cell(row, names, "person")
    if not cell(row, names, "picture"):
        raise MalformedError("it names no picture")
    if side is None:
        raise MalformedError(f"its side is {cell(row, names, 'side')!r}; a side is left or right")
    x, y = cell(row, names, "x"), cell(row, names, "y")
    state = cell(row, names, "state")
    said = to_condition(state, "its state") if state else Condition.OPEN
    if said is not Condition.OPEN:
        marks.add_state(side, said, person)
    elif x or y or state:
        radius = cell(row, names, "radius")
        place = Point(number(x, "its x"), number(y, "its y"))
        marks.add_mark(eye_label(side, said, place, number(radius, "its radius") if radius else None), person)
