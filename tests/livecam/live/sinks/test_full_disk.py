"""A whole run whose file cannot grow any more, as on a full disk: the system itself refuses."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.livecam.live.sinks.test_video_file import pictures_before_damage

ROOM = 150_000  # bytes; a limit on the size of files needs no disk and no root


def run_with_little_room(folder: Path, *sinks: str, room: int = ROOM) -> subprocess.CompletedProcess[str]:
    source = ("--source", "demo", "--size", "320x240", "--face", "dlib", "--frames", "240")
    wanted = [argument for sink in sinks for argument in ("--sink", sink)]
    return subprocess.run(
        [sys.executable, "-m", "livecam", "run", *source, *wanted, "--report", "r.json"],
        cwd=folder,
        env={"PYTHONPATH": str(Path(__file__).parents[4]), "OMP_NUM_THREADS": "1"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_other_sinks_go_on_and_the_recording_so_far_is_playable(tmp_path: Path) -> None:
    ran = run_with_little_room(tmp_path, "out.mp4", "null")
    assert ran.returncode == 0, ran.stderr
    assert "recording out.mp4 stopped: file too large; what was recorded before is in the file" in ran.stderr
    assert 30 <= pictures_before_damage(tmp_path / "out.mp4") < 240


def test_without_another_sink_the_run_ends_and_says_why(tmp_path: Path) -> None:
    ran = run_with_little_room(tmp_path, "out.mkv")
    assert (ran.returncode, "file too large" in ran.stderr) == (2, True), ran.stderr
    assert pictures_before_damage(tmp_path / "out.mkv") >= 30


@pytest.mark.parametrize("room", [100, ROOM])
def test_a_disk_that_is_full_is_one_line_of_words(tmp_path: Path, room: int) -> None:
    ran = run_with_little_room(tmp_path, "out.mp4", "null", room=room)
    lines = [line for line in ran.stderr.splitlines() if not line.startswith("livecam: ")]
    assert ("recording out.mp4 stopped" in ran.stderr, lines) == (True, [])


def test_a_run_that_ends_so_leaves_the_report_of_what_was_done(tmp_path: Path) -> None:
    ran = run_with_little_room(tmp_path, "out.mkv")
    report = json.loads((tmp_path / "r.json").read_text())
    assert 30 <= report["frames"] < 240
    assert f"livecam: {report['error']}" in ran.stderr


def test_a_report_that_finds_no_room_either_does_not_hide_why_the_run_ended(tmp_path: Path) -> None:
    ran = run_with_little_room(tmp_path, "out.mkv", room=100)
    assert (ran.returncode, (tmp_path / "r.json").exists()) == (2, False)
    assert ran.stderr.index("cannot write r.json") < ran.stderr.index("recording out.mkv stopped: file too large")
