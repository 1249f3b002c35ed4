"""Figures of a store that was labelled by two people, against the same figures computed by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeler.session.actions import LabelingAction, LabelingMode, PlacePupil, UserInput
from labeler.statistics.agreement import kappa
from labeler.statistics.report import compute_statistics, format_statistics
from livecam.core.types import Point, Side
from livecam.store.labels import judgement_of
from livecam.store.samples import LabelAction, LabelEvent, SampleState, SamplingReason
from livecam.store.store import Store
from tests.labeler.session.person import Person
from tests.labeler.session.shelf import UNIT, make_picture, make_sample

YES, NO = LabelingAction.ACCEPT, LabelingAction.REJECT
pairs = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "store") as store:
        for number in range(12):
            reason = SamplingReason.RANDOM if number < 2 else SamplingReason.LOW
            store.add(make_sample(number, reason=reason), make_picture(number))
        yield store


def labelled(
    store: Store,
    by: str,
    *wishes: UserInput,
    mode: LabelingMode = LabelingMode.REVIEW,
    repeats: float = 0,
    **settings: Any,
) -> Any:
    Person(store, mode, by=by, repeats=repeats, settings=settings).wishes(*wishes).leaves()  # type: ignore[arg-type]
    return compute_statistics(store)


def test_kappa_is_that_of_the_textbook() -> None:
    table = [(1, 1)] * 20 + [(1, 0)] * 5 + [(0, 1)] * 10 + [(0, 0)] * 15

    assert kappa(table) == pytest.approx(0.4)


@given(pairs)
def test_kappa_is_at_most_one_and_the_same_both_ways(rated: list[tuple[bool, bool]]) -> None:
    value = kappa(rated)

    assert value is None or value <= 1
    assert value == pytest.approx(kappa([(b, a) for a, b in rated]))


def test_kappa_of_people_who_only_ever_say_one_thing_is_not_defined() -> None:
    assert kappa([(True, True)] * 5) is None


def test_two_people_agree_as_often_as_they_did(store: Store) -> None:
    labelled(store, "ann", *[YES] * 6, *[NO] * 6)
    between = labelled(store, "bob", *[YES] * 3, *[NO] * 9, overlap=1.0)["agreement"]["between"][0]

    # Agreed 9/12; by chance (6*3 + 6*9) / 144 = 1/2.
    assert between["judgement"] == {"count": 12, "agreed": 0.75, "kappa": 0.5}
    assert between["people"] == ["ann", "bob"]


def test_points_of_two_people_are_as_far_apart_as_they_are(store: Store) -> None:
    def both(x: float) -> tuple[UserInput, ...]:
        return (PlacePupil(Side.LEFT, Point(110 + x, 50)), PlacePupil(Side.RIGHT, Point(50 + x, 50)), YES)

    labelled(store, "ann", *both(0) * 2, mode=LabelingMode.ANNOTATE)
    between = labelled(store, "bob", *[LabelingAction.NEXT] * 10, *both(1.5) * 2, mode=LabelingMode.ANNOTATE)[
        "agreement"
    ]["between"][0]

    assert between["distance_placed"] == {
        "count": 4,
        "median_pixels": 1.5,
        "median_pupil_distances": round(1.5 / UNIT, 4),
    }


def test_open_and_closed_eyes_are_compared(store: Store) -> None:
    labelled(store, "ann", LabelingAction.CLOSED, YES, *[LabelingAction.SKIP] * 11, mode=LabelingMode.ANNOTATE)
    others = [LabelingAction.NEXT] * 11  # what ann skipped waits for somebody else, and comes first
    between = labelled(store, "bob", *others, YES, mode=LabelingMode.ANNOTATE)["agreement"]["between"][0]

    assert (between["open_or_closed"]["count"], between["open_or_closed"]["agreed"]) == (2, 0.5)


def test_repeats_tell_how_far_a_person_agrees_with_themselves(store: Store) -> None:
    found = labelled(store, "ann", *[YES] * 11, NO, repeats=1.0)

    assert found["agreement"]["within"]["ann"]["judgement"]["agreed"] == 0.0
    assert found["people"]["ann"]["decisions"]["repeats"] == 1


def test_a_detector_is_as_good_as_the_labels_say(store: Store) -> None:
    # Of four eyes one is 2 px off (3.3 % of the pupil distance) and one 4 px (6.5 %).
    places = [((112, 50), (50, 50)), ((110, 50), (46, 50))]
    shifted = [
        user_input
        for left, right in places
        for user_input in (PlacePupil(Side.LEFT, Point(*left)), PlacePupil(Side.RIGHT, Point(*right)), YES)
    ]
    found = labelled(store, "ann", *shifted, mode=LabelingMode.ANNOTATE, blind=1.0)

    assert found["finders"]["all"]["tflite"] == {
        "eyes": 4,
        "within_2.5_percent": 0.5,
        "within_2.5_percent_interval": [0.15, 0.85],
        "within_5_percent": 0.75,
        "within_5_percent_interval": [0.3006, 0.9544],
        "states": 4,
        "state_right": 1.0,
        "judged": 0,
        "judged_right": None,
        "judged_right_interval": [None, None],
    }


def test_what_was_accepted_is_not_compared_with_itself_and_what_was_rejected_was_wrong(store: Store) -> None:
    found = labelled(store, "ann", YES, YES, YES, NO)["finders"]["all"]["tflite"]

    assert (found["eyes"], found["judged"], found["judged_right"]) == (0, 4, 0.75)


def test_what_a_person_moved_who_saw_the_prediction_measures_no_detector(store: Store) -> None:
    both = [PlacePupil(Side.LEFT, Point(112, 50)), PlacePupil(Side.RIGHT, Point(46, 50)), YES]
    found = labelled(store, "ann", *both, mode=LabelingMode.ANNOTATE)["finders"]["all"]["tflite"]

    assert (found["eyes"], found["judged_right"]) == (0, 0.0)


def test_quick_decisions_agreement_and_known_samples_are_told_of_each_person(store: Store) -> None:
    labelled(store, "ann", *[YES] * 12)
    first = next(store.samples(states={SampleState.LABELLED})).sample.id
    store.append_events([LabelEvent(first, LabelAction.GOLD, "ann")])
    bob = labelled(store, "bob", *[YES] * 9, *[NO] * 3, overlap=1.0)["people"]["bob"]

    assert (bob["n"], bob["under_0.25_s"]) == (12, 12)
    assert bob["agreement"] == {"n": 12, "share": 0.75, "low": 0.4677, "high": 0.9111}
    assert (bob["gold"]["n"], bob["gold"]["share"], bob["gold"]["median_error"]) == (1, 1.0, 0.0)


def test_a_label_that_a_reviewer_calls_wrong_is_disputed(store: Store) -> None:
    labelled(store, "ann", *[YES] * 12)
    found = labelled(store, "bob", *[YES] * 3, NO)

    assert (found["disputed"], found["people"]["ann"]["reviewed"]["n"]) == (1, 4)
    assert any("disputed" in line for line in format_statistics(found))


def test_random_samples_are_judged_apart(store: Store) -> None:
    found = labelled(store, "ann", *[YES] * 5)

    assert (found["finders"]["all"]["tflite"]["judged"], found["finders"]["random"]["tflite"]["judged"]) == (5, 2)


def test_an_empty_heap_of_labels_has_no_figures(store: Store) -> None:
    found = compute_statistics(store)

    assert (found["people"], found["agreement"]["between"], found["finders"]["all"]) == ({}, [], {})


def test_figures_can_be_told_and_written(store: Store) -> None:
    labelled(store, "ann", YES, NO, *[YES] * 10, repeats=1.0)
    found = labelled(store, "bob", *[NO] * 12)

    assert "ann and bob decided 11 of the same samples" in "\n".join(format_statistics(found))
    assert json.loads(json.dumps(found)) == found


@pytest.mark.parametrize(
    ("verbs", "right"),
    [
        ([LabelAction.ACCEPT], True),
        ([LabelAction.REJECT], False),
        ([LabelAction.POINT, LabelAction.ACCEPT], None),
        ([LabelAction.REJECT, LabelAction.POINT, LabelAction.ACCEPT], False),
        ([LabelAction.POINT, LabelAction.ACCEPT, LabelAction.ACCEPT], True),
        ([LabelAction.SKIP], None),
    ],
)
def test_a_judgement_is_a_yes_or_no_to_the_prediction_as_it_was(verbs: list[LabelAction], right: bool | None) -> None:
    events = [LabelEvent("x", verb, "ann", number=number) for number, verb in enumerate(verbs, start=1)]

    assert judgement_of(events) is right
