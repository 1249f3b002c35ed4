"""The CVAT for images 1.1 format: a point for each pupil, a tag for each eye that is closed or hidden."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TextIO
from xml.etree.ElementTree import Element, SubElement, tostring
from xml.sax.saxutils import escape

from labeler.formats.interfaces import ExportItem, ParsedItem
from labeler.formats.keypoints import (
    PUPILS,
    Condition,
    condition,
    condition_of,
    eye_label,
    from_corner,
    in_order,
    side_of,
    to_corner,
)
from labeler.formats.parsing import compact, elements, located, parse_errors, parse_json
from labeler.formats.record import KEY, Record, to_record
from livecam.core.errors import SourceError
from livecam.core.types import Side
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
    told = "".join(
        f"<attribute><name>{key}</name><mutable>False</mutable><input_type>{input_type}</input_type>"
        f"<default_value></default_value><values>{values}</values></attribute>"
        for key, input_type, values in attributes
    )
    return f"<label><name>{name}</name><type>{kind}</type><attributes>{told}</attributes></label>"


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


def read(path: Path) -> Iterator[ParsedItem]:
    """Any file of CVAT for images; `occluded` points, and tags, say which eyes have no place."""
    file = located(path, FILE, ".xml")
    found = False
    for image, line in elements(file, "image"):
        found = True
        where = f"the image in line {line} of {file}"
        with parse_errors(where):
            yield _found(image, file, where)
    if not found:
        raise SourceError(f"{file} holds no image of CVAT for images 1.1")


def _found(image: Element, file: Path, where: str) -> ParsedItem:
    return ParsedItem(
        picture=image.attrib["name"],
        folders=(file.parent / "images", file.parent),
        where=where,
        labels=_labels(image),
        size=(int(image.attrib["width"]), int(image.attrib["height"])),
        record=_record(image, where),
    )


def _labels(image: Element) -> tuple[EyeLabel, ...]:
    labels = {}
    for points in image.iter("points"):
        side = side_of(points.attrib["label"])
        if side and points.get("outside") != "1":
            labels[side] = _pupil(side, points)
    for tag in image.iter("tag"):
        if said := condition_of(tag.attrib["label"]):
            labels[said[0]] = eye_label(*said)
    return in_order(labels)


def _pupil(side: Side, points: Element) -> EyeLabel:
    x, y = (float(place) for place in points.attrib["points"].split(","))
    radius = points.findtext("attribute[@name='radius']")
    said = Condition.OCCLUDED if points.get("occluded") == "1" else Condition.OPEN
    return eye_label(side, said, from_corner(x, y), float(radius) if radius else None)


def _record(image: Element, where: str) -> Record | None:
    parts = {}
    for tag in image.iterfind(f"tag[@label='{KEY}']"):
        parts[int(float(tag.findtext("attribute[@name='part']", "")))] = tag.findtext("attribute[@name='record']", "")
    if not parts:
        return None
    if sorted(parts) != list(range(len(parts))):
        raise ValueError(f"of its {KEY} tags only the parts {sorted(parts)} are there")
    record: Record = parse_json("".join(parts[part] for part in range(len(parts))), f"the {KEY} tag of {where}")
    return record
