"""label-studio-sdk's validators find nothing wrong with our tasks."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from labeler.exchange import importing
from labeler.exchange.importing import ImportOptions
from labeler.formats.elements.interfaces import Format
from labeler.formats.labelstudio import CONFIG
from labeler.formats.labelstudio_results import FILE
from livecam.core.types import EyeState, Side
from tests.labeler.formats.oracles.shelf import ASK, PLACED, export

NOW = datetime(2026, 6, 1, tzinfo=UTC)
sdk = pytest.importorskip("label_studio_sdk.label_interface", reason=ASK)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return export(Format.LABELSTUDIO, tmp_path)


def interface(out: Path) -> Any:
    return sdk.LabelInterface((out / CONFIG).read_text(encoding="utf-8"))


def tasks(out: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((out / FILE).read_text(encoding="utf-8"))
    return found


def test_the_labeling_interface_is_valid(out: Path) -> None:
    interface(out).validate()

    assert {control.name for control in interface(out).controls} == {"pupil", "left_eye", "right_eye"}


def test_every_task_has_what_the_interface_shows(out: Path) -> None:
    assert all(interface(out).validate_task({"data": task["data"]}) for task in tasks(out))


def test_every_annotation_is_valid(out: Path) -> None:
    said = [annotation for task in tasks(out) for annotation in task["annotations"]]

    assert [interface(out).validate_annotation(annotation) for annotation in said] == [True] * 3


def test_every_prediction_is_valid(out: Path) -> None:
    guessed = [prediction for task in tasks(out) for prediction in task["predictions"]]

    assert [interface(out).validate_prediction(one, return_errors=True) for one in guessed] == [[]] * 4


def test_a_score_outside_its_range_would_be_noticed(out: Path) -> None:
    """So that the tests above can fail."""
    prediction = tasks(out)[0]["predictions"][0] | {"score": 3}

    assert interface(out).validate_prediction(prediction, return_errors=True)


def convert(out: Path, to: str) -> Path:
    """By Label Studio's own exporter, from the tasks and for the interface that we write."""
    converter = pytest.importorskip("label_studio_sdk.converter", reason=ASK)
    theirs = out.with_name(f"theirs {to}")
    settings = converter.Converter((out / CONFIG).read_text(encoding="utf-8"), str(out), download_resources=False)
    settings.convert(str(out / FILE), str(theirs), to, is_dir=False)
    return theirs / "result.json"


def test_its_own_coco_export_has_both_pupils(out: Path) -> None:
    """It refuses a labeling interface without `model_index`."""
    content = json.loads(convert(out, "COCO").read_text(encoding="utf-8"))

    (category,) = [one for one in content["categories"] if one.get("keypoints")]
    assert category["keypoints"] == ["left_pupil", "right_pupil"]
    # To whole pixels from the corner: 7.5 + 0.5, 6.25 + 0.5.
    assert content["annotations"][0]["keypoints"] == [8, 7, 2, 0, 0, 0]


def test_its_own_coco_export_can_be_imported(out: Path) -> None:
    read = importing.read(Format.COCO, convert(out, "COCO"), now=NOW, options=ImportOptions(images=out / "images"))

    assert {one.sample.id: [label.centre for label in one.found.labels] for one in read}[PLACED.sample.id] == [
        (7.5, 6.5)
    ]


def test_its_own_minimal_export_can_be_imported(out: Path) -> None:
    told = ImportOptions(images=out / "images")
    read = importing.read(Format.LABELSTUDIO_MIN, convert(out, "JSON_MIN"), now=NOW, options=told)

    said = {one.sample.id: [(label.side, label.state, label.centre) for label in one.found.labels] for one in read}
    left, right = said[PLACED.sample.id]
    assert (left[2], right[:2]) == (pytest.approx((7.5, 6.25)), (Side.RIGHT, EyeState.CLOSED))
