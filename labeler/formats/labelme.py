"""The labelme format: beside every image a JSON of its name, with a point for each pupil and flags for the rest."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PureWindowsPath
from typing import Any

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
from labeler.formats.parsing import compact, parse_errors, read_json
from labeler.formats.record import KEY, to_record
from livecam.core.errors import SourceError
from livecam.core.types import Side
from livecam.store.samples import EyeLabel, SampleState

_VERSION = "5.5.0"  # of the labelme whose files these are like
_SKIPPED = "skipped"


def write(entries: Iterable[ExportItem], folder: Path, home: Path) -> None:
    """A picture's sample is under `livecam`, which labelme keeps when somebody changes and saves the file."""
    for entry in entries:
        (folder / f"{entry.sample.id}.json").write_text(compact(_content(entry)) + "\n", encoding="utf-8")


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


def read(path: Path) -> Iterator[ParsedItem]:
    """A folder of such files, or one; a circle is a pupil with its radius. Files without shapes and flags are none."""
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    if not files:
        raise SourceError(f"the folder {path} holds no file *.json")
    for file in files:
        content = read_json(file)
        with parse_errors(str(file)):
            yield _found(content, file)


def _found(content: Mapping[str, Any], file: Path) -> ParsedItem:
    flags = content.get("flags") or {}
    return ParsedItem(
        # labelme on Windows writes its paths.
        picture=PureWindowsPath(content["imagePath"]).as_posix(),
        folders=(file.parent,),
        where=str(file),
        size=(content["imageWidth"], content["imageHeight"]) if content.get("imageWidth") else None,
        labels=_labels(content["shapes"], flags),
        is_skipped=bool(flags.get(_SKIPPED)),
        record=content.get(KEY),
    )


def _labels(shapes: Iterable[Mapping[str, Any]], flags: Mapping[str, bool]) -> tuple[EyeLabel, ...]:
    labels = {}
    for name, is_set in flags.items():
        if is_set and (said := condition_of(name)):
            labels[said[0]] = eye_label(*said)
    for shape in shapes:
        side = side_of(shape["label"])
        if side and shape["shape_type"] in {"point", "circle"}:
            (x, y), *rim = shape["points"]
            radius = math.hypot(rim[0][0] - x, rim[0][1] - y) if rim else shape.get("radius")
            labels[side] = eye_label(side, Condition.OPEN, from_corner(x, y), radius)
    return in_order(labels)
