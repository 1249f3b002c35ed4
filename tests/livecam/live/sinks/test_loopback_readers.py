"""Who reads the virtual camera."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from livecam.live.sinks.loopback_readers import LoopbackReaders, has_reader


def process(processes: Path, number: int, *files: str) -> None:
    folder = processes / str(number) / "fd"
    folder.mkdir(parents=True)
    for handle, file in enumerate(files):
        (folder / str(handle)).symlink_to(file)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such links")
def test_another_program_that_has_the_device_open_reads_it(tmp_path: Path) -> None:
    process(tmp_path, os.getpid(), "/dev/video9")
    process(tmp_path, 4_000_000, "/dev/null", "/dev/video8")
    before = has_reader("/dev/video9", tmp_path)
    process(tmp_path, 4_000_001, "/dev/video9")

    assert (before, has_reader("/dev/video9", tmp_path)) == (False, True)


def test_where_nothing_tells_somebody_is_taken_to_look() -> None:
    with LoopbackReaders(lambda: "/dev/video9", platform="darwin") as readers:
        assert readers.is_read
