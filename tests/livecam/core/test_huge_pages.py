"""Huge pages: which memory they are asked for."""

from __future__ import annotations

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


def test_they_are_asked_for_once_and_beside_the_picture() -> None:
    asked: Queue[str] = Queue()
    later = HugePagesLater(3, lambda: asked.put(current_thread().name))
    for _ in range(9):
        later.frame_done()
    assert asked.get(timeout=30) == "huge pages"
    assert asked.empty()
