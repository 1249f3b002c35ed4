"""The card of a target model, and files that are none."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from livecam.core.assets import asset
from livecam.core.errors import AssetError
from livecam.perception.targets.model_card import TargetConfidenceCalibration, is_target, read_card

CONTENT = b"a model"


def written(folder: Path, **changes: Any) -> Path:
    card: dict[str, Any] = {
        "schema": 1,
        "kind": "target",
        "sha256": hashlib.sha256(CONTENT).hexdigest(),
        "box": [24, 28],
        "calibration": {"height": 1.0, "lead": 0.5, "bias": 0.0},
        "input": {},
        "margin": 64,
        "trained_on": "drawn pages",
        "commit": "0" * 40,
        "created": "2026-03-02T08:00:00Z",
    }
    (folder / "mine.json").write_text(json.dumps(card | changes))
    (folder / "mine.tflite").write_bytes(CONTENT)
    return folder / "mine.tflite"


def test_a_card_is_read_with_its_model(tmp_path: Path) -> None:
    card, content = read_card(written(tmp_path))
    assert (card.box.height, card.margin, content) == (28, 64, CONTENT)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"kind": "pupil"}, "not a target model"),
        ({"schema": 2}, "schema 2"),
        ({"sha256": "0"}, "sha256 differs"),
        ({"scales": []}, "scales"),
        ({"scales": [0.0]}, "scales"),
        ({"box": [0, 9]}, "box"),
        ({"colour": "red"}, "colour"),
    ],
    ids=str,
)
def test_a_card_that_cannot_be_used_says_why(tmp_path: Path, changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(AssetError, match=reason):
        read_card(written(tmp_path, **changes))


def test_the_model_of_pupils_is_called_one() -> None:
    with pytest.raises(AssetError, match=r"is a pupil model, for .*; a target model is wanted here"):
        read_card(asset("models/pupil.tflite"))


@pytest.mark.parametrize("suffix", [".json", ".tflite"])
def test_a_card_or_model_alone_is_not_enough(tmp_path: Path, suffix: str) -> None:
    model = written(tmp_path)
    model.with_suffix(suffix).unlink()
    with pytest.raises(AssetError, match=r"a model is a \.tflite with its \.json card beside it"):
        read_card(model)


@pytest.mark.parametrize("text", [b"", b"[1, 2]", b'"target"', b"\xff\xfe", b"{}"])
def test_what_is_no_card_is_not_that_of_a_target_model(tmp_path: Path, text: bytes) -> None:
    model = written(tmp_path)
    model.with_suffix(".json").write_bytes(text)
    assert not is_target(model)


def test_kinds_are_told_apart_by_the_card(tmp_path: Path) -> None:
    assert [is_target(written(tmp_path)), is_target(asset("models/pupil.tflite"))] == [True, False]


def test_a_score_grows_with_the_height_and_with_the_lead() -> None:
    calibration = TargetConfidenceCalibration(height=1.0, lead=0.5, bias=0.0)
    scores = [calibration.score(raw, rival) for raw, rival in ((0.5, 0.9), (0.5, 0.1), (0.9, 0.1), (1.0, 0.0))]
    assert scores == sorted(scores)
    assert scores[-1] < 1
