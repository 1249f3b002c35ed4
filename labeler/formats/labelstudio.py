"""The Label Studio format: a list of tasks, with predictions, and with what people said as annotations."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from labeler.formats.interfaces import ExportItem, ParsedItem
from labeler.formats.keypoints import PUPILS, Condition, condition, eye_label, from_corner, in_order, side_of, to_corner
from labeler.formats.parsing import located, parse_errors, read_json, write_list
from labeler.formats.record import KEY, to_record
from livecam.core.types import EyeState, Point, Pupil, Side
from livecam.store.samples import EyeLabel, Prediction, SampleState

FILE = "tasks.json"
CONFIG = "label_config.xml"
_CHOICES = {Side.LEFT: "left_eye", Side.RIGHT: "right_eye"}
_CONFIG = """<View>
  <Image name="image" value="$image" zoom="true" zoomControl="true"/>
  <KeyPointLabels name="pupil" toName="image">
    <Label value="left_pupil" background="#e6550d"/>
    <Label value="right_pupil" background="#3182bd"/>
  </KeyPointLabels>
  <Choices name="left_eye" toName="image" choice="single"><Choice value="closed"/><Choice value="occluded"/></Choices>
  <Choices name="right_eye" toName="image" choice="single"><Choice value="closed"/><Choice value="occluded"/></Choices>
</View>
"""
_USUAL_RADIUS = 0.02  # of a picture's width, for a prediction that says none

Size = tuple[int, int]


def write(entries: Iterable[ExportItem], folder: Path, home: Path) -> None:
    """The tasks and the labeling interface they are for; pictures as Label Studio's local files, from `home`'s parent.

    What Label Studio has no place for is under `livecam` of each task's `meta`.
    """
    (folder / CONFIG).write_text(_CONFIG, encoding="utf-8")
    with (folder / FILE).open("w", encoding="utf-8") as file:
        write_list(file, (_task(entry, number, home) for number, entry in enumerate(entries, start=1)))


def _task(entry: ExportItem, number: int, home: Path) -> Mapping[str, Any]:
    return {
        "id": number,
        "data": {"image": f"/data/local-files/?d={quote(f'{home.name}/images/{entry.picture}')}"},
        "meta": {KEY: to_record(entry.sample, entry.events)},
        "predictions": _predictions(entry),
        "annotations": _annotations(entry),
    }


def _predictions(entry: ExportItem) -> Sequence[Mapping[str, Any]]:
    """One for each finder, as sure as it is of the eye it is least sure of."""
    by_model: dict[str, list[tuple[Side, Pupil]]] = defaultdict(list)
    for guess in entry.sample.predictions:
        if guess.pupil is not None:
            by_model[f"{guess.finder} {guess.version}"].append((guess.side, guess.pupil))
    return [_prediction(model, pupils, entry.sample.size) for model, pupils in by_model.items()]


def _prediction(model: str, pupils: Sequence[tuple[Side, Pupil]], size: Size) -> Mapping[str, Any]:
    regions = [region for side, pupil in pupils for region in _guessed(side, pupil, size)]
    return {"model_version": model, "score": min(pupil.confidence for _, pupil in pupils), "result": regions}


def _guessed(side: Side, pupil: Pupil, size: Size) -> Iterator[Mapping[str, Any]]:
    yield _point(side, pupil.centre, pupil.radius, size) | {"score": pupil.confidence}
    if pupil.state is EyeState.CLOSED:
        yield _choice(side, Condition.CLOSED, size) | {"score": pupil.confidence}


def _annotations(entry: ExportItem) -> Sequence[Mapping[str, Any]]:
    skipped = entry.state is SampleState.SKIPPED
    if entry.state is not SampleState.LABELLED and not skipped:
        return []
    seconds = sum(event.seconds for event in entry.events)
    regions = [_said(label, entry.sample.size) for label in entry.labels]
    return [{"result": regions, "was_cancelled": skipped, "ground_truth": False, "lead_time": seconds}]


def _said(label: EyeLabel, size: Size) -> Mapping[str, Any]:
    if label.centre is None:
        return _choice(label.side, condition(label), size)
    return _point(label.side, label.centre, label.radius, size)


def _point(side: Side, centre: Point, radius: float | None, size: Size) -> dict[str, Any]:
    x, y = to_corner(centre)
    value = {"x": 100 * x / size[0], "y": 100 * y / size[1], "keypointlabels": [PUPILS[side]]}
    # Label Studio draws a keypoint `width` percent of the picture's width wide.
    value |= {"width": 100 * radius / size[0]} if radius is not None else {}
    return _region(f"{side.value}_point", "pupil", "keypointlabels", size) | {"value": value}


def _choice(side: Side, said: Condition, size: Size) -> dict[str, Any]:
    region = _region(f"{side.value}_choice", _CHOICES[side], "choices", size)
    return region | {"value": {"choices": [said.value]}}


def _region(name: str, control: str, kind: str, size: Size) -> dict[str, Any]:
    about = {"id": name, "from_name": control, "to_name": "image", "type": kind}
    return about | {"original_width": size[0], "original_height": size[1], "image_rotation": 0}


def read(path: Path) -> Iterator[ParsedItem]:
    """Tasks as Label Studio exports them (JSON, not JSON-MIN); the last annotation that was not cancelled counts.

    Predictions become guesses of the finder `import`.
    """
    file = located(path, FILE, ".json")
    tasks = read_json(file)
    with parse_errors(str(file)):
        tasks = list(enumerate(tasks, start=1))
    for number, task in tasks:
        where = f"task {number} of {file}"
        with parse_errors(where):
            yield _found(task, file, where)


def _found(task: Mapping[str, Any], file: Path, where: str) -> ParsedItem:
    annotations = task.get("annotations") or []
    valid = [annotation for annotation in annotations if not annotation.get("was_cancelled")]
    regions = valid[-1]["result"] if valid else []
    record = (task.get("meta") or {}).get(KEY)
    predictions = (task.get("predictions") or []) if record is None else []
    return ParsedItem(
        picture=_file_name(task["data"]["image"]),
        folders=(file.parent / "images", file.parent, file.parent.parent),
        where=where,
        size=next(((region["original_width"], region["original_height"]) for region in regions), None),
        labels=_labels(regions),
        guesses=tuple(guess for prediction in predictions for guess in _guesses(prediction)),
        is_skipped=bool(annotations) and not valid,
        record=record,
    )


def _file_name(address: str) -> str:
    """The name of the picture; what Label Studio puts before the name of an uploaded one is taken off."""
    parts = urlsplit(address)
    path = parse_qs(parts.query).get("d", [unquote(parts.path)])[0]
    name = path.replace("\\", "/").rsplit("/", 1)[-1]
    return re.sub(r"^[0-9a-f]{8}-", "", name) if "/upload/" in path else name


def _labels(regions: Iterable[Mapping[str, Any]]) -> tuple[EyeLabel, ...]:
    labels: dict[Side, EyeLabel] = {}
    for region in regions:
        value = region["value"]
        if "keypointlabels" in value and (side := side_of(value["keypointlabels"][0])):
            centre, radius = _place(region)
            labels.setdefault(side, eye_label(side, Condition.OPEN, centre, radius))
        if "choices" in value and value["choices"] and (side := side_of(region["from_name"])):
            labels[side] = eye_label(side, Condition(value["choices"][0]))
    return in_order(labels)


def _guesses(prediction: Mapping[str, Any]) -> Iterator[Prediction]:
    regions = prediction["result"]
    closed = {label.side for label in _labels(regions) if label.state is EyeState.CLOSED}
    for region in regions:
        side = side_of(region["value"].get("keypointlabels", [""])[0])
        if side:
            centre, radius = _place(region)
            radius = radius or _USUAL_RADIUS * region["original_width"]
            score = float(region.get("score", prediction.get("score")) or 0.0)
            if not 0 <= score <= 1:
                raise ValueError(f"a score is 0 to 1, not {score:g}")
            state = EyeState.CLOSED if side in closed else EyeState.OPEN
            version = str(prediction.get("model_version") or "")
            yield Prediction("import", version, side, Pupil(centre, radius, score, state))


def _place(region: Mapping[str, Any]) -> tuple[Point, float | None]:
    value, width, height = region["value"], region["original_width"], region["original_height"]
    radius = float(value.get("width") or 0) * width / 100
    if not math.isfinite(radius) or radius < 0:
        raise ValueError(f"a keypoint cannot be {value['width']} wide")
    return from_corner(value["x"] * width / 100, value["y"] * height / 100), radius or None
