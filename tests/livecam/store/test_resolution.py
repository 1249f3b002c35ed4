"""What several people's events come to: a label has an author, and what others say is an opinion."""

from __future__ import annotations

from dataclasses import replace

import pytest

from livecam.core.types import Point, Pupil, Side
from livecam.store.resolution import dissenting, resolve_labels
from livecam.store.samples import IMPORTED, LABEL, LabelAction, LabelEvent, Prediction, SampleState

ACCEPT, REJECT, SKIP = LabelAction.ACCEPT, LabelAction.REJECT, LabelAction.SKIP
GUESS = tuple(
    Prediction("tflite", "1", side, Pupil(Point(x, 50), 5.0, 0.5)) for side, x in ((Side.LEFT, 110), (Side.RIGHT, 50))
)


def label_of(by: str, shift: float = 0.0) -> tuple[Prediction, ...]:
    return tuple(
        replace(guess, detector=LABEL, version=by, pupil=Pupil(Point(guess.pupil.centre.x + shift, 50), 5.0, 1.0))
        for guess in GUESS
        if guess.pupil
    )


def says(by: str, action: LabelAction, shown: tuple[Prediction, ...] = GUESS, **rest: object) -> list[LabelEvent]:
    return [LabelEvent("id", action, by, shown_predictions=shown, **rest)]  # type: ignore[arg-type]


def places(by: str, shift: float = 0.0, **rest: object) -> list[LabelEvent]:
    eyes = [
        LabelEvent("id", LabelAction.POINT, by, guess.side, Point(guess.pupil.centre.x + shift, 50), 5.0)
        for guess in GUESS
        if guess.pupil
    ]
    return [*eyes, *says(by, ACCEPT, **rest)]


def history(*parts: list[LabelEvent]) -> list[LabelEvent]:
    events = [event for part in parts for event in part]
    return [replace(event, number=number) for number, event in enumerate(events, start=1)]


@pytest.mark.parametrize(
    "second", [says("bob", REJECT), says("bob", ACCEPT), says("bob", SKIP), says("bob", LabelAction.NOT_A_FACE)]
)
def test_a_label_stands_whatever_somebody_else_says(second: list[LabelEvent]) -> None:
    alone = resolve_labels(history(places("ann", 3.0)))
    both = resolve_labels(history(places("ann", 3.0), second))

    assert (both.state, both.labels, both.annotator) == (SampleState.LABELLED, alone.labels, "ann")


def test_its_author_changes_it() -> None:
    found = resolve_labels(history(places("ann"), places("bob", 3.0), places("ann", 9.0)))

    assert (found.annotator, found.labels[0].centre) == ("ann", Point(119, 50))


def test_an_adjudication_changes_it_for_everybody() -> None:
    settled = resolve_labels(history(places("ann"), places("bob", 9.0), places("eva", 9.0, is_adjudication=True)))

    assert (settled.annotator, settled.labels[0].centre, settled.disputed) == ("eva", Point(119, 50), False)


def test_a_skip_hides_no_label_not_even_the_authors_own() -> None:
    assert resolve_labels(history(places("ann"), says("ann", SKIP))).state is SampleState.LABELLED


def test_what_nobody_but_a_skipper_has_seen_is_skipped() -> None:
    assert resolve_labels(history(says("ann", SKIP))).state is SampleState.SKIPPED


def test_yes_to_what_another_called_wrong_is_an_opinion() -> None:
    found = resolve_labels(history(says("ann", REJECT), says("bob", ACCEPT)))

    assert (found.state, found.disputed) == (SampleState.REJECTED, True)


def test_the_right_place_of_what_another_called_wrong_is_a_label() -> None:
    found = resolve_labels(history(says("ann", REJECT), places("bob", 9.0)))

    assert (found.state, found.annotator, found.disputed) == (SampleState.LABELLED, "bob", False)


def test_a_person_outranks_a_file() -> None:
    imported = [replace(event, annotator=IMPORTED, shown_predictions=()) for event in places("x", 5.0)]
    judged = says("ann", REJECT, label_of(IMPORTED, 5.0))

    assert resolve_labels(history(imported)).annotator == IMPORTED
    assert resolve_labels(history(imported, judged)).state is SampleState.REJECTED
    assert resolve_labels(history(imported, says("ann", ACCEPT, label_of(IMPORTED, 5.0)))).annotator == "ann"


@pytest.mark.parametrize(
    ("second", "disputed"),
    [
        (says("bob", REJECT, label_of("ann", 3.0)), True),
        (says("bob", ACCEPT, label_of("ann", 3.0)), False),
        (says("bob", REJECT), False),  # that the prediction was wrong is what ann says too
        (places("bob", 4.0), False),
        (places("bob", 9.0), True),
        (says("bob", LabelAction.NOT_A_FACE), True),
        (says("bob", SKIP), False),
    ],
)
def test_a_sample_is_disputed_when_somebody_says_otherwise(second: list[LabelEvent], disputed: bool) -> None:
    events = history(places("ann", 3.0), second)

    assert (resolve_labels(events).disputed, bool(dissenting(events))) == (disputed, disputed)


def test_agreeing_with_a_label_does_not_inherit_it() -> None:
    events = history(places("ann", 3.0), says("bob", ACCEPT, label_of("ann", 3.0)), says("ann", REJECT))

    assert resolve_labels(events).state is SampleState.REJECTED


def test_what_is_known_to_be_true_is_what_stands() -> None:
    events = history(places("ann"), [LabelEvent("id", LabelAction.GOLD, "eva")], places("bob", 9.0))

    assert (resolve_labels(events).gold, resolve_labels(events).annotator) == (True, "ann")
