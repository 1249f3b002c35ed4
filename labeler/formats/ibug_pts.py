"""iBUG's .pts: beside each picture a file of its name with the landmarks of a face, and its pupils after them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from labeler.formats.elements.faces import Mark, ParsedFace, UnsidedPoint
from labeler.formats.elements.interfaces import ExportItem, ParsedItem
from labeler.formats.elements.keypoints import Condition, eye_label
from labeler.formats.elements.parsing import MalformedError, number, read_text
from labeler.formats.elements.plain_formats import with_recorded_states
from labeler.formats.elements.record import read_records, with_sidecar
from labeler.formats.elements.report import ImportReport
from livecam.core.errors import SourceError
from livecam.core.image_files.images import SUFFIXES
from livecam.core.types import Point, Side
from livecam.store.samples import EyeLabel

_LANDMARKS = 68
# Which points are the subject's right and left pupil, by how many there are: 68 and the pupils as OpenPose numbers
# them, WFLW (Wu and others 2018), BioID (Jesorsky, Kirchberg, Frischholz 2001).
_PUPILS = {70: (68, 69), 98: (96, 97), 20: (0, 1)}


def write(entries: Iterable[ExportItem], folder: Path, home: Path) -> None:
    """70 points where both pupils have a place, else the 68 landmarks; the rest is in the sidecar."""
    for entry in with_sidecar(entries, folder):
        points = [Point(float(x), float(y)) for x, y in entry.sample.landmarks]
        pupils = [label.centre for side in (Side.RIGHT, Side.LEFT) if (label := entry.label(side)) and label.centre]
        points += pupils if len(pupils) == 2 else []
        # The first pixel is (1, 1) there, as in Matlab.
        lines = "".join(f"{x + 1!r} {y + 1!r}\n" for x, y in points)
        text = f"version: 1\nn_points: {len(points)}\n{{\n{lines}}}\n"
        (folder / entry.picture).with_suffix(".pts").write_text(text, encoding="utf-8")


def read(path: Path, report: ImportReport) -> Iterator[ParsedItem]:
    """A folder of such files, or one, with 68, 70 (68 and pupils), 98 (WFLW), 20 (BioID) or 2 points (the pupils).

    `name_1.pts` and `name_2.pts` beside `name.jpg` are two people in one picture.
    """
    files = sorted(path.glob("*.pts")) if path.is_dir() else [path]
    if not files:
        raise SourceError(f"the folder {path} holds no file *.pts")
    records = read_records(files[0].parent)
    by_picture: dict[str, list[Path]] = {}
    for file in files:
        by_picture.setdefault(_picture(file), []).append(file)
    for picture, of_picture in by_picture.items():
        where = ", ".join(str(file) for file in of_picture)
        with report.item(where):
            said = [_face(_points(file)) for file in of_picture]
            found = ParsedItem(
                picture,
                (of_picture[0].parent,),
                where,
                faces=tuple(face for face, _ in said if face),
                loose=tuple(mark for _, marks in said for mark in marks),
            )
            yield with_recorded_states(found, records.get(picture))


def _picture(file: Path) -> str:
    """The picture's name, without suffix where it lies elsewhere."""
    numbered = re.fullmatch(r"(.+)_\d+", file.stem)
    for stem in (file.stem, *([numbered[1]] if numbered else [])):
        beside = [file.with_name(stem + suffix) for suffix in sorted(SUFFIXES)]
        if there := next((picture for picture in beside if picture.is_file()), None):
            return there.name
    return file.stem


def _points(file: Path) -> Sequence[Point]:
    head, opening, rest = read_text(file).partition("{")
    body, closing, _ = rest.partition("}")
    if not opening or not closing:
        raise MalformedError("the points of a .pts file stand between { and }")
    points = []
    for line in body.split("\n"):
        cells = line.split()
        if cells and len(cells) != 2:
            raise MalformedError(f"a point is x and y, not {line.strip()!r:.60}")
        if cells:
            points.append(Point(number(cells[0], "an x") - 1, number(cells[1], "a y") - 1))
    declared = re.search(r"n_points:\s*(\d+)", head)
    if declared and int(declared[1]) != len(points):
        raise MalformedError(f"it says {declared[1]} points and has {len(points)}")
    return points


def _face(points: Sequence[Point]) -> tuple[ParsedFace | None, tuple[Mark, ...]]:
    count = len(points)
    if count == 2:
        return None, tuple(UnsidedPoint("pupil", point) for point in points)
    if count != _LANDMARKS and count not in _PUPILS:
        known = ", ".join(map(str, (2, *sorted((_LANDMARKS, *_PUPILS)))))
        raise MalformedError(f"{count} points have no meaning here; known are {known}")
    landmarks = np.array(points[:_LANDMARKS], np.float32) if count in {_LANDMARKS, 70} else None
    labels: tuple[EyeLabel, ...] = ()
    if count in _PUPILS:
        right, left = _PUPILS[count]
        labels = (
            eye_label(Side.LEFT, Condition.OPEN, points[left]),
            eye_label(Side.RIGHT, Condition.OPEN, points[right]),
        )
    return ParsedFace(labels, landmarks=landmarks), ()
