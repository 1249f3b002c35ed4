"""Learning beside a run, with processes and a clock that the test drives."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from livecam.live.learning.background import BackgroundLearning
from livecam.settings import LearnSettings

READY = {"told": "a round can run: 20 of 20", "short": "a round can run", "ready": True, "interrupted": False}
LACKING = {"told": "3 of 20", "short": "round: 3/20 labels", "ready": False, "interrupted": False}
PROMOTED = {"number": 1, "promoted": True, "why": "better", "told": "the new model is in use"}


@dataclass
class Answer:
    """A process that has ended, or that never ends."""

    said: Mapping[str, Any] | str | None
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def has_ended(self) -> bool:
        return self.said is not None

    def answer(self) -> Mapping[str, Any] | str:
        assert self.said is not None
        return self.said

    def end(self) -> None:
        self.ended.set()


@dataclass
class Store:
    """What the store has, and what comes of the rounds that are begun on it."""

    round: Mapping[str, Any] | str
    outcome: Mapping[str, Any] | str | None = field(default_factory=lambda: PROMOTED)
    begun: list[Answer] = field(default_factory=list)
    begins: threading.Event = field(default_factory=threading.Event)

    def look(self) -> Answer:
        return Answer(self.round if isinstance(self.round, str) else {"round": self.round})

    def begin_round(self) -> Answer:
        self.begun.append(Answer(self.outcome))
        self.begins.set()
        return self.begun[-1]


class Bench:
    def __init__(self, store: Store, **settings: Any) -> None:
        self.now = 0.0
        self.said: list[str] = []
        self.learning = BackgroundLearning(
            store, LearnSettings(**{"enabled": True, **settings}), say=self.said.append, clock=lambda: self.now
        )


def having(known: Mapping[str, Any], labels: int = 0, frames: int = 0) -> dict[str, Any]:
    return {**known, "new_labels": labels, "new_frames": frames}


@pytest.mark.parametrize(
    ("known", "rounds"),
    [
        (having(READY, labels=20), 1),
        (having(READY, frames=300), 1),
        (having(READY, labels=19, frames=299), 0),
        (having(LACKING, labels=50, frames=900), 0),
        ({**having(LACKING), "interrupted": True}, 1),
    ],
)
def test_a_round_starts_after_enough_new_labels_or_frames_and_never_without_what_it_needs(
    known: Mapping[str, Any], rounds: int
) -> None:
    store = Store(known)
    Bench(store).learning.step()

    assert len(store.begun) == rounds


def test_what_is_there_and_missing_is_told_once_and_shown_all_the_time() -> None:
    bench = Bench(Store(having(LACKING)))
    bench.learning.step()
    bench.learning.step()

    assert (bench.said, bench.learning.light.text) == (["learning: 3 of 20"], "round: 3/20 labels")


def test_what_a_round_came_to_is_told_and_reported() -> None:
    bench = Bench(Store(having(READY, labels=20)))
    bench.learning.step()

    assert bench.said[-1] == "round 1: the new model is in use; better"
    assert bench.learning.report() == {"enabled": True, "rounds": 1, "promoted": 1}


def test_without_learn_the_store_is_counted_and_nothing_is_learnt() -> None:
    store = Store(having(READY, labels=50))
    bench = Bench(store, enabled=False)
    bench.learning.step()

    assert (store.begun, bench.said, bench.learning.light.text) == ([], [], "a round can run")
    assert "with --learn" in bench.learning.toggle()


def test_a_round_that_fails_is_told_and_tried_again_only_later_or_with_more_labels() -> None:
    store = Store(having(READY, labels=20), outcome="no space left")
    bench = Bench(store)
    for _ in range(3):
        bench.learning.step()
    begun = [len(store.begun)]
    store.round = having(READY, labels=21)
    bench.learning.step()
    begun.append(len(store.begun))
    bench.now = 1000.0
    bench.learning.step()
    begun.append(len(store.begun))

    assert begun == [1, 2, 3]
    assert bench.said[-1].startswith("the round came to nothing, the old model stays: no space left")


def test_a_store_that_cannot_be_counted_is_told_once() -> None:
    bench = Bench(Store("there is no sample store"))
    bench.learning.step()
    bench.learning.step()

    assert bench.said == ["the store cannot be counted: there is no sample store"]


def test_who_did_not_ask_for_learning_hears_of_a_problem_by_the_key_alone() -> None:
    bench = Bench(Store("there is no sample store"), enabled=False)
    bench.learning.step()

    assert bench.said == []
    assert "there is no sample store" in bench.learning.toggle()


def test_a_person_who_says_no_ends_the_round_that_runs() -> None:
    store = Store(having(READY, labels=20), outcome=None)
    bench = Bench(store)
    with bench.learning:
        assert store.begins.wait(30)
        said = bench.learning.toggle()
        assert store.begun[0].ended.wait(30)

    assert said.startswith("learning off")
    assert bench.learning.report()["rounds"] == 0


def test_a_round_ends_with_the_run() -> None:
    store = Store(having(READY, labels=20), outcome=None)
    with Bench(store).learning as learning:
        assert store.begins.wait(30)
        running = learning.light

    assert (running.text, running.seconds is not None) == ("learning", True)
    assert (store.begun[0].ended.is_set(), len(store.begun)) == (True, 1)
