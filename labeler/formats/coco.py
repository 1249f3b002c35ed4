"""The COCO keypoints format: one `face` for each labelled image, with two keypoints, `left_pupil` and `right_pupil`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from labeler.formats.elements.faces import Mark, ParsedFace
from labeler.formats.elements.interfaces import ExportItem, ParsedItem
from labeler.formats.elements.keypoints import NAMES, attributes, face_box, face_of, has_pupils, predictions_of, triples
from labeler.formats.elements.parsing import (
    MalformedError,
    compact,
    kind_of,
    located,
    mapping,
    number,
    parse_errors,
    read_json,
    sequence,
    size_of,
    write_list,
)
from labeler.formats.elements.record import KEY, to_record
from labeler.formats.elements.report import ImportReport
from livecam.core.errors import SourceError
from livecam.core.types import Box

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
    for place, entry in enumerate(entries, start=1):
        if entry.labels:
            annotations.append(_annotation(entry, len(annotations) + 1, place))
        yield {
            "id": place,
            "file_name": entry.picture,
            "width": entry.sample.size[0],
            "height": entry.sample.size[1],
            "date_captured": entry.sample.captured.isoformat(),
            KEY: to_record(entry.sample, entry.events),
        }


def _annotation(entry: ExportItem, number: int, image: int) -> Mapping[str, Any]:
    points = triples(entry)
    box = face_box(entry.sample)
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


def read(path: Path, report: ImportReport) -> Iterator[ParsedItem]:
    """Any COCO keypoints whose names tell the eyes; `left` is the subject's own, v = 1 an eye whose iris is hidden.

    Each annotation is a face; one with a score was made by a program and is a prediction.
    """
    file = located(path / "annotations" if (path / "annotations").is_dir() else path, Path(FILE).name, ".json")
    content = read_json(file)
    with parse_errors(str(file)):
        content = mapping(content, "the file")
        names = _keypoint_names(sequence(content["categories"], "its categories"), file)
        images = list(sequence(content["images"], "its images"))
        by_image = _by_image(sequence(content.get("annotations"), "its annotations"), images, file, report)
    for image in images:
        where = f"image {image.get('id') if isinstance(image, dict) else kind_of(image)} of {file}"
        with report.item(where):
            said = mapping(image, "it")
            yield _found(said, by_image.get(str(said["id"]), []), names, file, where, report)


def _keypoint_names(categories: Sequence[Any], file: Path) -> Mapping[str, list[str]]:
    """By the category's id, as text: tools write it as a number or a string."""
    names = {str(one["id"]): [str(name) for name in one.get("keypoints") or ()] for one in categories}
    known = sorted({name for some in names.values() for name in some})
    if known and not has_pupils(known):
        examples = ", ".join(known[:5])
        raise SourceError(f"{file}: none of the keypoints {examples} is a pupil; one is called left_pupil or left_eye")
    return names


def _by_image(
    annotations: Sequence[Any], images: Sequence[Any], file: Path, report: ImportReport
) -> Mapping[str, list[Mapping[str, Any]]]:
    there = {str(image.get("id")) for image in images if isinstance(image, Mapping)}
    by_image: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for place, annotation in enumerate(annotations, start=1):
        with report.item(f"annotation {place} of {file}"):
            image = str(mapping(annotation, "it")["image_id"])
            if image not in there:
                raise MalformedError(f"it is of image {image}, which the file does not have")
            by_image[image].append(annotation)
    return by_image


def _found(
    image: Mapping[str, Any],
    annotations: list[Mapping[str, Any]],
    names: Mapping[str, list[str]],
    file: Path,
    where: str,
    report: ImportReport,
) -> ParsedItem:
    size = size_of(image.get("width"), image.get("height"))
    faces: list[ParsedFace] = []
    loose: list[Mark] = []
    for annotation in annotations:
        face, unsided = _face(annotation, names, size, report)
        faces += [face] if face else []
        loose += unsided
    return ParsedItem(
        picture=str(image["file_name"]),
        folders=(file.parent / "images", file.parent.parent / "images", file.parent, file.parent.parent),
        where=where,
        size=size,
        faces=tuple(faces),
        loose=tuple(loose),
        record=image.get(KEY),
    )


def _face(
    annotation: Mapping[str, Any], names: Mapping[str, list[str]], size: tuple[int, int] | None, report: ImportReport
) -> tuple[ParsedFace | None, tuple[Mark, ...]]:
    category = str(annotation["category_id"])
    if category not in names:
        raise MalformedError(f"its category {category} is not in the file")
    points = sequence(annotation.get("keypoints"), "its keypoints")
    if not points or not has_pupils(names[category]):
        report.pass_over(f"an annotation of category {category} without keypoints of eyes")
        return None, ()
    if not any(points[2::3]):
        return None, ()
    said = annotation.get("attributes")
    face, unsided = face_of(points, names[category], said if isinstance(said, dict) else {}, report)
    box = sequence(annotation.get("bbox"), "its box")
    face = replace(face, box=Box(*(number(part, "a part of its box") for part in box)) if len(box) == 4 else None)
    score = annotation.get("score")
    if score is not None:
        width = size[0] if size else 0
        sure = number(score, "its score")
        predictions = predictions_of(face.labels, detector="coco", version="", score=sure, width=width)
        face = replace(face, labels=(), predictions=predictions)
    return (face if face.labels or face.predictions else None), unsided
