"""The COCO keypoints format: one `face` for each labelled image, with two keypoints, `left_pupil` and `right_pupil`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from labeler.formats.interfaces import ExportItem, ParsedItem
from labeler.formats.keypoints import NAMES, attributes, labels_of, triples
from labeler.formats.parsing import compact, located, parse_errors, read_json, write_list
from labeler.formats.record import KEY, to_record
from livecam.core.errors import SourceError
from livecam.store.samples import Sample

FILE = "annotations/person_keypoints_all.json"
_CATEGORY = {"id": 1, "name": "face", "supercategory": "person", "keypoints": NAMES, "skeleton": [[1, 2]]}


def write(entries: Iterable[ExportItem], folder: Path, home: Path) -> None:
    """One file for all splits; ids count from 1. What COCO has no place for is under `livecam` of each image."""
    (folder / FILE).parent.mkdir()
    annotations: list[Mapping[str, Any]] = []
    with (folder / FILE).open("w", encoding="utf-8") as file:
        file.write(f'{{"info":{compact({"description": f"livecam: {home.name}", "version": "1.0"})},"licenses":[],')
        file.write(f'"categories":{compact([_CATEGORY])},"images":')
        write_list(file, _images(entries, annotations))
        file.write(',"annotations":')
        write_list(file, annotations)
        file.write("}\n")


def _images(entries: Iterable[ExportItem], annotations: list[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for number, entry in enumerate(entries, start=1):
        if entry.labels:
            annotations.append(_annotation(entry, len(annotations) + 1, number))
        yield {
            "id": number,
            "file_name": entry.picture,
            "width": entry.sample.size[0],
            "height": entry.sample.size[1],
            "date_captured": entry.sample.captured.isoformat(),
            KEY: to_record(entry.sample, entry.events),
        }


def _annotation(entry: ExportItem, number: int, image: int) -> Mapping[str, Any]:
    points = triples(entry)
    box = _box(entry.sample)
    return {
        "id": number,
        "image_id": image,
        "category_id": _CATEGORY["id"],
        "keypoints": [value for triple in points for value in triple],
        "num_keypoints": sum(triple[2] > 0 for triple in points),
        "bbox": box,
        "area": box[2] * box[3],
        "iscrowd": 0,
        "segmentation": [],
        "attributes": attributes(entry),
    }


def _box(sample: Sample) -> tuple[float, float, float, float]:
    """Around the landmarks, as far as the picture goes; all of it where they are elsewhere."""
    width, height = sample.size
    left, top = (sample.landmarks.min(axis=0) + 0.5).clip(0, (width, height)).tolist()
    right, bottom = (sample.landmarks.max(axis=0) + 0.5).clip(0, (width, height)).tolist()
    if right <= left or bottom <= top:
        return 0, 0, width, height
    return left, top, right - left, bottom - top


def read(path: Path) -> Iterator[ParsedItem]:
    """Any COCO keypoints whose names tell the eyes; `left` is the subject's own, v = 1 an eye whose iris is hidden."""
    file = located(path / "annotations" if (path / "annotations").is_dir() else path, Path(FILE).name, ".json")
    content = read_json(file)
    with parse_errors(str(file)):
        names = {category["id"]: category.get("keypoints", []) for category in content["categories"]}
        by_image = defaultdict(list)
        for annotation in content.get("annotations", []):
            by_image[annotation["image_id"]].append(annotation)
        images = list(content["images"])
    for image in images:
        where = f"image {image.get('id') if isinstance(image, dict) else image!r} of {file}"
        with parse_errors(where):
            yield _found(image, by_image.get(image["id"], []), names, file, where)


def _found(
    image: Mapping[str, Any], annotations: list[Any], names: Mapping[int, list[str]], file: Path, where: str
) -> ParsedItem:
    faces = [face for face in annotations if any(face.get("keypoints", ())[2::3])]
    if len(faces) > 1:
        raise SourceError(f"{where} has {len(faces)} faces; a sample has one: cut them apart first")
    return ParsedItem(
        picture=image["file_name"],
        folders=(file.parent / "images", file.parent.parent / "images", file.parent, file.parent.parent),
        where=where,
        size=(image["width"], image["height"]),
        labels=_labels(faces[0], names[faces[0]["category_id"]]) if faces else (),
        record=image.get(KEY),
    )


def _labels(face: Mapping[str, Any], names: list[str]) -> Any:
    said = face.get("attributes")
    return labels_of(face["keypoints"], names, said if isinstance(said, dict) else {})
