"""VGG Image Annotator: projects and annotations of version 2 as JSON, its CSV, and projects of version 3."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from labeler.formats.elements.interfaces import ExportItem, ParsedItem
from labeler.formats.elements.keypoints import (
    PUPILS,
    condition,
    eye_name,
    from_corner,
    is_condition,
    side_of,
    to_condition,
    to_corner,
)
from labeler.formats.elements.marks import Marks, Said
from labeler.formats.elements.parsing import (
    MalformedError,
    compact,
    mapping,
    number,
    parse_errors,
    parse_json,
    read_text,
    sequence,
)
from labeler.formats.elements.record import read_records, with_sidecar
from labeler.formats.elements.report import ImportReport
from labeler.formats.elements.shapes import DrawnShape, Outline, ellipse, polygon
from labeler.formats.elements.table import Table
from livecam.core.errors import SourceError
from livecam.core.types import Box, Side
from livecam.store.samples import EyeLabel

FILE = "via_project.json"
_NAME_KEYS = ("name", "label", "class", "type", "eye", "part", "keypoint", "landmark")
_PERSON_KEYS = {"person", "face", "face_id", "person_id", "subject", "id", "group"}
_EYES = {Side.LEFT: "left_eye", Side.RIGHT: "right_eye"}
_SHAPES = {1: "point", 2: "rect", 3: "circle", 4: "ellipse", 7: "polygon"}  # VIA 3 numbers them

Region = tuple[Mapping[str, Any], Mapping[str, Any]]  # its shape, its attributes


def write(entries: Iterable[ExportItem], folder: Path, home: Path) -> None:
    """A project of version 2: a circle or point for each pupil, what has no place among the attributes of the file."""
    images = {}
    for entry in with_sidecar(entries, folder):
        regions = [_region(label) for label in entry.labels if label.centre is not None]
        size = (folder / "images" / entry.picture).stat().st_size
        images[f"{entry.picture}{size}"] = {
            "filename": entry.picture,
            "size": size,
            "regions": regions,
            "file_attributes": {
                _EYES[label.side]: condition(label).value for label in entry.labels if label.centre is None
            },
        }
    (folder / FILE).write_text(compact(_project(images, home.name)) + "\n", encoding="utf-8")


def _project(images: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    kinds = {"type": "dropdown", "description": "", "options": dict.fromkeys(PUPILS.values(), "")}
    states = {"type": "dropdown", "description": "", "options": {"closed": "", "occluded": ""}, "default_options": {}}
    return {
        "_via_settings": {
            "ui": {},
            "core": {"buffer_size": 18, "filepath": {}, "default_filepath": "images/"},
            "project": {"name": name},
        },
        "_via_img_metadata": images,
        "_via_attributes": {
            "region": {"name": {**kinds, "default_options": {}}},
            "file": dict.fromkeys(_EYES.values(), states),
        },
        "_via_data_format_version": "2.0.10",
        "_via_image_id_list": list(images),
    }


def _region(label: EyeLabel) -> Mapping[str, Any]:
    assert label.centre is not None
    x, y = to_corner(label.centre)
    shape: dict[str, Any] = {"name": "point", "cx": x, "cy": y}
    if label.radius is not None:
        shape = {"name": "circle", "cx": x, "cy": y, "r": float(label.radius)}
    return {"shape_attributes": shape, "region_attributes": {"name": PUPILS[label.side]}}


def read(path: Path, report: ImportReport) -> Iterator[ParsedItem]:
    """Any value or key of a region's attributes that names an eye is its name; `person` or `face` is whose it is."""
    file = _file(path)
    text = read_text(file)
    with parse_errors(str(file)):
        is_json = text.lstrip()[:1] in {"{", "["}
        images = _images(mapping(parse_json(text, str(file)), "the file")) if is_json else _table(file, report)
    records = read_records(file.parent)
    for name, regions, attributes in images:
        where = f"{name} of {file}"
        with report.item(where):
            faces, loose = _said(regions, attributes, report)
            yield ParsedItem(
                picture=name,
                folders=(file.parent / "images", file.parent),
                where=where,
                faces=faces,
                loose=loose,
                record=records.get(name),
            )


def _file(path: Path) -> Path:
    if path.is_file():
        return path
    if not path.is_dir():
        raise SourceError(f"there is no file or folder {path}")
    files = sorted([*path.glob("*.json"), *path.glob("*.csv")])
    if (path / FILE).is_file():
        return path / FILE
    if len(files) != 1:
        raise SourceError(f"the folder {path} holds no {FILE} and {len(files)} other files of VIA; name the file")
    return files[0]


def _images(content: Mapping[str, Any]) -> Iterator[tuple[str, list[Region], Mapping[str, Any]]]:
    """The name of each picture, its regions, its own attributes."""
    if "metadata" in content and "view" in content:
        yield from _version_3(content)
        return
    images = mapping(content.get("_via_img_metadata", content), "its pictures")
    for key, value in images.items():
        image = mapping(value, f"the picture {key!r}")
        if "filename" not in image:
            raise MalformedError(f"{key!r} has no filename; this is no file of VIA")
        regions = image.get("regions")
        listed = list(regions.values()) if isinstance(regions, Mapping) else sequence(regions, "its regions")
        pairs = [
            (mapping(one.get("shape_attributes"), "a shape"), mapping(one.get("region_attributes"), "its attributes"))
            for one in listed
        ]
        yield str(image["filename"]), pairs, mapping(image.get("file_attributes"), "its attributes")


def _version_3(content: Mapping[str, Any]) -> Iterator[tuple[str, list[Region], Mapping[str, Any]]]:
    attributes = mapping(content.get("attribute"), "its attributes")
    files = {str(key): mapping(file, "a file") for key, file in mapping(content.get("file"), "its files").items()}
    by_view: dict[str, list[Mapping[str, Any]]] = {}
    for mark in mapping(content["metadata"], "its metadata").values():
        by_view.setdefault(str(mapping(mark, "a mark").get("vid")), []).append(mark)
    for key, view in mapping(content["view"], "its views").items():
        shown = sequence(mapping(view, "a view").get("fid_list"), "its files")
        if len(shown) != 1:
            continue
        regions: list[Region] = []
        whole: dict[str, Any] = {}
        for mark in by_view.get(str(key), []):
            values = {
                str(mapping(attributes.get(one), "an attribute").get("aname", one)): _option(attributes, one, value)
                for one, value in mapping(mark.get("av"), "its values").items()
            }
            if mark.get("xy"):
                regions.append((_shape_of(sequence(mark["xy"], "its place")), values))
            else:
                whole |= values
        yield str(files[str(shown[0])].get("fname")), regions, whole


def _option(attributes: Mapping[str, Any], key: str, value: Any) -> Any:
    """A choice is told by its number."""
    return mapping(mapping(attributes.get(key), "an attribute").get("options"), "its options").get(str(value), value)


def _shape_of(place: Sequence[Any]) -> Mapping[str, Any]:
    kind = _SHAPES.get(int(number(place[0], "a kind of shape")), "other")
    rest = [number(part, "a coordinate") for part in place[1:]]
    keys = {
        "point": ("cx", "cy"),
        "rect": ("x", "y", "width", "height"),
        "circle": ("cx", "cy", "r"),
        "ellipse": ("cx", "cy", "rx", "ry"),
    }
    if kind == "polygon":
        return {"name": kind, "all_points_x": rest[::2], "all_points_y": rest[1::2]}
    return {"name": kind, **dict(zip(keys.get(kind, ()), rest, strict=False))}


def _table(file: Path, report: ImportReport) -> Iterator[tuple[str, list[Region], Mapping[str, Any]]]:
    """The CSV that VIA 2 exports: a row for each region, with JSON in its cells."""
    table = Table(file)
    names = {name.lstrip("#").strip(): name for name in table.header}
    if not {"filename", "region_shape_attributes"} <= names.keys():
        raise SourceError(f"{file} has no column filename or region_shape_attributes; this is no table of VIA")
    images: dict[str, tuple[list[Region], Mapping[str, Any]]] = {}
    for line, row in table.rows():
        where = f"line {line} of {file}"
        with report.item(where):
            if row is None:
                raise MalformedError(f"it has not {len(table.header)} cells")
            cells = {key: mapping(parse_json(row.get(names.get(key, "")) or "{}", where), key) for key in _JSON_CELLS}
            regions, _ = images.setdefault(row[names["filename"]], ([], cells["file_attributes"]))
            if cells["region_shape_attributes"]:
                regions.append((cells["region_shape_attributes"], cells["region_attributes"]))
    for name, (regions, attributes) in images.items():
        yield name, regions, attributes


_JSON_CELLS = ("file_attributes", "region_shape_attributes", "region_attributes")


def _said(regions: Sequence[Region], attributes: Mapping[str, Any], report: ImportReport) -> Said:
    marks = Marks(report)
    for shape, about in regions:
        _add(shape, about, marks, report)
    for key, value in attributes.items():
        side = side_of(key)
        if side and is_condition(str(value)):
            marks.add_state(side, to_condition(value, key))
        elif value not in {"", None}:
            report.pass_over(f"the attribute {key!r} of a file")
    return marks.said()


def _add(shape: Mapping[str, Any], about: Mapping[str, Any], marks: Marks, report: ImportReport) -> None:
    name, kind = _name(about), str(shape.get("name"))
    person = next((f"{key} {value}" for key, value in about.items() if key.lower() in _PERSON_KEYS and value), "")
    said = [str(value) for value in about.values() if isinstance(value, str) and is_condition(value)]
    known = eye_name(name)
    if known and known.side and said:
        state = to_condition(said[0], f"the state of {name!r}")
        if state.value != "open":
            marks.add_state(known.side, state, person)
            return
    if kind == "rect":
        corner = from_corner(number(shape.get("x"), "its x"), number(shape.get("y"), "its y"))
        size = (number(shape.get("width"), "its width"), number(shape.get("height"), "its height"))
        marks.add_rectangle(name, Box(*corner, *size), person)
    elif kind in {"point", "circle", "ellipse", "polygon"}:
        outline, x, y, radius = _shape(kind, shape)
        marks.add(name, outline, from_corner(x, y), radius, person)
    else:
        report.pass_over(f"the {kind} {name!r}")


def _shape(kind: str, shape: Mapping[str, Any]) -> DrawnShape:
    if kind == "polygon":
        xs, ys = (sequence(shape.get(f"all_points_{axis}"), "its corners") for axis in "xy")
        if len(xs) != len(ys):
            raise MalformedError(f"a polygon has {len(xs)} x and {len(ys)} y")
        return polygon([(number(x, "an x"), number(y, "a y")) for x, y in zip(xs, ys, strict=True)])
    x, y = number(shape.get("cx"), "its cx"), number(shape.get("cy"), "its cy")
    if kind == "ellipse":
        return ellipse(x, y, number(shape.get("rx"), "its rx"), number(shape.get("ry"), "its ry"))
    radius = number(shape["r"], "its r") if kind == "circle" else None
    return DrawnShape(Outline.CIRCLE if kind == "circle" else Outline.POINT, x, y, radius or None)


def _name(about: Mapping[str, Any]) -> str:
    """The value, what is ticked of a check box, or the key that is set, that names an eye; else what it is called."""
    about = {key: _ticked(value) for key, value in about.items()}
    values = [str(about[key]) for key in about if isinstance(about[key], str | int | float)]
    keys = [key for key, value in about.items() if value not in {"", None, False}]
    usual = [str(about[key]) for key in _NAME_KEYS if about.get(key)]
    for name in (*usual, *values, *keys):
        if eye_name(name):
            return name
    return next(iter((*usual, *values)), "without a name")


def _ticked(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    ticked = [str(option) for option, is_set in value.items() if is_set is True]
    return ticked[0] if len(ticked) == 1 else ""
