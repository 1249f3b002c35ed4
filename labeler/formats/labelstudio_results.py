"""Reads what Label Studio exports, JSON and JSON-MIN: regions, choices and relations of every task."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from labeler.formats.elements.faces import Mark, UnsidedPoint
from labeler.formats.elements.interfaces import ParsedItem, file_name
from labeler.formats.elements.keypoints import USUAL_RADIUS, is_condition, side_of, to_condition
from labeler.formats.elements.marks import Marks, Said
from labeler.formats.elements.parsing import (
    MalformedError,
    located,
    mapping,
    number,
    parse_errors,
    read_json,
    sequence,
    size_of,
)
from labeler.formats.elements.picture_data import decode_base64
from labeler.formats.elements.record import KEY
from labeler.formats.elements.report import ImportReport
from labeler.formats.elements.shapes import Outline, polygon
from livecam.core.image_files.images import SUFFIXES
from livecam.core.types import Box, EyeState, Point, Pupil
from livecam.store.samples import EyeLabel, Prediction

FILE = "tasks.json"
FINDER = "labelstudio"
_OUTLINES = {
    "keypoint": Outline.POINT,
    "ellipse": Outline.ELLIPSE,
    "rectangle": Outline.RECTANGLE,
    "polygon": Outline.POLYGON,
}
_ABOUT = {"id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time", "agreement", KEY}

Results = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class _Task:
    """What both kinds of file say of a task, in the words of JSON."""

    data: Mapping[str, Any]
    results: Results
    predictions: Sequence[Mapping[str, Any]]
    is_skipped: bool
    record: Mapping[str, Any] | None
    earlier: int  # annotations that do not count, for a later one does


def read(path: Path, report: ImportReport) -> Iterator[ParsedItem]:
    """Tasks as Label Studio exports them, JSON or JSON-MIN; the last annotation that was not cancelled counts.

    Results that are no places are states of an eye, or nothing to us. The predictions are those of the detector
    `labelstudio`. Relations, and regions that are part of another one, tell the faces of a picture apart.
    """
    file = located(path, FILE, ".json")
    content = read_json(file)
    with parse_errors(str(file)):
        # A task that is exported alone is no list.
        tasks = [content] if isinstance(content, Mapping) and "data" in content else sequence(content, "the file")
    for where, task in _tasks(tasks, file, report):
        with report.item(where):
            yield _found(task, file, where, report)


def _tasks(tasks: Sequence[Any], file: Path, report: ImportReport) -> Iterator[tuple[str, _Task]]:
    """In JSON-MIN every annotation stands for itself; the last one of a task counts."""
    small: dict[str, tuple[str, Mapping[str, Any], int]] = {}
    for place, task in enumerate(tasks, start=1):
        where = f"task {place} of {file}"
        with report.item(where):
            said = mapping(task, "it")
            if "data" in said or "annotations" in said or not said.keys() - {"id"}:
                yield where, _whole(said)
            else:
                key = str(said.get("id", where))
                small[key] = (where, said, small[key][2] + 1 if key in small else 0)
    for where, task, earlier in small.values():
        with report.item(where):
            yield where, _minimal(task, earlier)


def _whole(task: Mapping[str, Any]) -> _Task:
    annotations = [mapping(one, "an annotation") for one in sequence(task.get("annotations"), "its annotations")]
    valid = [annotation for annotation in annotations if not annotation.get("was_cancelled")]
    record = mapping(task.get("meta"), "its meta").get(KEY)
    predictions = [mapping(one, "a prediction") for one in sequence(task.get("predictions"), "its predictions")]
    return _Task(
        mapping(task["data"], "its data"),
        _results(valid[-1]) if valid else (),
        # Those of a sample of ours are in its record.
        predictions if record is None else (),
        is_skipped=bool(annotations) and not valid,
        record=record,
        earlier=max(len(valid) - 1, 0),
    )


def _minimal(task: Mapping[str, Any], earlier: int) -> _Task:
    """The results stand under the names of their controls, single choices and texts as themselves."""
    data, results = {}, []
    for key, value in task.items():
        if key in _ABOUT:
            continue
        if isinstance(value, str) and (_is_picture(value) or not is_condition(value)):
            data[key] = value
            continue
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, Mapping):
                results.append({"from_name": key, "value": one, **_size_words(one)})
            elif isinstance(one, str) and is_condition(one):
                results.append({"from_name": key, "value": {"choices": [one]}})
    return _Task(data, results, (), is_skipped=False, record=task.get(KEY), earlier=earlier)


def _size_words(value: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: value[key] for key in ("original_width", "original_height", "image_rotation") if key in value}


def _results(annotation: Mapping[str, Any]) -> Results:
    return [mapping(one, "a result") for one in sequence(annotation.get("result"), "its result")]


def _found(task: _Task, file: Path, where: str, report: ImportReport) -> ParsedItem:
    if task.earlier:
        report.note("an annotation is passed over, for its task has a later one")
    faces, loose = _said(task.results, report)
    predictions = [prediction for said in task.predictions for prediction in _predictions(said, report)]
    address = _picture(task.data)
    name = _file_name(address)
    embedded = address.startswith("data:")
    return ParsedItem(
        picture=re.sub(r"^[0-9a-f]{8}-", "", name) if "/upload/" in address else name,
        other_names=(name,),
        folders=(file.parent / "images", file.parent, file.parent.parent),
        where=where,
        size=_size([*task.results, *(one for each in task.predictions for one in _results(each))]),
        faces=faces,
        loose=(*loose, *predictions),
        is_skipped=task.is_skipped,
        record=task.record,
        load=partial(decode_base64, address, where) if embedded else None,
        in_shares=True,
    )


def _picture(data: Mapping[str, Any]) -> str:
    """The address of the task's one picture, under whatever name it stands."""
    addresses = {key: value for key, value in data.items() if isinstance(value, str) and value}
    if "image" in addresses:
        return addresses["image"]
    pictures = [key for key, value in addresses.items() if _is_picture(value)]
    if not pictures and len(addresses) == 1:
        pictures = list(addresses)
    if len(pictures) != 1:
        names = ", ".join(pictures) if pictures else "none of its data is one"
        raise MalformedError(f"a task has one picture; here are {len(pictures)}: {names}")
    return addresses[pictures[0]]


def _is_picture(address: str) -> bool:
    return address.startswith("data:image/") or Path(_file_name(address)).suffix.lower() in SUFFIXES


def _file_name(address: str) -> str:
    """The name of the picture, out of an upload, a local file, a cloud storage or any other address."""
    if address.startswith("data:"):
        return "embedded picture"
    parts = urlsplit(address)
    return file_name(parse_qs(parts.query).get("d", [unquote(parts.path)])[0]) or address


def _size(results: Results) -> tuple[int, int] | None:
    """Of any result that tells it: choices, texts and relations do not."""
    for result in results:
        if turned := number(result.get("image_rotation") or 0, "its image_rotation") % 360:
            raise MalformedError(f"its picture was turned by {turned:g} degrees in Label Studio; turn it back there")
        if size := size_of(result.get("original_width"), result.get("original_height")):
            return size
    return None


def _said(results: Results, report: ImportReport) -> Said:
    marks, groups = Marks(report), _groups(results)
    names = {str(result.get("id")): name for result in results if (name := _label(result))}
    for result in results:
        if result.get("type") == "relation":
            continue
        value, key = mapping(result.get("value"), "a value"), str(result.get("id"))
        group = groups.get(key, "")
        if choices := sequence(value.get("choices"), "its choices"):
            _add_choice(str(result.get("from_name")), [str(choice) for choice in choices], names.get(key), marks, group)
        elif name := _label(result):
            _add_region(name, value, marks, group, report)
        else:
            kind = result.get("type") or next(iter(value), "empty")
            report.pass_over(f"the {kind} result of {result.get('from_name')!r}")
    return marks.said()


def _groups(results: Results) -> Mapping[str, str]:
    """By a region's id, what it is part of: another region, or those that relations lead to."""
    groups = {str(one["id"]): str(one["parentID"]) for one in results if one.get("id") and one.get("parentID")}
    for parent in list(groups.values()):
        groups[parent] = parent
    for relation in results:
        if relation.get("type") == "relation":
            ends = [str(relation.get(end)) for end in ("from_id", "to_id")]
            group = next((groups[end] for end in ends if end in groups), ends[0])
            groups |= dict.fromkeys(ends, group)
    return groups


def _label(result: Mapping[str, Any]) -> str | None:
    """`keypointlabels` of a keypoint and so on; `labels` of the control that fits them all."""
    value = mapping(result.get("value"), "a value")
    for kind in (*(f"{shape}labels" for shape in _OUTLINES), "labels"):
        if names := sequence(value.get(kind), f"its {kind}"):
            return str(names[0])
    return None


def _add_choice(control: str, choices: Sequence[str], region: str | None, marks: Marks, group: str) -> None:
    """Of the eye that its control is called after, else of the region it belongs to, else a tag of its own."""
    side = side_of(control) or (side_of(region) if region else None)
    for choice in choices:
        if side and is_condition(choice):
            marks.add_state(side, to_condition(choice, "a choice"), group)
        else:
            marks.add_tag(choice, group)


def _add_region(name: str, value: Mapping[str, Any], marks: Marks, group: str, report: ImportReport) -> None:
    if "points" in value:
        corners = [_share_pair(*sequence(corner, "a corner")) for corner in sequence(value["points"], "its points")]
        shape = polygon(corners)
        marks.add(name, Outline.POLYGON, Point(shape.x, shape.y), None, group)
    elif "radiusX" in value:
        radius = _share(value["radiusX"], "radiusX")
        marks.add(name, Outline.ELLIPSE, Point(*_share_pair(value["x"], value["y"])), radius or None, group)
    elif "height" in value:
        width, height = (_share(value[side], side) for side in ("width", "height"))
        marks.add_rectangle(name, Box(*_share_pair(value["x"], value["y"]), width, height), group)
    elif "x" in value:
        radius = _share(value.get("width") or 0, "width")
        if radius < 0:
            raise MalformedError(f"a keypoint cannot be {value['width']} wide")
        marks.add(name, Outline.POINT, Point(*_share_pair(value["x"], value["y"])), radius or None, group)
    else:
        report.pass_over(f"the region {name!r}")


def _share(percent: Any, what: str) -> float:
    return number(percent, f"its {what}") / 100


def _share_pair(x: Any, y: Any) -> tuple[float, float]:
    return _share(x, "x"), _share(y, "y")


def _predictions(said: Mapping[str, Any], report: ImportReport) -> Iterator[Prediction]:
    results = _results(said)
    points = [one for one in results if "choices" not in mapping(one.get("value"), "a value")]
    closed = {label.side for label in _labels(_said(results, ImportReport())) if label.state is EyeState.CLOSED}
    version = str(said.get("model_version") or "")
    for result in points:
        for mark in _marks(_said([result], report)):
            if isinstance(mark, UnsidedPoint):
                report.doubt(f"the predicted point {mark.name!r}", "it does not say which eye it is")
            elif isinstance(mark, EyeLabel) and mark.centre is not None:
                score = number(result.get("score", said.get("score")) or 0.0, "its score")
                if not 0 <= score <= 1:
                    raise MalformedError(f"its score is {score:g}; a score is 0 to 1")
                state = EyeState.CLOSED if mark.side in closed else EyeState.OPEN
                yield Prediction(
                    FINDER, version, mark.side, Pupil(mark.centre, mark.radius or USUAL_RADIUS, score, state)
                )


def _marks(said: Said) -> Iterable[Mark]:
    faces, loose = said
    return (*(label for face in faces for label in face.labels), *loose)


def _labels(said: Said) -> list[EyeLabel]:
    return [mark for mark in _marks(said) if isinstance(mark, EyeLabel)]
