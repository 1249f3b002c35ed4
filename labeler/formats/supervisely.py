"""Supervisely: a project's folder with meta.json and, in every data set, `ann` beside `img`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from labeler.formats.elements.interfaces import ExportItem, ParsedItem
from labeler.formats.elements.keypoints import PUPILS, Condition, condition, eye_name, is_condition, to_condition
from labeler.formats.elements.marks import Marks
from labeler.formats.elements.parsing import compact, mapping, number, parse_errors, read_json, sequence, size_of
from labeler.formats.elements.record import KEY, to_record
from labeler.formats.elements.report import ImportReport
from labeler.formats.elements.shapes import Outline, box_of, polygon
from livecam.core.errors import SourceError
from livecam.core.types import Point, Side
from livecam.store.samples import EyeLabel, SampleState, Split

META = "meta.json"
_DATASETS = {split.value: split for split in Split}
_SKIPPED = "skipped"
_TAGS = [f"{side.value}_{said.value}" for side in Side for said in (Condition.CLOSED, Condition.OCCLUDED)]
_RADIUS = "radius"
_COLOURS = {Side.LEFT: "#E6550D", Side.RIGHT: "#3182BD"}


def write(entries: Iterable[ExportItem], folder: Path, home: Path) -> None:
    """A data set for each split: a point for each pupil, tags of the picture for the rest, our own pixels.

    A sample is under `livecam` of its picture's `customBigData`, which Supervisely keeps.
    """
    for entry in entries:
        annotations = folder / entry.sample.split.value / "ann"
        annotations.mkdir(parents=True, exist_ok=True)
        content = compact(_content(entry)) + "\n"
        (annotations / f"{entry.picture}.json").write_text(content, encoding="utf-8")
    (folder / META).write_text(compact(_meta()) + "\n", encoding="utf-8")


def _meta() -> Mapping[str, Any]:
    classes = [
        {"title": PUPILS[side], "shape": "point", "color": _COLOURS[side], "geometry_config": {}, "id": place}
        for place, side in enumerate(Side, start=1)
    ]
    usual = {"color": "#808080", "hotkey": ""}
    tags = [
        {"name": name, "value_type": "none", "id": place, "applicable_type": "imagesOnly", **usual}
        for place, name in enumerate([*_TAGS, _SKIPPED], start=1)
    ]
    of_an_object = {"id": len(tags) + 1, "applicable_type": "objectsOnly", **usual}
    tags.append({"name": _RADIUS, "value_type": "any_number", **of_an_object})
    return {"classes": classes, "tags": tags, "projectType": "images"}


def _content(entry: ExportItem) -> Mapping[str, Any]:
    width, height = entry.sample.size
    tags = [f"{label.side.value}_{condition(label).value}" for label in entry.labels if label.centre is None]
    tags += [_SKIPPED] if entry.state is SampleState.SKIPPED else []
    return {
        "description": "",
        "tags": [{"name": tag, "value": None} for tag in tags],
        "size": {"height": height, "width": width},
        "objects": [_object(label) for label in entry.labels if label.centre is not None],
        "customBigData": {KEY: to_record(entry.sample, entry.events)},
    }


def _object(label: EyeLabel) -> Mapping[str, Any]:
    assert label.centre is not None
    tags = [] if label.radius is None else [{"name": _RADIUS, "value": float(label.radius)}]
    return {
        "classTitle": PUPILS[label.side],
        "description": "",
        "geometryType": "point",
        "tags": tags,
        "points": {"exterior": [[float(place) for place in label.centre]], "interior": []},
    }


def read(path: Path, report: ImportReport) -> Iterator[ParsedItem]:
    """A project, or the folder of a data set; key points (graphs), points and the middles of other shapes are pupils.

    Each graph is a face; objects with one binding are of one face.
    """
    if not path.is_dir():
        raise SourceError(f"there is no folder {path}; a project of Supervisely is one, with {META} in it")
    files = sorted(path.rglob("ann/*.json"))
    if not files:
        raise SourceError(f"the folder {path} holds no folder ann with files *.json")
    meta = next((one / META for one in (path, path.parent) if (one / META).is_file()), None)
    nodes: Mapping[str, Mapping[str, str]] = {}
    if meta:
        with parse_errors(str(meta)):
            nodes = _nodes(mapping(read_json(meta), "the file"))
    for file in files:
        with report.item(str(file)):
            yield _found(mapping(read_json(file), "the file"), nodes, file, report)


def _nodes(meta: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
    """Of each class of key points the names of its nodes, by their keys."""
    found = {}
    for one in sequence(meta.get("classes"), "its classes"):
        configured = mapping(mapping(one.get("geometry_config"), "its geometry_config").get("nodes"), "its nodes")
        names = {key: str(mapping(node, "a node").get("label", key)) for key, node in configured.items()}
        found[str(one.get("title"))] = names
    return found


def _found(
    content: Mapping[str, Any], nodes: Mapping[str, Mapping[str, str]], file: Path, report: ImportReport
) -> ParsedItem:
    marks = Marks(report)
    tags = [str(mapping(tag, "a tag").get("name")) for tag in sequence(content.get("tags"), "its tags")]
    for tag in tags:
        if tag != _SKIPPED:
            marks.add_tag(tag)
    for place, one in enumerate(sequence(content.get("objects"), "its objects")):
        _add(mapping(one, "an object"), place, nodes, marks, report)
    faces, loose = marks.said()
    size = mapping(content.get("size"), "its size")
    dataset = file.parent.parent
    return ParsedItem(
        picture=file.stem,
        folders=(dataset / "img",),
        where=str(file),
        faces=faces,
        loose=loose,
        size=size_of(size.get("width"), size.get("height")),
        is_skipped=_SKIPPED in tags,
        split=_DATASETS.get(dataset.name),
        record=mapping(content.get("customBigData"), "its customBigData").get(KEY),
    )


def _add(
    one: Mapping[str, Any], place: int, nodes: Mapping[str, Mapping[str, str]], marks: Marks, report: ImportReport
) -> None:
    title, kind = str(one.get("classTitle")), str(one.get("geometryType"))
    bound = one.get("bindingKey") or one.get("instance")
    group = f"group {bound}" if bound else ""
    tags = {str(mapping(tag, "a tag").get("name")): tag.get("value") for tag in sequence(one.get("tags"), "its tags")}
    if kind == "graph":
        _add_graph(mapping(one.get("nodes"), "its nodes"), nodes.get(title, {}), group or f"graph {place}", marks)
        return
    known = eye_name(title)
    state = next((to_condition(tag, "a tag") for tag in tags if is_condition(tag)), Condition.OPEN)
    if known and known.side and state is not Condition.OPEN:
        marks.add_state(known.side, state, group)
        return
    exterior = sequence(mapping(one.get("points"), "its points").get("exterior"), "its points")
    corners = [_corner(corner) for corner in exterior]
    radius_tag = tags.get(_RADIUS)
    radius = None if radius_tag is None else number(radius_tag, "its radius")
    if kind == "rectangle":
        marks.add_rectangle(title, box_of(corners), group)
    elif kind == "polygon":
        shape = polygon(corners)
        marks.add(title, Outline.POLYGON, Point(shape.x, shape.y), shape.radius, group)
    elif kind == "point" and corners:
        marks.add(title, Outline.POINT, corners[0], radius, group)
    else:
        report.pass_over(f"the {kind} {title!r}")


def _add_graph(placed: Mapping[str, Any], names: Mapping[str, str], group: str, marks: Marks) -> None:
    for key, node in placed.items():
        name = names.get(key, key)
        said, known = mapping(node, f"the node {name!r}"), eye_name(name)
        if said.get("disabled") and known and known.side:
            marks.add_state(known.side, Condition.OCCLUDED, group)
        else:
            marks.add(name, Outline.POINT, _corner(said.get("loc")), None, group)


def _corner(corner: Any) -> Point:
    """Whole numbers are the centres of pixels, as ours."""
    parts: Sequence[Any] = sequence(corner, "a point")
    x, y = parts
    return Point(number(x, "an x"), number(y, "a y"))
