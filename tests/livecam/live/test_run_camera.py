"""The whole program on a real stream: a camera behind an address that is too fast, or goes away and comes back."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from livecam.live.sources.demo import DemoSource
from tests.livecam.live.sources.mjpeg_server import MjpegServer
from tests.screen import wait_until

pytestmark = pytest.mark.kills


def demo_server(fps: float) -> MjpegServer:
    demo = DemoSource(640, 360)
    return MjpegServer(lambda index: demo.frame(index).image, fps=fps)


@contextmanager
def livecam_run(url: str, report: Path, *flags: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "livecam", "run", "--source", url, "--face", "dlib", "--sink", "null"]
    program = subprocess.Popen([*command, *flags, "--report", str(report)])
    try:
        yield program
    finally:
        program.kill()
        program.wait()


def told(program: subprocess.Popen[bytes], report: Path, *, ends_with: int = 0) -> dict[str, Any]:
    assert program.wait(timeout=60) == ends_with
    content: dict[str, Any] = json.loads(report.read_text())
    return content


def test_a_run_goes_on_when_its_stream_was_cut(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    with demo_server(fps=15) as server, livecam_run(server.url, report) as program:
        wait_until(lambda: server.served > 20, "pictures that are asked for")
        server.stop()
        time.sleep(0.5)
        before = server.served
        server.start()
        wait_until(lambda: server.served > before + 20, "pictures that are asked for again")
        program.terminate()
        said = told(program, report, ends_with=130)
    assert said["reconnections"] == 1


def test_a_stream_as_fast_as_it_can_be_served_is_shown_no_later_than_two_frame_times(tmp_path: Path) -> None:
    """Whether it is too fast depends on the machine; tests/sources/test_camera.py makes sure of that with a fake."""
    report = tmp_path / "report.json"
    with demo_server(fps=600) as server, livecam_run(server.url, report, "--seconds", "7") as program:
        said = told(program, report)
    assert said["latency_ms"]["p50"] < 2 * 1000 / said["fps"]


@pytest.mark.parametrize(("flags", "collects"), [((), True), (("--no-queue",), False)])
def test_a_camera_is_collected_from_unless_that_is_turned_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: tuple[str, ...], collects: bool
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    report = tmp_path / "report.json"
    with demo_server(fps=15) as server, livecam_run(server.url, report, *flags, "--seconds", "1") as program:
        said = told(program, report)
    assert (said["collected"] is not None) is collects
    assert (tmp_path / "data" / "livecam" / "queue" / "pictures").is_dir() is collects
