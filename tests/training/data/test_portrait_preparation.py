"""Portraits are prepared: what is labelled, what is left out and why."""

from __future__ import annotations

import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from livecam.core.assets import asset
from livecam.core.types import Side
from livecam.live.sources.demo_portrait import EYES
from training.data.portrait_preparation import FACES, LABELS, prepare_portraits
from training.data.portraits import read_labels
from training.engine.files import DatasetError

PORTRAIT = asset("demo/portrait.png")


def test_without_pictures_it_is_the_portrait_that_ships_with_its_irises_as_they_were_measured(tmp_path: Path) -> None:
    done = prepare_portraits([], tmp_path)
    (portrait,) = read_labels(tmp_path / FACES, tmp_path / FACES / LABELS)

    assert (done.labelled, portrait.path.read_bytes() == PORTRAIT.read_bytes()) == (1, True)
    assert portrait.centres[Side.LEFT] == pytest.approx(EYES[Side.LEFT].centre, abs=0.01)
    assert portrait.radii[Side.RIGHT] == EYES[Side.RIGHT].radius


def test_pictures_of_a_zip_are_labelled_under_names_without_folders_and_others_are_left_out_with_a_reason(
    tmp_path: Path,
) -> None:
    _, wall = cv2.imencode(".png", np.full((300, 300, 3), 130, np.uint8))
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(PORTRAIT, "../../one/ann.png")
        archive.write(PORTRAIT, "other/ann.png")
        archive.writestr("wall.png", wall.tobytes())
        archive.writestr("damaged.jpg", b"no picture")
        archive.writestr("readme.txt", b"words")
    done = prepare_portraits([tmp_path / "all.zip"], tmp_path / "data")
    portraits = read_labels(tmp_path / "data" / FACES, tmp_path / "data" / FACES / LABELS)
    truth = np.array(EYES[Side.LEFT].centre)

    assert [portrait.path.name for portrait in portraits] == ["ann.png", "ann-1.png"]
    assert [words.partition(":")[0] for words in done.left_out] == ["wall.png", "damaged.jpg"]
    assert max(np.hypot(*(np.array(each.centres[Side.LEFT]) - truth)) for each in portraits) < 2.0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.zip", "data"]


@pytest.mark.parametrize(
    ("name", "said"), [("none.zip", "cannot read"), ("text.zip", "is damaged"), ("bad.png", "none of")]
)
def test_what_cannot_be_read_is_told_and_nothing_is_made(tmp_path: Path, name: str, said: str) -> None:
    for made in ("text.zip", "bad.png"):
        (tmp_path / made).write_text("words")

    with pytest.raises(DatasetError, match=said):
        prepare_portraits([tmp_path / name], tmp_path / "data")
    assert not (tmp_path / "data").exists()
