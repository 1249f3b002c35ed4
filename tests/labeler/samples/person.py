"""Somebody at a desk, who wishes for one thing after the other."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce

from labeler.samples.actions import Mode, Wish
from labeler.samples.desk import Desk
from labeler.samples.session import Session
from livecam.core.samples import EyeLabel, SampleState
from tests.labeler.samples.shelf import Shelf, make_sample


def shelf(count: int = 4) -> Shelf:
    return Shelf.of(*(make_sample(number) for number in range(count)))


@dataclass
class Person:
    """Somebody at a desk, with a clock that stands still between decisions."""

    store: Shelf
    mode: Mode = Mode.ANNOTATE
    by: str = "ann"
    repeats: float = 0.0
    now: float = 0.0
    session: Session = field(init=False)

    def __post_init__(self) -> None:
        self.desk = Desk(self.store, self.mode, by=self.by, repeats=self.repeats, clock=lambda: self.now)  # type: ignore[arg-type]
        self.session = self.desk.open()

    def wishes(self, *wishes: Wish) -> Person:
        self.session = reduce(self.desk.act, wishes, self.session)
        return self

    def leaves(self) -> Shelf:
        self.desk.close(self.session)
        return self.store

    def state(self, number: int) -> SampleState:
        return self.store.sample(make_sample(number).id).standing.state

    def labels(self, number: int) -> tuple[EyeLabel, ...]:
        return self.store.sample(make_sample(number).id).standing.labels

    def number(self) -> int:
        """Which of the samples is before the person."""
        assert self.session.turn is not None
        return self.store.sample(self.session.turn.sample_id).sample.frame_index
