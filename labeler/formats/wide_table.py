"""A table with a row for each face and two columns for each point, as Kaggle's facial key points have it."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from labeler.formats.elements.interfaces import ExportItem, ParsedItem
from labeler.formats.elements.keypoints import PUPILS, Condition, condition, side_of, to_condition
from labeler.formats.elements.marks import Marks, Said
from labeler.formats.elements.parsing import MalformedError, number, size_of
from labeler.formats.elements.picture_data import grey_square, in_colour
from labeler.formats.elements.record import read_records, with_sidecar
from labeler.formats.elements.report import ImportReport
from labeler.formats.elements.shapes import Outline
from labeler.formats.elements.table import Columns, Row, Table, cell
from livecam.core.types import Image, Point, Side

FILE = "pupils.csv"
_PARTS = ("x", "y", "radius", "state")
_FEWEST_LEVELS = 16  # grey levels in a cell; a name of a file has no spaces between numbers


def write(entries: Iterable[ExportItem], folder: Path, home: Path) -> None:
    """One row a sample, in our own pixels; a state is empty where nothing is said. The rest is in the sidecar."""
    header = ["picture", "width", "height", *(f"{PUPILS[side]}_{part}" for side in Side for part in _PARTS)]
    with (folder / FILE).open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, header, restval="")
        table.writeheader()
        table.writerows(_row(entry) for entry in with_sidecar(entries, folder))


def _row(entry: ExportItem) -> Mapping[str, Any]:
    row: dict[str, Any] = {"picture": entry.picture}
    row["width"], row["height"] = entry.sample.size
    for label in entry.labels:
        x, y = label.centre or ("", "")
        radius = "" if label.radius is None else label.radius
        parts = (x, y, radius, condition(label).value)
        row |= {f"{PUPILS[label.side]}_{part}": value for part, value in zip(_PARTS, parts, strict=True)}
    return row


def read_wide(
    table: Table, names: Columns, points: Mapping[str, Columns], report: ImportReport
) -> Iterator[ParsedItem]:
    """A face for each row; rows with the same picture are the people in it.

    `points` are the columns of each pupil. The picture may stand in its cell itself, as grey levels.
    """
    file, records = table.path, read_records(table.path.parent)
    by_picture: dict[str, list[tuple[int, Row]]] = {}
    for line, row in table.rows():
        if row is None:
            report.leave_out(f"line {line} of {file} has not {len(table.header)} cells")
        else:
            picture = cell(row, names, "picture")
            by_picture.setdefault(picture if _is_name(picture) else f"line {line}", []).append((line, row))
    for picture, rows in by_picture.items():
        where = f"{picture} of {file}"
        with report.item(where):
            content = cell(rows[0][1], names, "picture")
            if not content:
                raise MalformedError("it names no picture")
            faces, loose = _said(rows, points, report)
            yield ParsedItem(
                picture=picture,
                folders=(file.parent / "images", file.parent),
                where=where,
                faces=faces,
                loose=loose,
                size=size_of(cell(rows[0][1], names, "width"), cell(rows[0][1], names, "height")),
                record=records.get(picture),
                load=None if _is_name(content) else _loader(content),
            )


def _said(rows: Sequence[tuple[int, Row]], points: Mapping[str, Columns], report: ImportReport) -> Said:
    marks = Marks(report)
    for line, row in rows:
        for name, parts in points.items():
            _add(marks, name, row, parts, f"line {line}" if len(rows) > 1 else "")
    return marks.said()


def _add(marks: Marks, name: str, row: Row, parts: Columns, group: str) -> None:
    """An eye of which the row says nothing is none."""
    side, state = side_of(name), cell(row, parts, "state")
    said = to_condition(state, f"the state of {name!r}") if state else Condition.OPEN
    x, y, radius = (cell(row, parts, part) for part in ("x", "y", "radius"))
    if said is not Condition.OPEN and side:
        marks.add_state(side, said, group)
    elif x or y or state:
        place = Point(number(x, f"the x of {name!r}"), number(y, f"the y of {name!r}"))
        marks.add(name, Outline.POINT, place, number(radius, "its radius") if radius else None, group)


def _is_name(content: str) -> bool:
    """Whether a cell names a picture, rather than being one."""
    return content.count(" ") < _FEWEST_LEVELS or not content[:64].replace(" ", "").isdigit()


def _loader(content: str) -> Callable[[], Image]:
    grey = grey_square(content)
    return lambda: in_colour(grey)
