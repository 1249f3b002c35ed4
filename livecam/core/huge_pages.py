"""Huge pages for the memory in which the frames of a run lie; Linux only, and silent wherever they cannot be had.

A frame of 720p is 675 pages of four kilobytes. After every switch of programs the processor has to find each of them
again, on virtual machines through the tables of the host as well. What it saves: docs/decisions/frame-time.md
"""

from __future__ import annotations

import ctypes
import mmap
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from threading import Thread

_MADV_HUGEPAGE, _MADV_COLLAPSE = 14, 25  # of the kernel's mman-common.h; the second since Linux 6.1
HUGE = 2 << 20  # bytes
_MOST = 256 << 20  # bytes: more than the pictures and networks of a run take, were they of 4K
_LEAST = 0.5  # of the small pages that must be in memory: what is hardly used would be filled up with nothing
_MAPS = Path("/proc/self/maps")


def use_huge_pages() -> int:
    """Asks for huge pages under the heaps of this process, as they are now; how many bytes lie in them now."""
    if not sys.platform.startswith("linux"):
        return 0
    try:
        regions = list(heaps(_MAPS.read_text().splitlines()))
        system = ctypes.CDLL(None)
        madvise, mincore = system.madvise, system.mincore
    except (OSError, AttributeError):
        return 0
    madvise.argtypes = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
    mincore.argtypes = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p
    present = ctypes.create_string_buffer(HUGE // mmap.PAGESIZE)
    given = 0
    # One by one, so that nobody waits long. A kernel that does not know it makes them by and by.
    for place in (place for start, end in regions for place in range(start, end, HUGE)):
        if given >= _MOST:
            break
        if mincore(place, HUGE, present) != 0 or sum(page & 1 for page in present.raw) < _LEAST * len(present):
            continue
        if madvise(place, HUGE, _MADV_HUGEPAGE) == 0 == madvise(place, HUGE, _MADV_COLLAPSE):
            given += HUGE
    return given


def heaps(maps: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Of the lines of /proc/self/maps the beginning and end of what is memory of this process alone, to be read and
    written, and belongs to no file: as much of it as whole huge pages can lie in."""
    for line in maps:
        addresses, rights, _, _, _, *name = line.split(None, 5)
        if rights != "rw-p" or (name and name[0] != "[heap]"):
            continue
        start, end = (int(address, 16) for address in addresses.split("-"))
        first, last = -(-start // HUGE) * HUGE, end // HUGE * HUGE
        if first < last:
            yield first, last


class HugePagesLater:
    """Asks for them once, beside the picture, when so many frames are done that all their memory has been there."""

    def __init__(self, frames: int = 30, ask: Callable[[], object] = use_huge_pages) -> None:
        self._left, self._ask = frames, ask

    def frame_done(self) -> None:
        self._left -= 1
        if self._left == 0:
            Thread(target=self._ask, name="huge pages", daemon=True).start()
