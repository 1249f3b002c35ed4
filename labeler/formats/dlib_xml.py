"""dlib's XML, as imglab writes it: a box for each face, a part for each pupil or landmark, whole pixels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, tostring
from xml.sax.saxutils import escape

import numpy as np

from labeler.formats.elements.faces import Mark, ParsedFace, UnsidedPoint
from labeler.formats.elements.interfaces import ExportItem, ParsedItem
from labeler.formats.elements.keypoints import PUPILS, Condition, eye_label, eye_name, face_box
from labeler.formats.elements.marks import Marks
from labeler.formats.elements.parsing import MalformedError, elements, located, number, size_of
from labeler.formats.elements.plain_formats import with_recorded_states
from labeler.formats.elements.record import read_records, with_sidecar
from labeler.formats.elements.report import ImportReport
from livecam.core.errors import SourceError
from livecam.core.types import Box, Point, Points, Side
from livecam.store.samples import EyeLabel

FILE = "faces.xml"
_ROUNDING = 0.75  # pixels: dlib reads whole numbers only, half a pixel's diagonal and a little
_LANDMARKS = 68


def write(entries: Iterable[ExportItem], folder: Path, home: Path) -> None:
    """Whole pixels, centres of pixels as ours. A closed or hidden eye is no part; the rest is in the sidecar."""
    with (folder / FILE).open("w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" encoding="utf-8"?>\n<dataset>\n')
        file.write(f"<name>{escape(home.name)}</name>\n<images>\n")
        for entry in with_sidecar(entries, folder):
            file.write(tostring(_image(entry), encoding="unicode") + "\n")
        file.write("</images>\n</dataset>\n")


def _image(entry: ExportItem) -> Element:
    width, height = entry.sample.size
    image = Element("image", file=f"images/{entry.picture}", width=str(width), height=str(height))
    if entry.labels:
        left, top, box_width, box_height = (round(part) for part in face_box(entry.sample))
        place = {"top": str(top), "left": str(left), "width": str(max(box_width, 1)), "height": str(max(box_height, 1))}
        box = SubElement(image, "box", place)
        SubElement(box, "label").text = "face"
        for label in entry.labels:
            if label.centre is not None:
                x, y = (str(round(place)) for place in label.centre)
                SubElement(box, "part", name=PUPILS[label.side], x=x, y=y)
    return image


def read(path: Path, report: ImportReport) -> Iterator[ParsedItem]:
    """Each box is a face, its parts are pupils by their names, or the 68 landmarks of iBUG by their numbers from 0.

    A box that has the name of a pupil is one. Boxes to be ignored are told.
    """
    file = located(path, FILE, ".xml")
    records = read_records(file.parent)
    found = False
    for image, line in elements(file, "image"):
        found = True
        where = f"the image in line {line} of {file}"
        with report.item(where):
            picture = image.attrib["file"]
            said = _found(image, file, where, report)
            yield with_recorded_states(said, records.get(Path(picture).name))
    if not found:
        raise SourceError(f"{file} holds no image of dlib or imglab")


def _found(image: Element, file: Path, where: str, report: ImportReport) -> ParsedItem:
    faces: list[ParsedFace] = []
    loose: list[Mark] = []
    marks = Marks(report)
    for box in image.iterfind("box"):
        label = (box.findtext("label") or "").strip()
        left, top, width, height = (number(box.get(part), f"its {part}") for part in ("left", "top", "width", "height"))
        if box.get("ignore") in {"1", "true"}:
            report.pass_over("a box that is to be ignored")
        elif box.find("part") is None and eye_name(label):
            # Both edges of dlib's rectangles are pixels within them.
            marks.add_rectangle(label, Box(left, top, width - 1, height - 1))
        else:
            face, unsided = _face(box, Box(left, top, width, height), report)
            faces.append(face)
            loose += unsided
    apart, more = marks.said()
    return ParsedItem(
        picture=image.attrib["file"].replace("\\", "/"),
        folders=(file.parent, file.parent / "images"),
        where=where,
        faces=(*faces, *apart),
        loose=(*loose, *more),
        size=size_of(image.get("width"), image.get("height")),
        rounding=_ROUNDING,
    )


def _face(box: Element, around: Box, report: ImportReport) -> tuple[ParsedFace, list[Mark]]:
    labels: dict[Side, EyeLabel] = {}
    unsided: list[Mark] = []
    numbered: dict[int, Point] = {}
    for part in box.iterfind("part"):
        name = part.attrib["name"]
        place = Point(number(part.get("x"), f"the x of {name!r}"), number(part.get("y"), f"the y of {name!r}"))
        known = eye_name(name)
        if name.isdecimal():
            numbered[int(name)] = place
        elif known is None:
            report.pass_over(f"the part {name!r}")
        elif known.side is None:
            unsided.append(UnsidedPoint(name, place))
        elif known.side in labels:
            raise MalformedError(f"the {known.side.value} eye of one face is there twice")
        else:
            labels[known.side] = eye_label(known.side, known.condition or Condition.OPEN, place)
    said = tuple(labels[side] for side in Side if side in labels)
    return ParsedFace(said, box=around, landmarks=_landmarks(numbered, report)), unsided


def _landmarks(numbered: dict[int, Point], report: ImportReport) -> Points | None:
    if sorted(numbered) == list(range(_LANDMARKS)):
        return np.array([numbered[place] for place in range(_LANDMARKS)], np.float32)
    if numbered:
        report.doubt(f"{len(numbered)} numbered parts of a face", "only the 68 landmarks 0 to 67 have a meaning")
    return None
