"""The same function over batches, alone, in processes and on a cluster: the same rows, in order, few at a time."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator
from multiprocessing.connection import wait

import numpy as np
import pytest

from livecam.core.cluster import LOCAL
from livecam.core.errors import LivecamError
from tests.training.ray_work import double, fail, whoami
from training.engine.parallel import Columns, stream


def make_batches(count: int, size: int = 20) -> Iterator[Columns]:
    for number in range(count):
        rng = np.random.default_rng(number)
        ids = np.array([f"sample {number} {'long' * number} {row}" for row in range(size)])
        yield {"id": ids, "v": rng.normal(0, 1, (size, 6)).astype(np.float32)}


def rows(batches: Iterator[Columns]) -> list[tuple[str, list[float], float]]:
    return [
        (str(name), twice.tolist(), float(total))
        for batch in batches
        for name, twice, total in zip(batch["id"], batch["twice"], batch["sum"], strict=True)
    ]


def test_processes_give_the_rows_that_one_gives_in_the_same_order() -> None:
    assert rows(stream(double, make_batches(13), workers=2)) == rows(stream(double, make_batches(13), workers=1))


def test_the_work_is_done_by_other_processes() -> None:
    done = stream(whoami, make_batches(8), workers=2)
    assert os.getpid() not in {int(process) for batch in done for process in batch["process"]}


@pytest.mark.parametrize("workers", [1, 2])
def test_batches_are_read_only_a_few_ahead(workers: int) -> None:
    read: list[int] = []

    def counted() -> Iterator[Columns]:
        for number, batch in enumerate(make_batches(1000)):
            read.append(number)
            yield batch

    done = stream(double, counted(), workers=workers)
    for _ in range(10):
        next(done)
    assert len(read) < 10 + 4 * workers


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_in_the_work_is_not_swallowed(workers: int) -> None:
    with pytest.raises(ZeroDivisionError):
        list(stream(fail, make_batches(3), workers=workers))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals to send")
def test_the_other_processes_do_not_hear_ctrl_c_and_end_with_the_work() -> None:
    done = stream(whoami, make_batches(8), workers=2)
    process = int(next(done)["process"][0])
    os.kill(process, signal.SIGINT)
    assert len(next(done)["process"]) == 20
    children = multiprocessing.active_children()
    with pytest.raises(KeyboardInterrupt):
        done.throw(KeyboardInterrupt)  # type: ignore[attr-defined]

    # Not `is_alive`: the pool's own thread may just be taking their exit codes.
    assert all(wait([child.sentinel], timeout=10) for child in children)
    assert len(children) == 2


@pytest.mark.slow
def test_a_cluster_of_two_gives_the_rows_that_one_process_gives() -> None:
    pytest.importorskip("ray", reason="a cluster needs the extra 'scale'")
    on_cluster = rows(stream(double, make_batches(40), workers=2, ray=LOCAL))
    assert on_cluster == rows(stream(double, make_batches(40), workers=1))


@pytest.mark.slow
def test_a_cluster_that_does_not_answer_is_an_error() -> None:
    pytest.importorskip("ray", reason="a cluster needs the extra 'scale'")
    with pytest.raises(LivecamError, match="no Ray cluster answers at 127"):
        list(stream(double, make_batches(1), workers=1, ray="127.0.0.1:1"))
