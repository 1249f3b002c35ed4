"""Labelled boxes of pictures, and the table `boxes.csv` that keeps them."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from livecam.core.errors import LivecamError
from livecam.core.files import read_table_rows, write_file
from livecam.core.types import Box

TABLE = "boxes.csv"
TARGET = "target"
LOOKALIKE = "lookalike"  # what is no target, but may be taken for one
COLUMNS = ("file", "width", "height", "xmin", "ymin", "xmax", "ymax", "kind")
_NEEDED = ("file", "xmin", "ymin", "xmax", "ymax")
_LOOKALIKES = frozenset({"lookalike", "look-alike", "look_alike", "decoy", "negative"})


class BoxFileError(LivecamError):
    """Boxes that cannot be read or cannot be right; the message names the file and the picture."""


class LabelledBox(NamedTuple):
    """A box in picture pixels and the class that its file gives it."""

    box: Box
    kind: str = TARGET

    @property
    def is_lookalike(self) -> bool:
        return self.kind.strip().lower() in _LOOKALIKES


@dataclass(frozen=True, slots=True)
class PageBoxes:
    """What is known of one picture; no boxes means that somebody looked and there is no target."""

    file: str  # as its source names it, a path relative to the folder of pictures
    boxes: tuple[LabelledBox, ...] = ()
    size: tuple[int, int] | None = None  # width and height, where the source says them


def read_table(path: Path) -> list[PageBoxes]:
    """The pages of a CSV table; `width`, `height` and `kind` may be missing, a row without numbers is an empty page."""
    try:
        rows = read_table_rows(path)
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        raise BoxFileError(f"cannot read {path}; it names {', '.join(_NEEDED)}") from fault
    if not rows or any(column not in rows[0] for column in _NEEDED):
        raise BoxFileError(f"{path} must have the columns {','.join(_NEEDED)} and a row for each target")
    grouped: dict[str, list[Mapping[str, str]]] = {}
    for row in rows:
        grouped.setdefault(row["file"].strip(), []).append(row)
    if "" in grouped:
        raise BoxFileError(f"{path} has a row without a file; name the picture in it")
    return [_page(path, file, own) for file, own in grouped.items()]


def write_table(path: Path, pages: Iterable[PageBoxes]) -> None:
    """The table whole or not at all; SinkError when it cannot be written."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for page in pages:
        size = page.size or ("", "")
        for labelled in page.boxes:
            box = labelled.box
            corners = (box.x, box.y, box.x + box.width, box.y + box.height)
            writer.writerow([page.file, *size, *(f"{round(value, 2):g}" for value in corners), labelled.kind])
        if not page.boxes:
            writer.writerow([page.file, *size, "", "", "", "", ""])
    write_file(path, stream.getvalue().encode())


def check_boxes(page: PageBoxes, size: tuple[int, int]) -> None:
    """BoxFileError for a size that is not the picture's, and for a box that is not inside it or has no size."""
    width, height = size
    if page.size is not None and page.size != size:
        raise BoxFileError(
            f"the boxes say {page.size[0]}x{page.size[1]} for {page.file}, which has {width}x{height} pixels;"
            " label the picture that is there, or leave the size out"
        )
    for box, _ in page.boxes:
        corners = f"{box.x:g} {box.y:g} {box.x + box.width:g} {box.y + box.height:g}"
        if not all(map(math.isfinite, box)):
            raise BoxFileError(f"a box of {page.file} ({corners}) has a value that is no number")
        if box.width < 1 or box.height < 1:
            raise BoxFileError(f"the box of {page.file} ({corners}) has no size; it needs a pixel at least each way")
        if box.x < 0 or box.y < 0 or box.x + box.width > width or box.y + box.height > height:
            raise BoxFileError(f"the box of {page.file} ({corners}) is not inside its page of {width}x{height} pixels")


def classes(pages: Sequence[PageBoxes]) -> list[str]:
    """The names that boxes have, without those of look-alikes, the most frequent first."""
    counts: dict[str, int] = {}
    for page in pages:
        for labelled in page.boxes:
            if not labelled.is_lookalike:
                counts[labelled.kind] = counts.get(labelled.kind, 0) + 1
    return sorted(counts, key=lambda name: -counts[name])


def _page(path: Path, file: str, rows: Sequence[Mapping[str, str]]) -> PageBoxes:
    sizes = {(row.get("width") or "", row.get("height") or "") for row in rows} - {("", "")}
    if len(sizes) > 1:
        raise BoxFileError(f"{path.name} says different sizes for {file}; leave them out, they come from the picture")
    size = (_number(path, file, sizes.pop()) if sizes else None) or None
    drawn = [row for row in rows if any((row[side] or "").strip() for side in _NEEDED[1:])]
    boxes = tuple(_labelled(path, file, row) for row in drawn)
    return PageBoxes(file, boxes, (round(size[0]), round(size[1])) if size else None)


def _labelled(path: Path, file: str, row: Mapping[str, str]) -> LabelledBox:
    left, top, right, bottom = _number(path, file, tuple(row[side] for side in _NEEDED[1:]))
    return LabelledBox(Box(left, top, right - left, bottom - top), (row.get("kind") or "").strip() or TARGET)


def _number(path: Path, file: str, words: Sequence[str]) -> tuple[float, ...]:
    try:
        return tuple(float(word) for word in words)
    except (TypeError, ValueError) as fault:
        raise BoxFileError(f"the row of {file} in {path.name} has a value that is no number") from fault
