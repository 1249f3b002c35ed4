"""The state of a sample is a fold of what people said of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecam.core.samples import (
    EyeLabel,
    Guess,
    LabelEvent,
    SampleState,
    Standing,
    Verb,
    pixel_hash,
    standing,
)
from livecam.core.scene import EyeState, Point, Pupil, Side
from tests.fakes import make_noise, make_sample

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
LEFT = Guess("cpu", "1", Side.LEFT, Pupil(Point(10, 11), 4.0, 0.6))
RIGHT = Guess("cpu", "1", Side.RIGHT, Pupil(Point(30, 11), 4.0, 0.6))
SHUT = Guess("cpu", "1", Side.LEFT, Pupil(Point(10, 11), 4.0, 0.3, EyeState.CLOSED))
ABSENT = Guess("cpu", "1", Side.LEFT, None)


def said(*events: LabelEvent) -> list[LabelEvent]:
    """As a store would number and date them."""
    return [replace(e, number=n, when=MONDAY + timedelta(seconds=n)) for n, e in enumerate(events, start=1)]


def say(verb: Verb, side: Side | None = None, by: str = "anna", **rest: object) -> LabelEvent:
    if verb is Verb.POINT:
        rest = {"point": Point(12.5, 11.25), "radius": 3.5} | rest
    return LabelEvent("id", verb, by, side, **rest)  # type: ignore[arg-type]


PEOPLE = st.sampled_from(["anna", "bob"])
EVENTS = st.one_of(
    st.builds(
        say,
        st.sampled_from([Verb.POINT, Verb.CLOSED, Verb.OCCLUDED]),
        st.sampled_from(Side),
        PEOPLE,
        repeat=st.booleans(),
    ),
    st.builds(say, st.sampled_from([Verb.REJECT, Verb.SKIP, Verb.FLAG]), st.none(), PEOPLE, repeat=st.booleans()),
    st.builds(
        say,
        st.just(Verb.ACCEPT),
        st.none(),
        PEOPLE,
        shown=st.sampled_from([(), (LEFT,), (LEFT, RIGHT), (SHUT, RIGHT), (ABSENT, RIGHT)]),
        repeat=st.booleans(),
    ),
)
HISTORIES = st.lists(EVENTS, max_size=10).map(lambda events: said(*events))


def test_of_which_nothing_was_said_a_sample_is_new() -> None:
    assert standing([]) == Standing(SampleState.NEW)


@pytest.mark.parametrize(
    ("verb", "state"),
    [
        (Verb.ACCEPT, SampleState.LABELLED),
        (Verb.REJECT, SampleState.REJECTED),
        (Verb.SKIP, SampleState.SKIPPED),
        (Verb.FLAG, SampleState.NEW),
    ],
)
def test_a_decision_makes_the_state(verb: Verb, state: SampleState) -> None:
    assert standing(said(say(verb))).state is state


@given(HISTORIES)
def test_the_last_decision_counts(history: list[LabelEvent]) -> None:
    decisions = [e for e in history if e.verb in {Verb.ACCEPT, Verb.REJECT, Verb.SKIP} and not e.repeat]
    last = decisions[-1] if decisions else None

    found = standing(history)

    assert (found.by, found.when) == ((last.by, last.when) if last else (None, None))


@given(HISTORIES, st.data())
def test_what_is_taken_back_might_never_have_been_said(history: list[LabelEvent], data: st.DataObject) -> None:
    taken_back = data.draw(st.sets(st.sampled_from(history)) if history else st.just(set()))
    undos = [
        replace(say(Verb.UNDO, by=e.by, undoes=e.number, repeat=e.repeat), number=100 + e.number)
        for e in sorted(taken_back, key=lambda e: e.number)
    ]

    assert standing([*history, *undos]) == standing([e for e in history if e not in taken_back])


@given(HISTORIES)
def test_repeats_decide_nothing(history: list[LabelEvent]) -> None:
    assert standing(history) == standing([event for event in history if not event.repeat])


@given(HISTORIES)
def test_the_repeats_of_a_person_are_folded_by_themselves(history: list[LabelEvent]) -> None:
    alone = [replace(event, repeat=False) for event in history if event.repeat and event.by == "anna"]

    assert standing(history, by="anna", repeats=True) == standing(alone)


@given(HISTORIES)
def test_one_persons_view_knows_nothing_of_others(history: list[LabelEvent]) -> None:
    alone = [event for event in history if event.by == "anna"]

    assert standing(history, by="anna") == standing(alone)


@given(HISTORIES)
def test_nobody_adds_to_what_another_decides(history: list[LabelEvent]) -> None:
    found = standing(history)

    assert found.labels == standing(history, by=found.by).labels


@given(HISTORIES)
def test_labels_are_those_an_eye_can_have(history: list[LabelEvent]) -> None:
    found = standing(history)

    assert [label.side for label in found.labels] in ([], [Side.LEFT], [Side.RIGHT], [Side.LEFT, Side.RIGHT])
    assert not found.labels or found.state is SampleState.LABELLED
    for label in found.labels:
        assert (label.centre is None) == (label.state is EyeState.CLOSED or label.occluded)


def test_an_accepted_guess_becomes_the_label() -> None:
    (left,) = standing(said(say(Verb.ACCEPT, shown=(LEFT,)))).labels

    assert left == EyeLabel(Side.LEFT, EyeState.OPEN, Point(10, 11), 4.0)


def test_what_a_person_said_of_an_eye_goes_before_the_guess() -> None:
    left, right = standing(said(say(Verb.POINT, Side.LEFT), say(Verb.ACCEPT, shown=(LEFT, RIGHT)))).labels

    assert (left.centre, left.radius, left.moved, right.moved) == (Point(12.5, 11.25), 3.5, True, False)


def test_the_last_word_on_an_eye_counts() -> None:
    events = said(say(Verb.POINT, Side.LEFT), say(Verb.CLOSED, Side.LEFT), say(Verb.ACCEPT, shown=(LEFT,)))

    (left,) = standing(events).labels

    assert left == EyeLabel(Side.LEFT, EyeState.CLOSED, None, None, moved=True)


def test_an_occluded_eye_is_open_and_has_no_place() -> None:
    (left,) = standing(said(say(Verb.OCCLUDED, Side.LEFT), say(Verb.ACCEPT))).labels

    assert left == EyeLabel(Side.LEFT, EyeState.OPEN, None, None, occluded=True, moved=True)


def test_an_accepted_closed_eye_has_no_place() -> None:
    (left,) = standing(said(say(Verb.ACCEPT, shown=(SHUT,)))).labels

    assert left == EyeLabel(Side.LEFT, EyeState.CLOSED, None, None)


def test_an_eye_that_was_looked_for_and_not_found_has_no_label() -> None:
    assert standing(said(say(Verb.ACCEPT, shown=(ABSENT,)))).labels == ()


def test_a_decision_ends_what_was_said_before_it() -> None:
    """Whoever decides again starts from what is shown."""
    events = said(say(Verb.CLOSED, Side.LEFT), say(Verb.ACCEPT, shown=(LEFT,)), say(Verb.ACCEPT, shown=(LEFT,)))

    (left,) = standing(events).labels

    assert left.state is EyeState.OPEN


def test_a_flag_stays_whatever_is_decided() -> None:
    assert standing(said(say(Verb.FLAG), say(Verb.SKIP))).flagged


@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 3))
def test_the_id_of_a_picture_is_of_its_pixels_alone(width: int, height: int, seed: int) -> None:
    picture = make_noise(seed, width, height)
    framed = np.zeros((height + 2, width + 3, 3), np.uint8)
    framed[1:-1, 2:-1] = picture

    assert pixel_hash(framed[1:-1, 2:-1]) == pixel_hash(picture)


def test_pictures_of_the_same_bytes_and_another_shape_are_others() -> None:
    assert pixel_hash(np.zeros((4, 6, 3), np.uint8)) != pixel_hash(np.zeros((6, 4, 3), np.uint8))


def test_one_pixel_makes_another_picture() -> None:
    picture = make_noise()
    changed = picture.copy()
    changed[3, 3, 1] ^= 1

    assert pixel_hash(changed) != pixel_hash(picture)


def test_a_point_of_the_picture_is_found_in_the_frame() -> None:
    sample, _ = make_sample(origin=(200, 100))

    assert sample.to_frame(Point(1.5, 2)) == Point(201.5, 102)


def test_the_guesses_of_one_finder_are_by_eye() -> None:
    other = Guess("tflite", "2", Side.LEFT, None)
    sample, _ = make_sample(guesses=(LEFT, RIGHT, other))

    assert sample.guesses_of("tflite") == {Side.LEFT: None}
    assert sample.guesses_of("cpu") == {Side.LEFT: LEFT.pupil, Side.RIGHT: RIGHT.pupil}
