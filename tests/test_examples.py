"""Every program of docs/examples does what its first line says."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

import livecam
from livecam.store.samples import LabelAction, LabelEvent
from livecam.store.store import Store
from tests.fakes import make_sample
from tests.screen import Screen

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "docs" / "examples"
PORTRAIT = livecam.asset("demo/portrait.png")


def run(example: str, *arguments: str | Path) -> str:
    """What the program prints; it must end well."""
    command = [sys.executable, EXAMPLES / example, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=_environment())
    assert done.returncode == 0, done.stderr
    return done.stdout


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "demo.mp4"
    with livecam.open_source("demo", width=640, height=480) as source, livecam.open_sink(path) as sink:
        for frame, _ in zip(source, range(12), strict=False):
            sink.show(frame)
    return path


def test_the_pupils_of_a_picture_are_printed() -> None:
    left, right = run("pupils_of_a_picture.py", PORTRAIT).splitlines()

    assert (left[:5], right[:6]) == ("left:", "right:")
    assert "open" in left
    assert "open" in right


def test_the_gaze_of_a_clip_has_a_row_an_eye_and_frame(clip: Path, tmp_path: Path) -> None:
    run("gaze_of_a_clip.py", clip, tmp_path / "gaze.csv")

    rows = list(csv.DictReader((tmp_path / "gaze.csv").open()))
    assert len(rows) == 24
    assert {row["eye"] for row in rows} == {"left", "right"}
    assert all(-1 <= float(row["horizontal"]) <= 1 for row in rows)


def test_a_window_shows_an_own_effect_until_q(tmp_path: Path, screen: Screen) -> None:
    program = screen.start(EXAMPLES / "window_with_an_own_effect.py", "demo", folder=tmp_path)

    screen.painted("gold")
    screen.press("q", title="gold")

    assert program.wait(60) == 0, program.communicate()[1]


def test_an_own_detector_answers_for_both_eyes() -> None:
    assert run("own_pupil_detector.py", PORTRAIT).count("Point(") == 2


def test_a_virtual_camera_may_be_a_file(clip: Path, tmp_path: Path) -> None:
    run("virtual_camera.py", clip, tmp_path / "out.mp4")

    with livecam.open_source(tmp_path / "out.mp4") as drawn, livecam.open_source(clip) as plain:
        changed = [float(np.abs(a.image.astype(int) - b.image).max()) for a, b in zip(drawn, plain, strict=True)]
    assert len(changed) == 12
    assert min(changed) > 100


def test_a_store_becomes_arrays(tmp_path: Path) -> None:
    with Store.open(tmp_path / "store") as store:
        for number in range(2):
            sample, picture = make_sample(number)
            store.add(sample, picture)
        store.append_events([LabelEvent(sample.id, LabelAction.ACCEPT, "anna")])

    assert run("read_a_store.py", tmp_path / "store", tmp_path / "samples.npz").startswith("1 labelled samples")
    with np.load(tmp_path / "samples.npz", allow_pickle=True) as arrays:
        assert arrays["pupils"].shape == (1, 2, 2)
        assert arrays["images"][0].dtype == np.uint8


def test_a_page_is_pointed_at(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "page.png"), np.full((400, 600, 3), 230, np.uint8))

    run("find_a_target.py", tmp_path / "page.png", tmp_path / "found.png")

    assert livecam.read_image(tmp_path / "found.png").shape == (400, 600, 3)


def test_every_example_is_tried_here() -> None:
    untried = [path.name for path in EXAMPLES.glob("*.py") if path.name not in Path(__file__).read_text("utf-8")]

    assert not untried
