"""Tables as people have them: any separator, decimal commas, marks of spreadsheets, capitals and other names."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from labeler.formats.elements.keypoints import eye_name
from labeler.formats.elements.parsing import read_text
from labeler.formats.elements.report import ImportReport
from livecam.core.errors import SourceError

_SEPARATORS = ",;\t|"
_ALIASES = {
    "picture": ("image", "img", "photo", "file", "filename", "imagename", "picturename", "imagepath", "path", "사진"),
    "side": ("eye", "whicheye"),
    "x": ("cx", "centerx", "centrex", "pupilx", "xcenter", "xcentre", "px"),
    "y": ("cy", "centery", "centrey", "pupily", "ycenter", "ycentre", "py"),
    "radius": ("r", "irisradius"),
    "state": ("condition",),
    "width": ("imagewidth", "imgwidth", "w"),
    "height": ("imageheight", "imgheight", "h"),
    "person": ("face", "faceid", "personid", "subject", "subjectid", "facenumber"),
}
_NAMES = {alias: name for name, aliases in _ALIASES.items() for alias in (name, *aliases)}
_PARTS = {"x": "x", "y": "y", "radius": "radius", "r": "radius", "state": "state"}

Row = Mapping[str, str]
Columns = Mapping[str, str]  # our name to the file's


class Table:
    """A file with a header; `separator` is the one that tells most columns apart."""

    def __init__(self, path: Path) -> None:
        self.path = path
        whole = read_text(path)
        text = whole.lstrip("\n")
        self._before = len(whole) - len(text)  # empty lines above the header
        first, _, rest = text.partition("\n")
        # Excel's own line for the separator.
        if marked := re.fullmatch(r"\s*sep=(.)\s*", first):
            self.separator, text, self._before = marked[1], rest, self._before + 1
        else:
            self.separator = max(_SEPARATORS, key=lambda separator: len(_fields(first, separator)))
        self._text = text

    @property
    def header(self) -> Sequence[str]:
        """The names of the columns, as they stand there."""
        return [name.strip() for name in _fields(self._text.partition("\n")[0], self.separator)]

    def rows(self) -> Iterator[tuple[int, Row | None]]:
        """Each row with its line, by the names of the columns; None for one that has not as many cells."""
        header = self.header
        lines = csv.reader(io.StringIO(self._text), delimiter=self.separator)
        try:
            for place, cells in enumerate(lines):
                if not place or not any(cell.strip() for cell in cells):
                    continue
                fits = len(cells) >= len(header) and not any(cell.strip() for cell in cells[len(header) :])
                row = {name: cell.strip() for name, cell in zip(header, cells, strict=False)}
                yield self._before + lines.line_num, row if fits else None
        except csv.Error as error:
            line = self._before + lines.line_num
            raise SourceError(f"{self.path} cannot be read: a cell near line {line} is too long") from error


def columns(header: Sequence[str]) -> Columns:
    """Our names of the columns that have one, whatever their capitals, spaces and synonyms."""
    known: dict[str, str] = {}
    for name in header:
        key = _NAMES.get(_plain(name))
        # Its own name comes before a synonym.
        if key and (key not in known or _plain(name) == key):
            known[key] = name
    return known


def pairs(header: Sequence[str]) -> Mapping[str, Columns]:
    """Columns such as `left_eye_center_x` by the name before the x; only names that have both x and y."""
    found: dict[str, dict[str, str]] = {}
    for name in header:
        words = re.findall(r"[^\W_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name))
        if joined := re.fullmatch(r"(l|r|left|right)([xy])", name.strip().lower()):
            words = [joined[1], joined[2]]
        if len(words) < 2:
            continue
        for part, rest in ((words[-1].lower(), words[:-1]), (words[0].lower(), words[1:])):
            if part in _PARTS:
                found.setdefault(" ".join(rest), {})[_PARTS[part]] = name
                break
    return {name: parts for name, parts in found.items() if {"x", "y"} <= parts.keys()}


def eye_pairs(header: Sequence[str], report: ImportReport) -> Mapping[str, Columns]:
    """The pairs that are pupils; the others are told."""
    known = pairs(header)
    for name in known:
        if eye_name(name) is None:
            report.pass_over(f"the columns of {name!r}")
    return {name: parts for name, parts in known.items() if eye_name(name) is not None}


def cell(row: Row, names: Columns, key: str) -> str:
    """A cell by our name of its column; empty where there is no such column, or nothing in it."""
    return row[names[key]] if key in names else ""


def _fields(line: str, separator: str) -> list[str]:
    return next(csv.reader([line], delimiter=separator), [])


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).lower()
