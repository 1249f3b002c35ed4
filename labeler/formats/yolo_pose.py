"""YOLO pose: a line for each face with its box and key points as shares of the picture, and data.yaml to name them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labeler.formats.elements.faces import Mark, ParsedFace, UnsidedPoint
from labeler.formats.elements.interfaces import ExportItem, ParsedItem
from labeler.formats.elements.keypoints import (
    HIDDEN,
    NAMES,
    USUAL_RADIUS,
    VISIBLE,
    face_box,
    face_of,
    has_pupils,
    side_of,
    triples,
)
from labeler.formats.elements.parsing import MalformedError, number, parse_errors, read_text
from labeler.formats.elements.plain_formats import with_recorded_states
from labeler.formats.elements.plain_yaml import parse_plain_yaml
from labeler.formats.elements.record import read_records, with_sidecar
from labeler.formats.elements.report import ImportReport
from livecam.core.errors import SourceError
from livecam.core.image_files.images import SUFFIXES
from livecam.core.types import Box, Point, Pupil, Side
from livecam.store.samples import Prediction, Split

FILE = "data.yaml"
FINDER = "yolo"
_SPLITS = {"train": Split.TRAIN, "val": Split.VALIDATION, "valid": Split.VALIDATION, "test": Split.TEST}
_SPLITS |= {split.value: split for split in Split}
_COCO = ["nose", "left_eye", "right_eye"]  # the first of COCO's 17 key points, the others are no eyes
_LANDMARKS = 68


@dataclass(frozen=True, slots=True)
class _Layout:
    """How a line is to be read."""

    count: int  # of key points
    numbers: int  # of each: x, y and maybe whether it can be seen
    names: Sequence[str]  # empty: they have none


def write(entries: Iterable[ExportItem], folder: Path, home: Path) -> None:
    """`labels/SPLIT`, beside `images/SPLIT`; a closed or hidden eye has v = 1. The rest is in the sidecar."""
    splits: list[Split] = []
    for entry in with_sidecar(entries, folder):
        split = entry.sample.split
        if split not in splits:
            (folder / "labels" / split.value).mkdir(parents=True)
            splits.append(split)
        path = (folder / "labels" / split.value / entry.picture).with_suffix(".txt")
        path.write_text(_line(entry) if entry.labels else "", encoding="utf-8")
    (folder / FILE).write_text(_description(splits), encoding="utf-8")


def _line(entry: ExportItem) -> str:
    width, height = entry.sample.size
    left, top, box_width, box_height = face_box(entry.sample)
    numbers = [(left + box_width / 2) / width, (top + box_height / 2) / height, box_width / width, box_height / height]
    for x, y, v in triples(entry):
        numbers += [x / width, y / height, v]
    return f"0 {' '.join(f'{value:.12g}' for value in numbers)}\n"


def _description(splits: Sequence[Split]) -> str:
    """Ultralytics wants both train and val, so one that has no samples is the other."""
    first = splits[0].value if splits else Split.TRAIN.value
    places = {name: split.value if split in splits else first for name, split in _places()}
    lines = [f"{name}: images/{place}" for name, place in places.items() if name != "test" or Split.TEST in splits]
    names = ", ".join(NAMES)
    lines += [
        f"kpt_shape: [{len(NAMES)}, 3]",
        "flip_idx: [1, 0]",
        "names:",
        "  0: face",
        "kpt_names:",
        f"  0: [{names}]",
    ]
    return "\n".join(lines) + "\n"


def _places() -> tuple[tuple[str, Split], ...]:
    return ("train", Split.TRAIN), ("val", Split.VALIDATION), ("test", Split.TEST)


def read(path: Path, report: ImportReport) -> Iterator[ParsedItem]:
    """A data set's folder or its data.yaml, each line of each label a face; `kpt_names` tells the pupils.

    Two key points without names are the pupils, 17 are COCO's, 68 are landmarks. A line that ends with a confidence,
    or whose key points have one, was made by a program and is a prediction.
    """
    file = _data_file(path)
    with parse_errors(str(file)):
        layout = _layout(parse_plain_yaml(read_text(file)))
    folder, records = file.parent, read_records(file.parent)
    texts = sorted(text for text in folder.rglob("*.txt") if "labels" in text.relative_to(folder).parts[:-1])
    if not texts:
        raise SourceError(f"{folder} holds no folder labels with files *.txt")
    seen = set()
    for text in texts:
        picture, images = _picture(text, folder)
        seen.add(images / picture)
        with report.item(str(text)):
            found = _found(text, picture, images, layout, report)
            yield with_recorded_states(found, records.get(picture))
    for images in sorted({_picture(text, folder)[1] for text in texts}):
        for path_of in sorted(images.glob("*")):
            if path_of.suffix.lower() in SUFFIXES and path_of not in seen:
                split = _SPLITS.get(images.name)
                found = ParsedItem(path_of.name, (images,), str(path_of), split=split, record=records.get(path_of.name))
                yield found


def _data_file(path: Path) -> Path:
    if path.is_file():
        return path
    if not path.is_dir():
        raise SourceError(f"there is no file or folder {path}")
    files = [path / FILE] if (path / FILE).is_file() else sorted([*path.glob("*.yaml"), *path.glob("*.yml")])
    if len(files) != 1:
        raise SourceError(f"the folder {path} holds no {FILE}, which names the key points")
    return files[0]


def _layout(content: Mapping[str, Any]) -> _Layout:
    shape = content.get("kpt_shape")
    if not isinstance(shape, list) or len(shape) != 2 or shape[1] not in {2, 3}:
        raise MalformedError("it has no kpt_shape: [NUMBER OF KEY POINTS, 2 or 3]; only pose data has eyes")
    count = int(number(shape[0], "its kpt_shape"))
    names = content.get("kpt_names")
    if isinstance(names, dict):
        names = next(iter(names.values()), None)
    if names is None:
        names = _COCO + [f"body {place}" for place in range(14)] if count == 17 else []
    if names and len(names) != count:
        raise MalformedError(f"it names {len(names)} key points in kpt_names and has {count}")
    if not names and count not in {2, _LANDMARKS}:
        raise MalformedError(f"nothing names its {count} key points; add kpt_names: {{0: [left_pupil, ...]}}")
    if names and not has_pupils(map(str, names)):
        raise MalformedError(f"none of the key points {', '.join(map(str, names[:5]))} is a pupil")
    return _Layout(count, int(shape[1]), [str(name) for name in names])


def _picture(text: Path, folder: Path) -> tuple[str, Path]:
    """The name of the picture, and its folder: `labels` in the path is `images` there."""
    parts = list(text.relative_to(folder).parts[:-1])
    place = len(parts) - 1 - parts[::-1].index("labels")
    images = folder.joinpath(*parts[:place], "images", *parts[place + 1 :])
    beside = [images / f"{text.stem}{suffix}" for suffix in sorted(SUFFIXES)]
    there = next((picture for picture in beside if picture.is_file()), None)
    return (there.name if there else text.stem), images


def _found(text: Path, picture: str, images: Path, layout: _Layout, report: ImportReport) -> ParsedItem:
    faces: list[ParsedFace] = []
    loose: list[Mark] = []
    for place, line in enumerate(read_text(text).split("\n"), start=1):
        if line.strip():
            with parse_errors(f"line {place} of {text}"):
                face, unsided = _face([number(part, "a value") for part in line.split()], layout, report)
                faces.append(face)
                loose += unsided
    split = next((_SPLITS[part] for part in reversed(text.parts[:-1]) if part in _SPLITS), None)
    return ParsedItem(
        picture, (images,), str(text), faces=tuple(faces), loose=tuple(loose), split=split, in_shares=True
    )


def _face(numbers: Sequence[float], layout: _Layout, report: ImportReport) -> tuple[ParsedFace, tuple[Mark, ...]]:
    wanted = 5 + layout.count * layout.numbers
    if len(numbers) not in {wanted, wanted + 1}:
        raise MalformedError(f"it has {len(numbers)} values, not {wanted}")
    x, y, width, height = numbers[1:5]
    box = Box(x - width / 2, y - height / 2, width, height)
    points = np.array(numbers[5:wanted]).reshape(layout.count, layout.numbers)
    seen = points[:, 2] if layout.numbers == 3 else np.where(points[:, :2].any(axis=1), float(VISIBLE), 0.0)
    score = numbers[wanted] if len(numbers) > wanted else None
    if not layout.names and layout.count == _LANDMARKS:
        return ParsedFace(box=box, landmarks=points[:, :2].astype(np.float32)), ()
    predicted = score is not None or not set(seen.tolist()) <= {0.0, float(HIDDEN), float(VISIBLE)}
    if not layout.names and not predicted:
        unsided = (UnsidedPoint("key point", Point(*place[:2])) for place, v in zip(points, seen, strict=True) if v)
        return ParsedFace(box=box), tuple(unsided)
    shown = np.where(seen > 0, float(VISIBLE), 0.0) if predicted else seen
    triples_of = np.column_stack([points[:, :2], shown]).ravel().tolist()
    names = layout.names or [f"{side}_pupil" for side in _by_place(points)]
    face, loose = face_of(triples_of, names, {}, report, place_of=Point)
    if not predicted:
        return replace(face, box=box), loose
    sureness = dict(zip(names, seen.tolist() if score is None else [score] * layout.count, strict=True))
    return ParsedFace(predictions=tuple(_predictions(face, sureness)), box=box), ()


def _predictions(face: ParsedFace, sureness: Mapping[str, float]) -> Iterator[Prediction]:
    by_side = {side_of(name): sure for name, sure in sureness.items()}
    for label in face.labels:
        score = by_side[label.side]
        if not 0 <= score <= 1:
            raise MalformedError(f"a confidence is 0 to 1, not {score:g}")
        if label.centre is not None:
            yield Prediction(FINDER, "", label.side, Pupil(label.centre, USUAL_RADIUS, score, label.state))


def _by_place(points: NDArray[np.float64]) -> Sequence[Side]:
    """Of two pupils without names the one on the left of the picture is the subject's right one."""
    return (Side.RIGHT, Side.LEFT) if points[0, 0] <= points[1, 0] else (Side.LEFT, Side.RIGHT)
