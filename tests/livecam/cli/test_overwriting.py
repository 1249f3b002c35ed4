"""A run never writes over what another has left, but for the file of its own name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.program import Program

DEMO = ("run", "--source", "demo", "--size", "320x240", "--face", "dlib", "--frames", "4", "--sink")


@pytest.mark.parametrize("sink", ["out.mp4", "jsonl:out.jsonl"])
def test_what_a_killed_run_has_left_is_kept(program: Program, tmp_path: Path, sink: str) -> None:
    suffix = sink.rsplit(".", 1)[1]
    left, whole = tmp_path / f"out.part.{suffix}", tmp_path / f"out.{suffix}"
    left.write_text("as far as it came")
    whole.write_text("older")

    assert program(*DEMO, sink).code == 0
    assert left.read_text() == "as far as it came"
    assert whole.read_bytes()[:5] != b"older"
    assert sorted(path.name for path in tmp_path.glob("out*")) == [f"out.{suffix}", left.name]


def test_a_video_is_never_written_over_itself(program: Program, tmp_path: Path) -> None:
    (tmp_path / "out.mp4").write_text("mine")
    code, _, err = program("run", "--source", "out.mp4", "--sink", "out.mp4")

    assert (code, "it is the source" in err, (tmp_path / "out.mp4").read_text()) == (2, True, "mine")
