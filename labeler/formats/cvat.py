"""The CVAT for images 1.1 format: a point for each pupil, a tag for each eye that is closed or hidden."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TextIO
from xml.etree.ElementTree import Element, SubElement, tostring
from xml.sax.saxutils import escape

from labeler.formats.elements.interfaces import ExportItem, ParsedItem
from labeler.formats.elements.keypoints import PUPILS, Condition, condition, eye_name, from_corner, to_corner
from labeler.formats.elements.marks import Marks
from labeler.formats.elements.parsing import (
    MalformedError,
    compact,
    elements,
    kind_of,
    located,
    number,
    parse_json,
    size_of,
    whole_number,
)
from labeler.formats.elements.record import KEY, Record, to_record
from labeler.formats.elements.report import ImportReport
from labeler.formats.elements.shapes import DrawnShape, Outline, ellipse, polygon
from livecam.core.errors import SourceError
from livecam.core.types import Box, Side
from livecam.store.samples import EyeLabel

FILE = "annotations.xml"
_PART = 4000  # characters; CVAT cuts a longer value of an attribute off
_TAGS = [f"{side.value}_{said.value}" for side in Side for said in (Condition.CLOSED, Condition.OCCLUDED)]


def write(entries: Iterable[ExportItem], folder: Path, home: Path) -> None:
    """What CVAT has no place for is in tags called `livecam`, in parts, for CVAT limits how long a value is."""
    with (folder / FILE).open("w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n')
        _write_meta(file, home.name)
        for number, entry in enumerate(entries):
            file.write(tostring(_image(entry, number), encoding="unicode") + "\n")
        file.write("</annotations>\n")


def _write_meta(file: TextIO, name: str) -> None:
    labels = "".join(
        [
            *(_label(pupil, "points", [("radius", "number", "0;10000;0.001")]) for pupil in PUPILS.values()),
            *(_label(tag, "tag", []) for tag in _TAGS),
            _label(KEY, "tag", [("part", "number", "0;1000000;1"), ("record", "text", "")]),
        ]
    )
    task = f"<task><name>{escape(name)}</name><mode>annotation</mode><labels>{labels}</labels></task>"
    file.write(f"  <meta>{task}</meta>\n")


def _label(name: str, kind: str, attributes: Sequence[tuple[str, str, str]]) -> str:
    elements = "".join(
        f"<attribute><name>{key}</name><mutable>False</mutable><input_type>{input_type}</input_type>"
        f"<default_value></default_value><values>{values}</values></attribute>"
        for key, input_type, values in attributes
    )
    return f"<label><name>{name}</name><type>{kind}</type><attributes>{elements}</attributes></label>"


def _image(entry: ExportItem, number: int) -> Element:
    width, height = entry.sample.size
    image = Element("image", id=str(number), name=entry.picture, width=str(width), height=str(height))
    for label in entry.labels:
        _add_label(image, label)
    record = compact(to_record(entry.sample, entry.events))
    for part, start in enumerate(range(0, len(record), _PART)):
        tag = SubElement(image, "tag", label=KEY, source="file")
        _add_attribute(tag, "part", str(part))
        _add_attribute(tag, "record", record[start : start + _PART])
    return image


def _add_label(image: Element, label: EyeLabel) -> None:
    if label.centre is None:
        SubElement(image, "tag", label=f"{label.side.value}_{condition(label).value}", source="manual")
        return
    place = ",".join(str(place) for place in to_corner(label.centre))
    source = "manual" if label.moved else "auto"
    points = SubElement(image, "points", label=PUPILS[label.side], source=source, occluded="0", points=place)
    points.set("z_order", "0")
    if label.radius is not None:
        _add_attribute(points, "radius", str(float(label.radius)))


def _add_attribute(parent: Element, name: str, text: str) -> None:
    SubElement(parent, "attribute", name=name).text = text


def read(path: Path, report: ImportReport) -> Iterator[ParsedItem]:
    """Any file of CVAT for images; `occluded` points, and tags, say which eyes have no place.

    A `group_id` and a skeleton tell the faces of a picture apart.
    """
    file = located(path, FILE, ".xml")
    found = False
    for image, line in elements(file, "image"):
        found = True
        where = f"the image in line {line} of {file}"
        with report.item(where):
            yield _found(image, file, where, report)
    if not found:
        raise SourceError(f"{file} holds no image of CVAT for images 1.1")


def _found(image: Element, file: Path, where: str, report: ImportReport) -> ParsedItem:
    marks = Marks(report)
    for number_of, shape in enumerate(image):
        if shape.tag == "skeleton":
            for point in shape:
                _add(point, marks, f"skeleton {number_of}", report)
        else:
            _add(shape, marks, _group(shape), report)
    faces, loose = marks.said()
    return ParsedItem(
        picture=image.attrib["name"],
        folders=(file.parent / "images", file.parent),
        where=where,
        faces=faces,
        loose=loose,
        size=size_of(image.get("width"), image.get("height")),
        record=_record(image, where),
    )


def _group(shape: Element) -> str:
    group = shape.get("group_id", "0")
    return "" if group == "0" else f"group {group}"


def _add(shape: Element, marks: Marks, group: str, report: ImportReport) -> None:
    name = shape.attrib["label"]
    if shape.get("outside") == "1" or name == KEY:
        return
    if shape.tag == "tag":
        marks.add_tag(name, group)
        return
    known = eye_name(name)
    if shape.get("occluded") == "1" and known and known.side:
        marks.add_state(known.side, Condition.OCCLUDED, group)
    elif shape.tag == "box":
        marks.add_rectangle(name, _box(shape), group)
    elif shape.tag in {"points", "ellipse", "polygon"}:
        for outline, x, y, radius in _shapes(shape):
            marks.add(name, outline, from_corner(x, y), radius, group)
    else:
        report.pass_over(f"the {shape.tag} {name!r}")


def _box(shape: Element) -> Box:
    left, top, right, bottom = (number(shape.get(side), f"its {side}") for side in ("xtl", "ytl", "xbr", "ybr"))
    return Box(*from_corner(left, top), right - left, bottom - top)


def _shapes(shape: Element) -> Iterator[DrawnShape]:
    """In pixels from the corner."""
    if shape.tag == "ellipse":
        yield ellipse(*(number(shape.get(part), f"its {part}") for part in ("cx", "cy", "rx", "ry")))
        return
    corners = [_corner(corner) for corner in shape.attrib["points"].split(";")]
    if shape.tag == "polygon":
        yield polygon(corners)
        return
    radius_text = shape.findtext("attribute[@name='radius']")
    radius = number(radius_text, "its radius") if radius_text else None
    yield from (DrawnShape(Outline.POINT, x, y, radius) for x, y in corners)


def _corner(text: str) -> tuple[float, float]:
    parts = text.split(",")
    if len(parts) != 2:
        raise MalformedError(f"a point is x,y and not {kind_of(text)}")
    return number(parts[0], "an x"), number(parts[1], "a y")


def _record(image: Element, where: str) -> Record | None:
    parts = {}
    for tag in image.iterfind(f"tag[@label='{KEY}']"):
        part = whole_number(tag.findtext("attribute[@name='part']"), f"the part of a {KEY} tag")
        parts[part] = tag.findtext("attribute[@name='record']", "")
    if not parts:
        return None
    if sorted(parts) != list(range(len(parts))):
        raise MalformedError(f"of its {KEY} tags only the parts {sorted(parts)} are there")
    record: Record = parse_json("".join(parts[part] for part in range(len(parts))), f"the {KEY} tag of {where}")
    return record
