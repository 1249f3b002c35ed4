"""What people say is kept as it was said, when it can be meant."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from livecam.core.errors import StoreError
from livecam.core.types import Point, Side
from livecam.store.resolution import resolve_labels
from livecam.store.samples import EYE_VERBS, LabelAction, LabelEvent, SampleState
from livecam.store.store import Store
from tests.fakes import make_sample
from tests.livecam.store.conftest import Place
from tests.livecam.store.test_store import PREDICTIONS


@pytest.fixture
def ids(store: Store) -> list[str]:
    """Three samples of 48x40 pixels."""
    made = [make_sample(number) for number in range(3)]
    for sample, picture in made:
        store.add(sample, picture)
    return [sample.id for sample, _ in made]


def test_the_store_gives_an_event_its_number_and_time(store: Store, ids: list[str], place: Place) -> None:
    (event,) = store.append_events([LabelEvent(ids[0], LabelAction.SKIP, "anna")])

    assert (event.number > 0, event.when) == (True, place.clock.now)


def test_events_come_back_oldest_first(store: Store, ids: list[str]) -> None:
    said = [
        LabelEvent(sample_id, verb, "anna")
        for sample_id in reversed(ids)
        for verb in (LabelAction.FLAG, LabelAction.REJECT)
    ]

    recorded = store.append_events(said)

    assert tuple(store.events()) == recorded


def test_events_of_one_sample_and_one_person_are_found(store: Store, ids: list[str]) -> None:
    store.append_events([LabelEvent(sample_id, LabelAction.SKIP, by) for sample_id in ids for by in ("anna", "bob")])

    (event,) = store.events(ids[1], "bob")

    assert (event.sample_id, event.annotator) == (ids[1], "bob")


def test_more_events_than_are_read_at_once_all_come(store: Store, ids: list[str]) -> None:
    recorded = store.append_events([LabelEvent(ids[number % 3], LabelAction.FLAG, "anna") for number in range(405)])

    assert tuple(store.events()) == recorded


def test_nothing_said_is_no_event(store: Store) -> None:
    assert store.append_events([]) == ()


POINTS = st.builds(Point, st.floats(-4.8, 52.8), st.floats(-4.8, 44.8))
ANYTHING = st.one_of(
    st.builds(
        LabelEvent,
        sample_id=st.sampled_from("012"),
        action=st.sampled_from([LabelAction.REJECT, LabelAction.SKIP, LabelAction.FLAG]),
        annotator=st.sampled_from(["anna", "bob"]),
        shown_predictions=PREDICTIONS,
        seconds=st.floats(0, 1e6),
        is_repeat=st.booleans(),
    ),
    st.builds(
        LabelEvent,
        sample_id=st.sampled_from("012"),
        action=st.just(LabelAction.POINT),
        annotator=st.sampled_from(["anna", "bob"]),
        side=st.sampled_from(Side),
        point=POINTS,
        radius=st.none() | st.floats(0.01, 48),
        shown_predictions=PREDICTIONS,
    ),
    st.builds(
        LabelEvent,
        sample_id=st.sampled_from("012"),
        action=st.sampled_from([LabelAction.CLOSED, LabelAction.OCCLUDED]),
        annotator=st.sampled_from(["anna", "bob"]),
        side=st.sampled_from(Side),
    ),
    st.builds(
        LabelEvent,
        sample_id=st.sampled_from("012"),
        action=st.just(LabelAction.ACCEPT),
        annotator=st.sampled_from(["anna", "bob"]),
        shown_predictions=PREDICTIONS.filter(
            lambda shown: len({prediction.side for prediction in shown}) == len(shown)
        ),
    ),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(ANYTHING, max_size=8))
def test_whatever_can_be_said_comes_back_as_it_was_said(
    store: Store, ids: list[str], place: Place, said: list[LabelEvent]
) -> None:
    place.clock.pass_by(1.000001)
    meant = [replace(event, sample_id=ids[int(event.sample_id)]) for event in said]

    recorded = store.append_events(meant)

    assert [replace(event, number=0, when=meant[0].when) for event in store.events() if event in recorded] == meant


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(ANYTHING, min_size=1, max_size=8), data=st.data())
def test_the_state_that_is_searched_for_is_the_fold_of_the_events(
    store: Store, ids: list[str], said: list[LabelEvent], data: st.DataObject
) -> None:
    recorded = store.append_events([replace(event, sample_id=ids[int(event.sample_id)]) for event in said])
    taken_back = data.draw(st.sampled_from(recorded))
    store.append_events([_undo(taken_back)])

    found = {sample_id: store.sample(sample_id).resolved for sample_id in ids}

    assert found == {sample_id: resolve_labels(store.events(sample_id)) for sample_id in ids}
    assert store.verify() == ()


def test_what_is_taken_back_stays_in_the_list_of_events(store: Store, ids: list[str]) -> None:
    (skip,) = store.append_events([LabelEvent(ids[0], LabelAction.SKIP, "anna")])

    (undo,) = store.append_events([_undo(skip)])

    assert (list(store.events()), store.sample(ids[0]).state) == ([skip, undo], SampleState.NEW)


def test_all_is_kept_or_nothing(store: Store, ids: list[str]) -> None:
    with pytest.raises(StoreError):
        store.append_events(
            [LabelEvent(ids[0], LabelAction.SKIP, "anna"), LabelEvent("f" * 64, LabelAction.SKIP, "anna")]
        )

    assert list(store.events()) == []


GOOD = LabelEvent("", LabelAction.POINT, "anna", Side.LEFT, Point(20, 20), 4.0)
WRONG = {
    "a name": (replace(GOOD, annotator=" "), "no name of a person"),
    "a printable name": (replace(GOOD, annotator="anna\n"), "no name of a person"),
    "a name that is text": (replace(GOOD, annotator="anna\udcff"), "no name of a person"),
    "time that passes": (replace(GOOD, seconds=-1.0), "seconds for point"),
    "finite time": (replace(GOOD, seconds=float("nan")), "seconds for point"),
    "an eye": (replace(GOOD, side=None), "point must name an eye"),
    "a point": (replace(GOOD, point=None), "point needs a point"),
    "a point near the picture": (replace(GOOD, point=Point(20, 45)), r"\(20, 45\) is outside its picture of 48x40"),
    "a point on the left": (replace(GOOD, point=Point(-5, 20)), "outside its picture"),
    "a point that is a number": (replace(GOOD, point=Point(float("nan"), 20)), "outside its picture"),
    "a radius above nothing": (replace(GOOD, radius=0.0), "radius of 0 pixels"),
    "a radius that fits": (replace(GOOD, radius=49.0), "radius of 49 pixels"),
    "a radius that is a number": (replace(GOOD, radius=float("nan")), "radius of nan pixels"),
    "no eye where both are meant": (LabelEvent("", LabelAction.SKIP, "anna", Side.LEFT), "skip is not about one eye"),
    "an eye that is closed": (LabelEvent("", LabelAction.CLOSED, "anna"), "closed must name an eye"),
    "no point in a closed eye": (replace(GOOD, action=LabelAction.CLOSED), "closed has neither point nor radius"),
    "no radius without a point": (LabelEvent("", LabelAction.SKIP, "anna", radius=3.0), "skip has neither"),
    "what is undone": (LabelEvent("", LabelAction.UNDO, "anna"), "undo must name an event"),
    "something to undo": (LabelEvent("", LabelAction.UNDO, "anna", undone_event=10**6), "1000000 cannot be taken back"),
    "undoing in an undo": (LabelEvent("", LabelAction.SKIP, "anna", undone_event=1), "skip takes nothing back"),
}


@pytest.mark.parametrize(("event", "words"), WRONG.values(), ids=WRONG.keys())
def test_an_event_needs(store: Store, ids: list[str], event: LabelEvent, words: str) -> None:
    with pytest.raises(StoreError, match=words):
        store.append_events([replace(event, sample_id=ids[0])])


@pytest.mark.parametrize("verb", sorted(EYE_VERBS))
def test_what_is_said_of_an_eye_decides_nothing_yet(store: Store, ids: list[str], verb: LabelAction) -> None:
    event = GOOD if verb is LabelAction.POINT else LabelEvent("", verb, "anna", Side.LEFT)

    store.append_events([replace(event, sample_id=ids[0])])

    assert store.sample(ids[0]).state is SampleState.NEW


def test_a_prediction_shown_twice_for_an_eye_cannot_be_accepted(store: Store, ids: list[str]) -> None:
    shown = store.sample(ids[0]).sample.predictions

    with pytest.raises(StoreError, match="two predictions for one eye"):
        store.append_events([LabelEvent(ids[0], LabelAction.ACCEPT, "anna", shown_predictions=(*shown, *shown))])


def test_an_event_of_another_sample_cannot_be_taken_back(store: Store, ids: list[str]) -> None:
    (skip,) = store.append_events([LabelEvent(ids[0], LabelAction.SKIP, "anna")])

    with pytest.raises(StoreError, match="this sample has no such event"):
        store.append_events([replace(_undo(skip), sample_id=ids[1])])


def test_nobody_takes_back_what_another_person_said(store: Store, ids: list[str]) -> None:
    (skip,) = store.append_events([LabelEvent(ids[0], LabelAction.SKIP, "anna")])

    with pytest.raises(StoreError, match="by bob: anna said it"):
        store.append_events([replace(_undo(skip), annotator="bob")])


def test_taking_back_cannot_be_taken_back(store: Store, ids: list[str]) -> None:
    (skip,) = store.append_events([LabelEvent(ids[0], LabelAction.SKIP, "anna")])
    (undo,) = store.append_events([_undo(skip)])

    with pytest.raises(StoreError, match="say it again"):
        store.append_events([_undo(undo)])


def test_an_undo_sent_twice_changes_nothing_more(store: Store, ids: list[str]) -> None:
    """A browser that got no answer sends its event again."""
    (skip,) = store.append_events([LabelEvent(ids[0], LabelAction.SKIP, "anna")])

    store.append_events([_undo(skip)])
    store.append_events([_undo(skip)])

    assert store.sample(ids[0]).state is SampleState.NEW


def _undo(event: LabelEvent) -> LabelEvent:
    return LabelEvent(
        event.sample_id, LabelAction.UNDO, event.annotator, undone_event=event.number, is_repeat=event.is_repeat
    )
