"""The labelme format: beside every image a JSON of its name, with a point for each pupil and flags for the rest."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path, PureWindowsPath
from typing import Any

from labeler.formats.elements.interfaces import ExportItem, ParsedItem
from labeler.formats.elements.keypoints import (
    PUPILS,
    Condition,
    condition,
    from_corner,
    is_condition,
    side_of,
    to_condition,
    to_corner,
)
from labeler.formats.elements.marks import Marks, Said
from labeler.formats.elements.parsing import compact, mapping, number, read_json, sequence, size_of
from labeler.formats.elements.picture_data import decode_base64
from labeler.formats.elements.record import KEY, to_record
from labeler.formats.elements.report import ImportReport
from labeler.formats.elements.shapes import Outline, box_of, polygon
from livecam.core.errors import SourceError
from livecam.core.types import Point, Side
from livecam.store.samples import EyeLabel, SampleState

_VERSION = "5.5.0"  # of the labelme whose files these are like
_SKIPPED = "skipped"


def write(entries: Iterable[ExportItem], folder: Path, home: Path) -> None:
    """A picture's sample is under `livecam`, which labelme keeps when somebody changes and saves the file."""
    for entry in entries:
        (folder / entry.picture).with_suffix(".json").write_text(compact(_content(entry)) + "\n", encoding="utf-8")


def _content(entry: ExportItem) -> Mapping[str, Any]:
    return {
        "version": _VERSION,
        "flags": _flags(entry),
        "shapes": [_shape(label) for label in entry.labels if label.centre is not None],
        "imagePath": entry.picture,
        "imageData": None,
        "imageHeight": entry.sample.size[1],
        "imageWidth": entry.sample.size[0],
        KEY: to_record(entry.sample, entry.events),
    }


def _flags(entry: ExportItem) -> dict[str, bool]:
    flags = {_SKIPPED: entry.state is SampleState.SKIPPED}
    for side in Side:
        label = entry.label(side)
        for said in (Condition.CLOSED, Condition.OCCLUDED):
            flags[f"{side.value}_{said.value}"] = label is not None and condition(label) is said
    return flags


def _shape(label: EyeLabel) -> Mapping[str, Any]:
    assert label.centre is not None
    return {
        "label": PUPILS[label.side],
        "points": [list(to_corner(label.centre))],
        "group_id": None,
        "description": "",
        "shape_type": "point",
        "flags": {},
        "mask": None,
        "radius": label.radius,
    }


def read(path: Path, report: ImportReport) -> Iterator[ParsedItem]:
    """A folder of such files, or one; points, and the middles of circles, rectangles and polygons, are pupils.

    A `group_id` tells the faces of a picture apart. Files without shapes are not labelme's.
    """
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    if not files:
        raise SourceError(f"the folder {path} holds no file *.json")
    for file in files:
        with report.item(str(file)):
            yield _found(mapping(read_json(file), "the file"), file, report)


def _found(content: Mapping[str, Any], file: Path, report: ImportReport) -> ParsedItem:
    flags = mapping(content.get("flags"), "its flags")
    shapes = content["shapes"]
    image_data = content.get("imageData")
    faces, loose = _said(sequence(shapes, "its shapes"), flags, report)
    return ParsedItem(
        # labelme on Windows writes its paths.
        picture=PureWindowsPath(content["imagePath"]).as_posix(),
        folders=(file.parent,),
        where=str(file),
        size=size_of(content.get("imageWidth"), content.get("imageHeight")),
        faces=faces,
        loose=loose,
        is_skipped=bool(flags.get(_SKIPPED)),
        record=content.get(KEY),
        load=partial(decode_base64, image_data, str(file)) if isinstance(image_data, str) else None,
    )


def _said(shapes: Sequence[Any], flags: Mapping[str, Any], report: ImportReport) -> Said:
    marks = Marks(report)
    for name, is_set in flags.items():
        if is_set and name != _SKIPPED:
            marks.add_tag(name)
    for shape in shapes:
        _add(mapping(shape, "a shape"), marks, report)
    return marks.said(points_win=True)


def _add(shape: Mapping[str, Any], marks: Marks, report: ImportReport) -> None:
    name, kind = str(shape["label"]), shape.get("shape_type") or "polygon"
    group = "" if shape.get("group_id") is None else str(shape["group_id"])
    corners = [_corner(corner) for corner in sequence(shape.get("points"), f"the points of {name!r}")]
    if kind == "rectangle":
        marks.add_rectangle(name, box_of(corners), group)
        return
    if kind not in {"point", "points", "circle", "polygon"} or not corners:
        report.pass_over(f"the {kind} {name!r}")
        return
    if (side := side_of(name)) and (said := _condition(shape)):
        marks.add_state(side, said, group)
        return
    known = shape.get("radius")
    radius = None if known is None else number(known, f"the radius of {name!r}")
    if kind == "polygon":
        outline, *place, radius = polygon(corners)
        marks.add(name, outline, Point(*place), radius, group)
    elif kind == "circle" and len(corners) == 2:
        marks.add(name, Outline.CIRCLE, Point(*corners[0]), math.dist(*corners), group)
    else:
        for corner in corners:
            marks.add(name, Outline.POINT, Point(*corner), radius, group)


def _condition(shape: Mapping[str, Any]) -> Condition | None:
    """What the flags of one shape say of its eye."""
    flags = mapping(shape.get("flags"), "the flags of a shape")
    set_ones = [to_condition(flag, "a flag") for flag, is_set in flags.items() if is_set and is_condition(flag)]
    return next((said for said in set_ones if said is not Condition.OPEN), None)


def _corner(corner: Any) -> Point:
    x, y = sequence(corner, "a point")
    return from_corner(number(x, "an x"), number(y, "a y"))
