"""Memory that is freed is kept for the next frame, and for every thread."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

ROUNDS = 20
PROGRAM = f"""
import resource
import sys
import numpy as np
from livecam.core.runtime import keep_freed_memory

def pictures():
    for _ in range({ROUNDS}):
        [np.ones((720, 1280, 3), np.uint8) for _ in range(4)]

if sys.argv[1] == "kept":
    assert keep_freed_memory()
pictures()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
pictures()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(how: str) -> float:
    """Pages that a frame finds gone, each frame making and leaving four pictures."""
    done = subprocess.run([sys.executable, "-c", PROGRAM, how], capture_output=True, text=True, check=True)
    return int(done.stdout) / ROUNDS


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc takes it")
def test_the_next_frame_finds_the_pages_of_the_last_one() -> None:
    assert faults("kept") < 20 < faults("as it comes")


HEAPS = """
import ctypes
import sys
import threading
from livecam.core.runtime import use_one_heap

if sys.argv[1] == "one":
    assert use_one_heap()
thread = threading.Thread(target=lambda: [bytes(100_000) for _ in range(10)])
thread.start()
thread.join()
system = ctypes.CDLL(None)
system.fdopen.restype = ctypes.c_void_p
out = ctypes.c_void_p(system.fdopen(1, b"w"))
system.malloc_info(0, out)
system.fflush(out)
"""


def heaps(how: str) -> int:
    """Of a program with a thread beside the main one, which both ask for memory."""
    done = subprocess.run([sys.executable, "-c", HEAPS, how], capture_output=True, text=True, check=True)
    return done.stdout.count("<heap nr=")


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc takes it")
def test_a_thread_takes_its_memory_where_all_others_do() -> None:
    assert heaps("one") == 1 < heaps("as it comes")
