"""Somebody at a desk, who wishes for one thing after the other."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from labeler.session.actions import LabelingMode, UserInput
from labeler.session.controller import AnnotationController
from labeler.session.state import AnnotationState
from labeler.texts.catalogue import Language
from livecam.settings import LabelSettings
from livecam.store.samples import EyeLabel, SampleState
from tests.labeler.session.shelf import Shelf, make_sample


def shelf(count: int = 4) -> Shelf:
    return Shelf.of(*(make_sample(number) for number in range(count)))


@dataclass
class Person:
    """Somebody at a desk, with a clock that stands still between decisions."""

    store: Shelf
    mode: LabelingMode = LabelingMode.ANNOTATE
    by: str = "ann"
    repeats: float = 0.0
    now: float = 0.0
    auto_advance: bool = False
    settings: dict[str, Any] = field(default_factory=dict)
    language: Language = Language.ENGLISH
    session: AnnotationState = field(init=False)

    def __post_init__(self) -> None:
        settings = LabelSettings(repeats=self.repeats, auto_advance=self.auto_advance, **self.settings)
        self.controller = AnnotationController(
            self.store,  # type: ignore[arg-type]
            self.mode,
            annotator=self.by,
            settings=settings,
            clock=lambda: self.now,
            language=self.language,
        )
        self.session = self.controller.open()

    def wishes(self, *wishes: UserInput) -> Person:
        self.session = reduce(self.controller.handle, wishes, self.session)
        return self

    def leaves(self) -> Shelf:
        self.controller.close(self.session)
        return self.store

    def state(self, number: int) -> SampleState:
        return self.store.sample(make_sample(number).id).resolved.state

    def labels(self, number: int) -> tuple[EyeLabel, ...]:
        return self.store.sample(make_sample(number).id).resolved.labels

    def number(self) -> int:
        """Which of the samples is before the person."""
        assert self.session.assignment is not None
        return self.store.sample(self.session.assignment.sample_id).sample.frame_index
