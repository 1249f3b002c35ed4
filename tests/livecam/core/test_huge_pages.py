"""Huge pages: which memory they are asked for."""

from __future__ import annotations

import mmap
import sys
from pathlib import Path
from queue import Queue
from threading import current_thread

import pytest

from livecam.core.huge_pages import HUGE, HugePagesLater, heaps, use_huge_pages

MAPS = """\
00400000-00e00000 rw-p 00000000 fe:00 131 /usr/bin/python3
01100000-01900000 rw-p 00000000 00:00 0 [heap]
7f0000100000-7f0000900000 rw-p 00000000 00:00 0
7f0001000000-7f0001800000 r-xp 00000000 00:00 0
7f0002000000-7f0002800000 rw-s 00000000 00:00 0
7f0003000000-7f0003100000 rw-p 00000000 00:00 0
7ffc00000000-7ffc00800000 rw-p 00000000 00:00 0 [stack]
""".splitlines()


def test_heaps_are_memory_of_no_file_in_whole_huge_pages() -> None:
    assert list(heaps(MAPS)) == [(0x1200000, 0x1800000), (0x7F0000200000, 0x7F0000800000)]


@pytest.mark.parametrize("times", [1, 2])
def test_asking_for_them_does_no_harm(times: int) -> None:
    kept = bytearray(b"frame") * (4 * HUGE // 5)
    for _ in range(times):
        assert use_huge_pages() >= 0
    assert kept == b"frame" * (4 * HUGE // 5)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="huge pages are asked for on Linux only")
def test_what_is_hardly_used_is_not_filled_up() -> None:
    hardly = mmap.mmap(-1, 32 * HUGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    for place in range(0, len(hardly), HUGE):
        hardly[place] = 1

    before = _resident_pages()
    use_huge_pages()
    assert (_resident_pages() - before) * mmap.PAGESIZE < 16 * HUGE
    assert sum(hardly[place] for place in range(0, len(hardly), HUGE)) == 32


def _resident_pages() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1])


def test_they_are_asked_for_once_and_beside_the_picture() -> None:
    asked: Queue[str] = Queue()
    later = HugePagesLater(3, lambda: asked.put(current_thread().name))
    for _ in range(9):
        later.frame_done()
    assert asked.get(timeout=30) == "huge pages"
    assert asked.empty()
