"""Parallel work over processes or a Ray cluster, with results in the order of the jobs, and a progress bar."""

from __future__ import annotations

import importlib
import logging
import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import Any, TypeVar

from numpy.typing import NDArray

from livecam.core.cluster import ray_cluster
from livecam.core.runtime import available_cores

Job = TypeVar("Job")
Done = TypeVar("Done")


def spread(work: Callable[[Job], Done], jobs: Sequence[Job], *, workers: int) -> Iterator[Done]:
    """The result of every job, in the order of the jobs."""
    if workers <= 1 or len(jobs) <= 1:
        yield from map(work, jobs)
        return
    with _processes(min(workers, len(jobs))) as pool:
        with _unheard_interrupts():
            done = pool.map(work, jobs)
        yield from done


@contextmanager
def _processes(workers: int) -> Iterator[ProcessPoolExecutor]:
    """As many processes, which are ended at once when the block is left by an error or by Ctrl-C."""
    # A fresh interpreter: threads of TensorFlow or OpenCV do not survive a fork.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=single_threaded)
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for child in multiprocessing.active_children():
            child.terminate()
        raise
    pool.shutdown()


@contextmanager
def _unheard_interrupts() -> Iterator[None]:
    """Processes that are begun meanwhile do not hear Ctrl-C: it ends the one that began them, and that ends them."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def cores() -> int:
    """How many processes this machine can use."""
    return available_cores()


def single_threaded() -> None:
    """A process of several leaves the other cores alone."""
    import cv2

    cv2.setNumThreads(1)


def watch(name: str, parts: Iterable[Any], count: int) -> Iterator[Any]:
    """Passes the parts on under a progress bar with the time that is left."""
    from rich.console import Console
    from rich.progress import track

    yield from track(parts, description=name, total=count, console=Console(stderr=True))


Columns = dict[str, NDArray[Any]]  # a batch: rows under named columns of equal length
Work = Callable[[Columns], Columns]  # makes one row of each; a function of a module, so that it can travel

_AHEAD = 3  # batches a process that wait or are done and not yet taken
_WINDOW = 8  # batches that a Ray job is given at a time, for each of its processes


def stream(work: Work, batches: Iterable[Columns], *, workers: int, ray: str | None = None) -> Iterator[Columns]:
    """What `work` makes of each batch, in order; never more than a few batches a worker are held.

    `ray` is the address of a cluster, or `local` for one of `workers` processes on this machine; what `work` reads
    must be there. MissingExtraError without Ray, SettingsError for a cluster that does not answer.
    """
    if ray is not None:
        return _on_ray(work, batches, workers, ray)
    if workers <= 1:
        return map(work, batches)
    return _in_processes(work, batches, workers)


def _in_processes(work: Work, batches: Iterable[Columns], workers: int) -> Iterator[Columns]:
    waiting: deque[Future[Columns]] = deque()
    with _processes(workers) as pool:
        for batch in batches:
            with _unheard_interrupts():
                waiting.append(pool.submit(work, batch))
            if len(waiting) >= _AHEAD * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _on_ray(work: Work, batches: Iterable[Columns], workers: int, address: str) -> Iterator[Columns]:
    rest = iter(batches)
    with _cluster(address, workers) as data:
        # A window at a time: neither the driver nor the cluster ever holds a pool of any size.
        while window := list(islice(rest, _WINDOW * workers)):
            yield from _job(data, work, window)


def _job(data: Any, work: Work, window: list[Columns]) -> Iterator[Columns]:
    size = max(_rows(batch) for batch in window)
    loose = [_loose(batch) for batch in window]
    items = [{name: batch[name][row] for name in batch} for batch in loose for row in range(_rows(batch))]
    blocks = data.from_items(items, override_num_blocks=len(window))
    done = blocks.map_batches(_Alone(work), batch_size=size, batch_format="numpy", num_cpus=1)
    for batch in done.iter_batches(batch_size=size, batch_format="numpy"):
        yield {name: _plain(column) for name, column in batch.items()}


class _Alone:
    """The work, with one thread of OpenCV for each process of the cluster."""

    def __init__(self, work: Work) -> None:
        self.work = work

    @property
    def __name__(self) -> str:
        return getattr(self.work, "__name__", "work")

    def __call__(self, batch: Columns) -> Columns:
        single_threaded()
        return _loose(self.work({name: _plain(column) for name, column in batch.items()}))


def _plain(column: NDArray[Any]) -> NDArray[Any]:
    """Arrow gives words back as objects."""
    return column.astype(str) if column.dtype == object else column


def _loose(batch: Columns) -> Columns:
    """Arrow takes arrays of words for numbers of so many bytes, and cannot join those of different length."""
    return {name: column.astype(object) if column.dtype.kind == "U" else column for name, column in batch.items()}


def _rows(batch: Columns) -> int:
    return len(next(iter(batch.values())))


@contextmanager
def _cluster(address: str, workers: int) -> Iterator[Any]:
    """Ray's module `data`, connected; a cluster that this program started ends with it."""
    with ray_cluster(address, workers):
        data = importlib.import_module("ray.data")
        context = data.DataContext.get_current()
        context.execution_options.preserve_order = True
        context.enable_progress_bars = context.print_on_execution_start = False
        logging.getLogger("ray.data").setLevel(logging.ERROR)
        yield data
