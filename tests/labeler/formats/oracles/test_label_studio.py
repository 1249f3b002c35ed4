"""label-studio-sdk's validators find nothing wrong with our tasks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from labeler.formats.interfaces import Format
from labeler.formats.labelstudio import CONFIG, FILE
from tests.labeler.formats.oracles.shelf import ASK, export

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
