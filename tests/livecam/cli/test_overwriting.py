"""A file that somebody named and that is there already is written over only with --force, by every command."""

from __future__ import annotations

from pathlib import Path

import cv2
import pytest

from livecam.live.sources.demo import DemoSource
from tests.program import Program

DEMO = ("run", "--source", "demo", "--size", "320x240", "--face", "dlib", "--frames", "4", "--sink")
COMMANDS = {
    "out.mp4": (*DEMO, "out.mp4"),
    "out.jsonl": (*DEMO, "jsonl:out.jsonl"),
    "report.json": (*DEMO, "null", "--report", "report.json"),
    "found.png": ("find", "page.png", "--out", "found.png"),
    "answers.jsonl": ("find", "page.png", "--answers", "answers.jsonl"),
    "preview.gif": ("effects", "preview", "saucer", "--seconds", "0.2", "--out", "preview.gif"),
    "screen.json": ("calibrate", "--source", "demo", "--out", "screen.json"),
    "model.zip": ("model", "export", "model.zip"),
    "livecam.toml": ("config", "--write", "livecam.toml"),
}


@pytest.fixture
def taken(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    cv2.imwrite(str(tmp_path / "page.png"), DemoSource(320, 240).frame(0).image)
    path: Path = tmp_path / request.param
    path.write_text("[effect]\n")
    return path


@pytest.mark.parametrize("taken", COMMANDS, indirect=True)
def test_a_file_that_is_there_is_kept_and_the_way_out_told(program: Program, taken: Path) -> None:
    code, _, err = program(*COMMANDS[taken.name])

    assert (code, taken.read_text()) == (2, "[effect]\n")
    assert "--force" in err
    assert "or name another file" in err


@pytest.mark.parametrize("taken", ["out.mp4", "out.jsonl", "report.json", "found.png", "answers.jsonl"], indirect=True)
def test_with_force_it_is_written_over(program: Program, taken: Path) -> None:
    assert program(*COMMANDS[taken.name], "--force").code == 0
    assert taken.read_bytes()[:9] != b"[effect]\n"


@pytest.mark.parametrize("taken", ["out.part.mp4", "out.part.jsonl"], indirect=True)
def test_what_a_killed_run_has_left_is_kept(program: Program, taken: Path) -> None:
    code, _, err = program(*COMMANDS[taken.name.replace(".part", "")])

    assert (code, taken.read_text()) == (2, "[effect]\n")
    assert "rename it, or pass --force" in err


@pytest.mark.parametrize("taken", ["out.mp4"], indirect=True)
def test_a_video_is_never_written_over_itself(program: Program, taken: Path) -> None:
    code, _, err = program("run", "--source", "out.mp4", "--sink", "out.mp4", "--force")

    assert (code, "it is the source" in err, taken.read_text()) == (2, True, "[effect]\n")


def test_an_empty_file_is_filled(program: Program, tmp_path: Path) -> None:
    (tmp_path / "out.jsonl").touch()

    assert program(*DEMO, "jsonl:out.jsonl").code == 0
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == 4


def test_the_demo_that_nobody_named_a_file_for_takes_a_free_one(program: Program, tmp_path: Path) -> None:
    (tmp_path / "livecam-demo.mp4").write_text("mine")
    _, _, err = program("run", "--source", "demo", "--size", "320x240", "--face", "dlib", "--frames", 4)

    assert f"recorded {tmp_path / 'livecam-demo-2.mp4'}" in err
    assert (tmp_path / "livecam-demo.mp4").read_text() == "mine"
