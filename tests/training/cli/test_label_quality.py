"""`livecam-train quality` and `cam` as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import pytest
from typer.testing import CliRunner

from livecam.core.errors import LivecamError
from livecam.store.samples import SamplingReason, Split
from livecam.store.store import Store
from tests.training.labelled import drawn_sample, fill
from training.cli.main import app

pytestmark = pytest.mark.tensorflow


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a classifier of a few steps."""
    folder = tmp_path_factory.mktemp("quality")
    with Store.open(folder) as opened:
        fill(opened, 12, Split.TRAIN)
        sample, picture, _ = drawn_sample(90, Split.TRAIN, SamplingReason.LOW)
        opened.add(sample, picture)
    done = CliRunner().invoke(app, ["quality", str(folder), "--steps", "3"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return folder


def test_the_classifier_is_kept_with_its_scores(store: Path) -> None:
    card = json.loads((store / "models" / "quality.json").read_text())

    assert {"auc_spoilt", "map_to_fault_crop_px", "map_to_fault_by_chance_crop_px"} <= card["scores"].keys()


def test_every_sample_gets_its_map(store: Path) -> None:
    CliRunner().invoke(app, ["cam", str(store)], catch_exceptions=False)

    assert len(list((store / "cam").glob("*.png"))) == 13


def test_a_map_shows_both_eyes_beside_their_labels(store: Path) -> None:
    with Store.open(store) as opened:
        name = next(opened.samples()).sample.id
    CliRunner().invoke(app, ["cam", name[:10], "--store", str(store)], catch_exceptions=False)

    height, width = cv2.imread(str(store / "cam" / f"{name}.png")).shape[:2]
    assert (height, width) == (2 * 240 + 8, 2 * 320 + 8)


def test_a_sample_that_is_not_there_is_told(store: Path) -> None:
    with pytest.raises(LivecamError, match="no sample begins with ffff"):
        CliRunner().invoke(app, ["cam", "ffff", "--store", str(store)], catch_exceptions=False)


def test_a_store_without_a_classifier_says_how_to_make_one(tmp_path: Path) -> None:
    with Store.open(tmp_path):
        pass
    with pytest.raises(LivecamError, match="livecam-train quality"):
        CliRunner().invoke(app, ["cam", str(tmp_path)], catch_exceptions=False)


def test_too_few_labels_are_told(tmp_path: Path) -> None:
    with Store.open(tmp_path) as opened:
        fill(opened, 2, Split.TRAIN)
    with pytest.raises(LivecamError, match="4 labelled eyes are too few"):
        CliRunner().invoke(app, ["quality", str(tmp_path)], catch_exceptions=False)
