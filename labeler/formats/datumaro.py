"""The Datumaro JSON format: a file and a folder of images for each split, both pupils as one annotation of points."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TextIO

from labeler.formats.elements.faces import Mark, ParsedFace
from labeler.formats.elements.interfaces import ExportItem, ParsedItem
from labeler.formats.elements.keypoints import (
    NAMES,
    VISIBLE,
    Condition,
    attributes,
    eye_name,
    face_of,
    from_corner,
    has_pupils,
    triples,
)
from labeler.formats.elements.marks import Marks
from labeler.formats.elements.parsing import (
    MalformedError,
    compact,
    mapping,
    number,
    parse_errors,
    read_json,
    sequence,
    size_of,
)
from labeler.formats.elements.record import KEY, to_record
from labeler.formats.elements.report import ImportReport
from labeler.formats.elements.shapes import DrawnShape, Outline, ellipse, polygon
from livecam.core.errors import SourceError
from livecam.core.types import Box
from livecam.store.samples import Split

FOLDER = "annotations"
_IMAGE = 2  # Datumaro's number for this kind of media
_CATEGORIES = {
    "label": {"labels": [{"name": "face", "parent": "", "attributes": []}], "label_groups": [], "attributes": []},
    "points": {"items": [{"label_id": 0, "labels": NAMES, "joints": [[1, 2]]}]},
}
_HEAD = {"dm_format_version": "1.0", "media_type": _IMAGE, "infos": {}, "categories": _CATEGORIES}


def write(entries: Iterable[ExportItem], folder: Path, home: Path) -> None:
    """What Datumaro has no place for is under `livecam` of each item's attributes."""
    (folder / FOLDER).mkdir()
    files: dict[Split, TextIO] = {}
    with ExitStack() as stack:
        for entry in entries:
            split = entry.sample.split
            begin = ",\n"
            if split not in files:
                path = folder / FOLDER / f"{split.value}.json"
                files[split] = stack.enter_context(path.open("w", encoding="utf-8"))
                begin = compact(_HEAD)[:-1] + ',"items":[\n'
            files[split].write(begin + compact(_item(entry)))
        for file in files.values():
            file.write("\n]}\n")


def _item(entry: ExportItem) -> Mapping[str, Any]:
    width, height = entry.sample.size
    return {
        "id": Path(entry.picture).stem,
        "annotations": [_points(entry)] if entry.labels else [],
        "attr": {KEY: to_record(entry.sample, entry.events)},
        "image": {"path": entry.picture, "size": [height, width]},
    }


def _points(entry: ExportItem) -> Mapping[str, Any]:
    points = triples(entry)
    return {
        "id": 0,
        "type": "points",
        "attributes": attributes(entry),
        "group": 0,
        "label_id": 0,
        "points": [place for x, y, _ in points for place in (x, y)],
        "visibility": [v for _, _, v in points],
        "z_order": 0,
    }


def read(path: Path, report: ImportReport) -> Iterator[ParsedItem]:
    """All splits of a folder, or one file; points with a category of keypoints, or one labelled shape for each eye.

    Points of one annotation, and annotations of one group, are of one face.
    """
    folder = path / FOLDER if (path / FOLDER).is_dir() else path
    files = sorted(folder.glob("*.json")) if folder.is_dir() else [folder]
    if not files:
        raise SourceError(f"the folder {folder} holds no file *.json")
    for file in files:
        content = read_json(file)
        with parse_errors(str(file)):
            content = mapping(content, "the file")
            names = _names(mapping(content["categories"], "its categories"))
            items = list(enumerate(sequence(content["items"], "its items"), start=1))
        for place, item in items:
            where = f"item {place} of {file}"
            with report.item(where):
                yield _found(mapping(item, "it"), names, file, where, report)


def _names(categories: Mapping[str, Any]) -> Mapping[int, tuple[str, list[str]]]:
    """By a label's number its own name and those of its points."""
    labels = [str(label["name"]) for label in mapping(categories.get("label"), "label").get("labels", [])]
    points = mapping(categories.get("points"), "points").get("items", [])
    of_points = {item["label_id"]: [str(name) for name in item["labels"]] for item in points}
    return {place: (name, of_points.get(place, [])) for place, name in enumerate(labels)}


def _found(
    item: Mapping[str, Any], names: Mapping[int, tuple[str, list[str]]], file: Path, where: str, report: ImportReport
) -> ParsedItem:
    image = mapping(item.get("image"), "its image")
    images = file.parent.parent / "images"
    height, width = sequence(image.get("size"), "the size of its image") or (None, None)
    faces: list[ParsedFace] = []
    marks = Marks(report)
    for annotation in sequence(item.get("annotations"), "its annotations"):
        name, points = names.get(mapping(annotation, "an annotation").get("label_id", -1), ("", []))
        if annotation.get("type") == "points" and has_pupils(points):
            face, unsided = _face(annotation, points, report)
            faces += [face] if face.labels else []
            for mark in unsided:
                marks.add_mark(mark)
        else:
            _add(annotation, name, marks, report)
    apart, loose = marks.said()
    return ParsedItem(
        picture=str(image.get("path") or f"{item['id']}.jpg"),
        folders=(images / file.stem, images, file.parent / "images", file.parent),
        where=where,
        size=size_of(width, height),
        faces=(*faces, *apart),
        loose=loose,
        split=Split(file.stem) if file.stem in set(Split) else None,
        record=mapping(item.get("attr"), "its attributes").get(KEY),
    )


def _face(
    annotation: Mapping[str, Any], names: Sequence[str], report: ImportReport
) -> tuple[ParsedFace, tuple[Mark, ...]]:
    places = sequence(annotation["points"], "its points")
    visibility = sequence(annotation.get("visibility"), "its visibility") or [VISIBLE] * (len(places) // 2)
    if len(places) != 2 * len(visibility):
        raise MalformedError(f"{len(places)} numbers are not two for each of {len(visibility)} points")
    points = [part for x, y, v in zip(places[::2], places[1::2], visibility, strict=True) for part in (x, y, v)]
    return face_of(points, names, mapping(annotation.get("attributes"), "its attributes"), report)


def _add(annotation: Mapping[str, Any], name: str, marks: Marks, report: ImportReport) -> None:
    """A shape, or a label without place, that has the name of an eye."""
    kind = str(annotation.get("type"))
    group = f"group {annotation['group']}" if annotation.get("group") else ""
    said = mapping(annotation.get("attributes"), "its attributes")
    visibility = sequence(annotation.get("visibility"), "its visibility") or [VISIBLE]
    known = eye_name(name)
    hidden = said.get("occluded") or (kind == "points" and visibility[0] != VISIBLE)
    if kind == "label":
        marks.add_tag(name, group)
    elif known and known.side and hidden:
        marks.add_state(known.side, Condition.OCCLUDED, group)
    elif kind == "bbox":
        left, top, width, height = (number(part, "a part of its box") for part in annotation["bbox"])
        marks.add_rectangle(name, Box(*from_corner(left, top), width, height), group)
    elif kind in {"points", "polygon", "ellipse"}:
        for outline, x, y, radius in _shapes(kind, annotation["points"], said):
            marks.add(name, outline, from_corner(x, y), radius, group)
    else:
        report.pass_over(f"the {kind} {name!r}")


def _shapes(kind: str, places: Any, said: Mapping[str, Any]) -> Iterator[DrawnShape]:
    numbers = [number(place, "a point") for place in sequence(places, "its points")]
    corners = list(zip(numbers[::2], numbers[1::2], strict=False))
    if kind == "polygon":
        yield polygon(corners)
    elif kind == "ellipse":
        x1, y1, x2, y2 = numbers
        yield ellipse((x1 + x2) / 2, (y1 + y2) / 2, abs(x2 - x1) / 2, abs(y2 - y1) / 2)
    else:
        radius = number(said["radius"], "its radius") if said.get("radius") else None
        yield from (DrawnShape(Outline.POINT, x, y, radius) for x, y in corners)
