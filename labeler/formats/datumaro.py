"""The Datumaro JSON format: a file and a folder of images for each split, both pupils as one annotation of points."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TextIO

from labeler.formats.interfaces import ExportItem, ParsedItem
from labeler.formats.keypoints import (
    NAMES,
    VISIBLE,
    Condition,
    attributes,
    eye_label,
    from_corner,
    in_order,
    labels_of,
    side_of,
    triples,
)
from labeler.formats.parsing import compact, parse_errors, read_json
from labeler.formats.record import KEY, to_record
from livecam.core.errors import SourceError
from livecam.core.types import Side
from livecam.store.samples import EyeLabel, Split

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
        "id": entry.sample.id,
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


def read(path: Path) -> Iterator[ParsedItem]:
    """All splits of a folder, or one file; points with a category of keypoints, or one labelled point for each eye."""
    folder = path / FOLDER if (path / FOLDER).is_dir() else path
    files = sorted(folder.glob("*.json")) if folder.is_dir() else [folder]
    if not files:
        raise SourceError(f"the folder {folder} holds no file *.json")
    for file in files:
        content = read_json(file)
        with parse_errors(str(file)):
            names = _Names.of(content["categories"])
            items = list(enumerate(content["items"], start=1))
        for number, item in items:
            where = f"item {number} of {file}"
            with parse_errors(where):
                yield _found(item, names, file, where)


class _Names(dict[int, list[str]]):
    """Of a label's points, by the label's number; of the label itself, where it has no points."""

    @classmethod
    def of(cls, categories: Mapping[str, Any]) -> _Names:
        labels = categories.get("label", {}).get("labels", [])
        points = categories.get("points", {}).get("items", [])
        single = {number: [label["name"]] for number, label in enumerate(labels)}
        return cls(single | {item["label_id"]: item["labels"] for item in points if item["labels"]})


def _found(item: Mapping[str, Any], names: _Names, file: Path, where: str) -> ParsedItem:
    image = item["image"]
    images = file.parent.parent / "images"
    height, width = image.get("size") or (0, 0)
    return ParsedItem(
        picture=image.get("path") or f"{item['id']}.jpg",
        folders=(images / file.stem, images, file.parent / "images", file.parent),
        where=where,
        size=(width, height) if image.get("size") else None,
        labels=_labels(item["annotations"], names),
        split=Split(file.stem) if file.stem in set(Split) else None,
        record=(item.get("attr") or {}).get(KEY),
    )


def _labels(annotations: Iterable[Mapping[str, Any]], names: _Names) -> tuple[EyeLabel, ...]:
    labels: dict[Side, EyeLabel] = {}
    for annotation in annotations:
        known = names.get(annotation.get("label_id", -1), [])
        if annotation["type"] == "points" and any(side_of(name) for name in known):
            found = _of_points(annotation, known)
            if labels.keys() & {label.side for label in found}:
                raise ValueError("it has more than one face; a sample has one: cut them apart first")
            labels |= {label.side: label for label in found}
    return in_order(labels)


def _of_points(annotation: Mapping[str, Any], names: list[str]) -> tuple[EyeLabel, ...]:
    places = annotation["points"]
    visibility = annotation.get("visibility") or [VISIBLE] * (len(places) // 2)
    said = annotation.get("attributes") or {}
    if len(names) == 1 and (side := side_of(names[0])):
        x, y = places
        hidden = said.get("occluded") or visibility[0] != VISIBLE
        condition = Condition.OCCLUDED if hidden else Condition.OPEN
        return (eye_label(side, condition, from_corner(x, y), said.get("radius")),)
    points = [part for x, y, v in zip(places[::2], places[1::2], visibility, strict=True) for part in (x, y, v)]
    return labels_of(points, names, said)
