"""What an answer of the labeler takes after 10,000 decisions, among 50,000 samples: `make bench` runs these.

An answer is everything between an input and the JSON that a page gets; what is held ahead is fetched afterwards. What
comes at the same time as another program's work is told apart by processor time.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from labeler.session.actions import LabelingAction, LabelingMode
from labeler.session.controller import AnnotationController
from labeler.web.serialization import session_to_json
from livecam.settings import LabelSettings
from livecam.store.store import Store
from tests.benchmarks.long_queue import long_queue

SAMPLES, DECISIONS = 50_000, 10_000
LONGEST = 0.020  # seconds of the processor for an answer, at the median


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = long_queue(tmp_path_factory.mktemp("long") / "queue", count=SAMPLES, decisions=DECISIONS, by="ann")
    yield opened
    opened.close()


@pytest.mark.parametrize("mode", LabelingMode)
def test_an_answer_after_ten_thousand_decisions(benchmark: BenchmarkFixture, store: Store, mode: LabelingMode) -> None:
    settings = LabelSettings(overlap=0.1, gold=0.05, auto_advance=False)
    desk = AnnotationController(store, mode, annotator="ann", settings=settings)
    session = desk.open()
    desk.prefetch(session)
    taken: list[float] = []

    def answer() -> None:
        nonlocal session
        before = time.process_time()
        session = desk.handle(session, LabelingAction.ACCEPT)
        session_to_json(desk, session)
        taken.append(time.process_time() - before)

    benchmark.pedantic(answer, setup=lambda: desk.prefetch(session), rounds=60, iterations=1)
    desk.close(session)

    assert statistics.median(taken) < LONGEST
