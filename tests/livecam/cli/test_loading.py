"""Ctrl-C in work of which all that is written is whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.kills,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals to send"),
]
# A library swallows every KeyboardInterrupt and has led the standard error elsewhere; a process works beside it.
STUBBORN = """
import multiprocessing, os, time
from livecam.cli.loading import leaving_at_once

if __name__ == "__main__":
    child = multiprocessing.get_context("spawn").Process(target=time.sleep, args=(60,))
    child.start()
    with leaving_at_once(lambda: "all is kept"):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        print(child.pid, flush=True)
        end = time.monotonic() + 30
        while time.monotonic() < end:
            try:
                time.sleep(30)
            except KeyboardInterrupt:
                pass
"""


@pytest.fixture
def interrupted(tmp_path: Path) -> tuple[int, int, str]:
    """The exit code, the process of its own, and what was said."""
    (tmp_path / "stubborn.py").write_text(STUBBORN)
    command = [sys.executable, str(tmp_path / "stubborn.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout
        child = int(running.stdout.readline())
        os.kill(running.pid, signal.SIGINT)
        _, err = running.communicate(timeout=20)
    return running.returncode, child, err


def test_it_ends_with_a_last_line_whatever_libraries_do(interrupted: tuple[int, int, str]) -> None:
    code, _, err = interrupted
    assert (code, err.splitlines()[-1]) == (130, "all is kept")


def test_no_process_is_left_behind(interrupted: tuple[int, int, str]) -> None:
    _, child, _ = interrupted
    deadline = time.monotonic() + 10
    while (alive := _is_alive(child)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive


def _is_alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
