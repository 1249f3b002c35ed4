"""Spreads work over processes; what comes back does not depend on how many there are."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

Job = TypeVar("Job")
Done = TypeVar("Done")


def spread(work: Callable[[Job], Done], jobs: Sequence[Job], *, workers: int) -> Iterator[Done]:
    """The result of every job, in the order of the jobs."""
    if workers <= 1 or len(jobs) <= 1:
        yield from map(work, jobs)
        return
    # A fresh interpreter: threads of TensorFlow or OpenCV do not survive a fork.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(workers, len(jobs)), mp_context=context, initializer=single_threaded) as pool:
        yield from pool.map(work, jobs)


def cores() -> int:
    """How many processes this machine can use."""
    return len(os.sched_getaffinity(0))


def single_threaded() -> None:
    """A process of several leaves the other cores alone."""
    import cv2  # noqa: PLC0415

    cv2.setNumThreads(1)
