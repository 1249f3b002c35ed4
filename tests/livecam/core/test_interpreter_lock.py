"""The interpreter's lock goes on soon to a thread that comes back from a library."""

from __future__ import annotations

import subprocess
import sys

CALLS = 40
PROGRAM = f"""
import sys
import threading
import time
from livecam.core.runtime import pass_the_lock_on_soon

if sys.argv[1] == "soon":
    pass_the_lock_on_soon()

done = threading.Event()

def call_a_library():
    for _ in range({CALLS}):
        time.sleep(0.0005)
    done.set()

began = time.monotonic()
threading.Thread(target=call_a_library).start()
while not done.is_set():
    sum(range(100))
print(time.monotonic() - began)
"""


def seconds(how: str) -> float:
    """That a thread needs for short calls, beside one that computes."""
    done = subprocess.run([sys.executable, "-c", PROGRAM, how], capture_output=True, text=True, check=True)
    return float(done.stdout)


def test_a_thread_that_calls_libraries_waits_little_for_one_that_computes() -> None:
    assert min(seconds("soon") for _ in range(3)) < 0.5 * min(seconds("as it comes") for _ in range(3))
