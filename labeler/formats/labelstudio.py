"""The Label Studio writer: tasks with predictions, and with what people said as annotations; JSON and JSON-MIN."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from labeler.formats.elements.interfaces import ExportItem
from labeler.formats.elements.keypoints import PUPILS, Condition, condition, to_corner
from labeler.formats.elements.parsing import write_list
from labeler.formats.elements.record import KEY, to_record
from labeler.formats.labelstudio_results import FILE
from livecam.core.types import EyeState, Point, Pupil, Side
from livecam.store.samples import EyeLabel, SampleState

MINIMAL_FILE = "tasks_min.json"
CONFIG = "label_config.xml"
_CHOICES = {Side.LEFT: "left_eye", Side.RIGHT: "right_eye"}
# Without `model_index` Label Studio's own COCO export refuses the whole project.
_CONFIG = """<View>
  <Image name="image" value="$image" zoom="true" zoomControl="true"/>
  <KeyPointLabels name="pupil" toName="image">
    <Label value="left_pupil" background="#e6550d" model_index="0"/>
    <Label value="right_pupil" background="#3182bd" model_index="1"/>
  </KeyPointLabels>
  <Choices name="left_eye" toName="image" choice="single"><Choice value="closed"/><Choice value="occluded"/></Choices>
  <Choices name="right_eye" toName="image" choice="single"><Choice value="closed"/><Choice value="occluded"/></Choices>
</View>
"""

_SIZE = ("original_width", "original_height", "image_rotation")

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
    """One for each detector, as sure as it is of the eye it is least sure of."""
    by_model: dict[str, list[tuple[Side, Pupil]]] = defaultdict(list)
    for prediction in entry.sample.predictions:
        if prediction.pupil is not None:
            by_model[f"{prediction.detector} {prediction.version}"].append((prediction.side, prediction.pupil))
    return [_model_prediction(model, pupils, entry.sample.size) for model, pupils in by_model.items()]


def _model_prediction(model: str, pupils: Sequence[tuple[Side, Pupil]], size: Size) -> Mapping[str, Any]:
    regions = [region for side, pupil in pupils for region in _prediction_regions(side, pupil, size)]
    return {"model_version": model, "score": min(pupil.confidence for _, pupil in pupils), "result": regions}


def _prediction_regions(side: Side, pupil: Pupil, size: Size) -> Iterator[Mapping[str, Any]]:
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


def write_minimal(entries: Iterable[ExportItem], folder: Path, home: Path) -> None:
    """JSON-MIN: one object a sample, the results under the names of their controls, for scripts."""
    with (folder / MINIMAL_FILE).open("w", encoding="utf-8") as file:
        write_list(file, (_minimal(entry, number) for number, entry in enumerate(entries, start=1)))


def _minimal(entry: ExportItem, number: int) -> Mapping[str, Any]:
    points, choices = [], {}
    for label in entry.labels:
        region = _said(label, entry.sample.size)
        if label.centre is None:
            choices[_CHOICES[label.side]] = condition(label).value
        else:
            points.append({**region["value"], **{key: region[key] for key in _SIZE}})
    said = {"pupil": points, **choices} if entry.labels else {}
    return {
        "image": f"images/{entry.picture}",
        "id": number,
        **said,
        "annotation_id": number,
        "lead_time": sum(event.seconds for event in entry.events),
        KEY: to_record(entry.sample, entry.events),
    }
