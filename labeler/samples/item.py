"""One sample as a person is asked about it: the machine's guess, and what this person has said of each eye."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from livecam.core.samples import EYE_VERBS, EyeLabel, Guess, LabelEvent, Sample, SampleState, Verb, standing
from livecam.core.scene import LID_POINTS, Box, EyeState, Face, Point, Pupil, Side

FINDERS = ("tflite", "cpu", "tutorial")  # whose guess is shown, the first that has one
SIDES = (Side.RIGHT, Side.LEFT)  # as they stand in the picture, from left to right
IRIS_RADIUS = 0.0935  # pupil distances
DECIDING = {Verb.ACCEPT: SampleState.LABELLED, Verb.REJECT: SampleState.REJECTED, Verb.SKIP: SampleState.SKIPPED}


class Age(StrEnum):
    """How what was said of an eye stands to the store."""

    TOUCHED = "touched"  # not written yet
    KEPT = "kept"  # written, and waiting for the decision
    DECIDED = "decided"  # part of a decision that stands


@dataclass(frozen=True, slots=True)
class Turn:
    """One showing of a sample; a repeat is the second one, to see whether the person says the same again."""

    sample_id: str
    repeat: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """What a person said of one eye: a point, closed or occluded."""

    verb: Verb
    point: Point | None = None  # picture pixels
    radius: float | None = None  # picture pixels
    age: Age = Age.TOUCHED


@dataclass(frozen=True, slots=True)
class Item:
    """What is asked: all of it about one picture, nothing from another."""

    turn: Turn
    size: tuple[int, int]  # width, height of the picture
    unit: float  # the pupil distance, pixels
    middles: Mapping[Side, Point]  # of the eyes' corners, picture pixels
    shown: tuple[Guess, ...]  # one an eye at most
    said: Mapping[Side, Said]
    decision: SampleState | None = None  # of this person

    @property
    def is_open(self) -> bool:
        """Whether it waits for this person's decision, which others must not take away meanwhile."""
        return self.decision is None and not self.turn.repeat

    def guess(self, side: Side) -> Pupil | None:
        """The machine's pupil; None when it looked and found none, or never looked."""
        return next((guess.pupil for guess in self.shown if guess.side is side), None)

    def start(self, side: Side) -> Said:
        """Where placing an eye begins: the guess, else the middle of the eye with an iris of the usual size."""
        if pupil := self.guess(side):
            return Said(Verb.POINT, pupil.centre, pupil.radius)
        return Said(Verb.POINT, self.middles[side], IRIS_RADIUS * self.unit)


def item(sample: Sample, events: Iterable[LabelEvent], *, turn: Turn, by: str) -> Item:
    """The sample as `by` sees it in this turn; of `events` (oldest first) only that person's count."""
    events = tuple(events)
    stands = standing(events, by=by, repeats=turn.repeat)
    decided = {label.side: _decided(label) for label in stands.labels if label.moved}
    return Item(
        turn,
        sample.size,
        pupil_distance(sample),
        {side: _middle(sample, side) for side in Side},
        shown_guesses(sample),
        {**decided, **_since_the_decision(events, turn, by)},
        None if stands.state is SampleState.NEW else stands.state,
    )


def shown_guesses(sample: Sample) -> tuple[Guess, ...]:
    """The guesses of the finder that is shown: the default one where it has looked, else the next best."""
    finder = next((name for name in FINDERS if sample.guesses_of(name)), None)
    return tuple(guess for side in SIDES for guess in sample.guesses if (guess.finder, guess.side) == (finder, side))


def pupil_distance(sample: Sample) -> float:
    """The distance between the middles of the eyes' corners, pixels: the unit of every error."""
    return Face(Box(0, 0, *sample.size), sample.landmarks, 1.0).pupil_distance


def standing_events(events: Iterable[LabelEvent]) -> tuple[LabelEvent, ...]:
    """Those that were not taken back, without the takings back; oldest first as they came."""
    events = tuple(events)
    undone = {event.undoes for event in events if event.verb is Verb.UNDO}
    return tuple(event for event in events if event.verb is not Verb.UNDO and event.number not in undone)


def _since_the_decision(events: Iterable[LabelEvent], turn: Turn, by: str) -> Mapping[Side, Said]:
    said: dict[Side, Said] = {}
    for event in standing_events(event for event in events if (event.by, event.repeat) == (by, turn.repeat)):
        if event.verb in DECIDING:
            said.clear()
        elif event.verb in EYE_VERBS and event.side is not None:
            said[event.side] = Said(event.verb, event.point, event.radius, Age.KEPT)
    return said


def _decided(label: EyeLabel) -> Said:
    if label.state is EyeState.CLOSED:
        return Said(Verb.CLOSED, age=Age.DECIDED)
    return Said(Verb.OCCLUDED if label.occluded else Verb.POINT, label.centre, label.radius, Age.DECIDED)


def _middle(sample: Sample, side: Side) -> Point:
    x, y = sample.landmarks[LID_POINTS[side]][[0, 3]].mean(axis=0).tolist()
    return Point(x, y)
