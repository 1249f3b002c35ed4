"""The state of a sample is a fold of what people said of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from livecam.core.types import EyeState, Point, Pupil, Side
from livecam.store.resolution import resolve_labels
from livecam.store.samples import EyeLabel, LabelAction, LabelEvent, Prediction, ResolvedLabels, SampleState, pixel_hash
from tests.fakes import make_noise, make_sample

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
LEFT = Prediction("cpu", "1", Side.LEFT, Pupil(Point(10, 11), 4.0, 0.6))
RIGHT = Prediction("cpu", "1", Side.RIGHT, Pupil(Point(30, 11), 4.0, 0.6))
SHUT = Prediction("cpu", "1", Side.LEFT, Pupil(Point(10, 11), 4.0, 0.3, EyeState.CLOSED))
ABSENT = Prediction("cpu", "1", Side.LEFT, None)


def said(*events: LabelEvent) -> list[LabelEvent]:
    """As a store would number and date them."""
    return [replace(e, number=n, when=MONDAY + timedelta(seconds=n)) for n, e in enumerate(events, start=1)]


def say(verb: LabelAction, side: Side | None = None, by: str = "anna", **rest: object) -> LabelEvent:
    if verb is LabelAction.POINT:
        rest = {"point": Point(12.5, 11.25), "radius": 3.5} | rest
    return LabelEvent("id", verb, by, side, **rest)  # type: ignore[arg-type]


PEOPLE = st.sampled_from(["anna", "bob"])
EVENTS = st.one_of(
    st.builds(
        say,
        st.sampled_from([LabelAction.POINT, LabelAction.CLOSED, LabelAction.OCCLUDED]),
        st.sampled_from(Side),
        PEOPLE,
        is_repeat=st.booleans(),
    ),
    st.builds(
        say,
        st.sampled_from([LabelAction.REJECT, LabelAction.SKIP, LabelAction.FLAG]),
        st.none(),
        PEOPLE,
        is_repeat=st.booleans(),
    ),
    st.builds(
        say,
        st.just(LabelAction.ACCEPT),
        st.none(),
        PEOPLE,
        shown_predictions=st.sampled_from([(), (LEFT,), (LEFT, RIGHT), (SHUT, RIGHT), (ABSENT, RIGHT)]),
        is_repeat=st.booleans(),
    ),
)
HISTORIES = st.lists(EVENTS, max_size=10).map(lambda events: said(*events))


def test_of_which_nothing_was_said_a_sample_is_new() -> None:
    assert resolve_labels([]) == ResolvedLabels(SampleState.NEW)


@pytest.mark.parametrize(
    ("verb", "state"),
    [
        (LabelAction.ACCEPT, SampleState.LABELLED),
        (LabelAction.REJECT, SampleState.REJECTED),
        (LabelAction.SKIP, SampleState.SKIPPED),
        (LabelAction.FLAG, SampleState.NEW),
    ],
)
def test_a_decision_makes_the_state(verb: LabelAction, state: SampleState) -> None:
    assert resolve_labels(said(say(verb))).state is state


@given(HISTORIES)
@example(said(say(LabelAction.SKIP, by="anna"), say(LabelAction.SKIP, by="anna")))
def test_the_last_decision_of_a_person_counts_and_a_skip_hides_none(history: list[LabelEvent]) -> None:
    by_anna = [event for event in history if event.annotator == "anna" and not event.is_repeat]
    answers = [event for event in by_anna if event.action in {LabelAction.ACCEPT, LabelAction.REJECT}]
    decisions = answers or [event for event in by_anna if event.action is LabelAction.SKIP]
    last = decisions[-1] if decisions else None

    found = resolve_labels(history, annotator="anna")

    assert (found.annotator, found.when) == ((last.annotator, last.when) if last else (None, None))


@given(HISTORIES, st.data())
def test_what_is_taken_back_might_never_have_been_said(history: list[LabelEvent], data: st.DataObject) -> None:
    taken_back = data.draw(st.sets(st.sampled_from(history)) if history else st.just(set()))
    undos = [
        replace(
            say(LabelAction.UNDO, by=e.annotator, undone_event=e.number, is_repeat=e.is_repeat), number=100 + e.number
        )
        for e in sorted(taken_back, key=lambda e: e.number)
    ]

    assert resolve_labels([*history, *undos]) == resolve_labels([e for e in history if e not in taken_back])


@given(HISTORIES)
def test_repeats_decide_nothing(history: list[LabelEvent]) -> None:
    assert resolve_labels(history) == resolve_labels([event for event in history if not event.is_repeat])


@given(HISTORIES)
def test_the_repeats_of_a_person_are_folded_by_themselves(history: list[LabelEvent]) -> None:
    alone = [replace(event, is_repeat=False) for event in history if event.is_repeat and event.annotator == "anna"]

    assert resolve_labels(history, annotator="anna", repeats=True) == resolve_labels(alone)


@given(HISTORIES)
def test_one_persons_view_knows_nothing_of_others(history: list[LabelEvent]) -> None:
    alone = [event for event in history if event.annotator == "anna"]

    assert resolve_labels(history, annotator="anna") == resolve_labels(alone)


@given(HISTORIES)
def test_nobody_adds_to_what_another_decides(history: list[LabelEvent]) -> None:
    found = resolve_labels(history)

    assert found.labels == resolve_labels(history, annotator=found.annotator).labels


@given(HISTORIES)
def test_labels_are_those_an_eye_can_have(history: list[LabelEvent]) -> None:
    found = resolve_labels(history)

    assert [label.side for label in found.labels] in ([], [Side.LEFT], [Side.RIGHT], [Side.LEFT, Side.RIGHT])
    assert not found.labels or found.state is SampleState.LABELLED
    for label in found.labels:
        assert (label.centre is None) == (label.state is EyeState.CLOSED or label.occluded)


def test_an_accepted_prediction_becomes_the_label() -> None:
    (left,) = resolve_labels(said(say(LabelAction.ACCEPT, shown_predictions=(LEFT,)))).labels

    assert left == EyeLabel(Side.LEFT, EyeState.OPEN, Point(10, 11), 4.0)


def test_what_a_person_said_of_an_eye_goes_before_the_prediction() -> None:
    left, right = resolve_labels(
        said(say(LabelAction.POINT, Side.LEFT), say(LabelAction.ACCEPT, shown_predictions=(LEFT, RIGHT)))
    ).labels

    assert (left.centre, left.radius, left.moved, right.moved) == (Point(12.5, 11.25), 3.5, True, False)


def test_the_last_word_on_an_eye_counts() -> None:
    events = said(
        say(LabelAction.POINT, Side.LEFT),
        say(LabelAction.CLOSED, Side.LEFT),
        say(LabelAction.ACCEPT, shown_predictions=(LEFT,)),
    )

    (left,) = resolve_labels(events).labels

    assert left == EyeLabel(Side.LEFT, EyeState.CLOSED, None, None, moved=True)


def test_an_occluded_eye_is_open_and_has_no_place() -> None:
    (left,) = resolve_labels(said(say(LabelAction.OCCLUDED, Side.LEFT), say(LabelAction.ACCEPT))).labels

    assert left == EyeLabel(Side.LEFT, EyeState.OPEN, None, None, occluded=True, moved=True)


def test_an_accepted_closed_eye_has_no_place() -> None:
    (left,) = resolve_labels(said(say(LabelAction.ACCEPT, shown_predictions=(SHUT,)))).labels

    assert left == EyeLabel(Side.LEFT, EyeState.CLOSED, None, None)


def test_an_eye_that_was_looked_for_and_not_found_has_no_label() -> None:
    assert resolve_labels(said(say(LabelAction.ACCEPT, shown_predictions=(ABSENT,)))).labels == ()


def test_a_decision_ends_what_was_said_before_it() -> None:
    """Whoever decides again starts from what is shown."""
    events = said(
        say(LabelAction.CLOSED, Side.LEFT),
        say(LabelAction.ACCEPT, shown_predictions=(LEFT,)),
        say(LabelAction.ACCEPT, shown_predictions=(LEFT,)),
    )

    (left,) = resolve_labels(events).labels

    assert left.state is EyeState.OPEN


def test_a_flag_stays_whatever_is_decided() -> None:
    assert resolve_labels(said(say(LabelAction.FLAG), say(LabelAction.SKIP))).flagged


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


def test_the_predictions_of_one_detector_are_by_eye() -> None:
    other = Prediction("tflite", "2", Side.LEFT, None)
    sample, _ = make_sample(predictions=(LEFT, RIGHT, other))

    assert sample.predictions_of("tflite") == {Side.LEFT: None}
    assert sample.predictions_of("cpu") == {Side.LEFT: LEFT.pupil, Side.RIGHT: RIGHT.pupil}
