"""Whatever the keys: nothing is lost, nothing is invented, nobody gets what another has."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from labeler.session.actions import LabelingAction, LabelingMode, PlacePupil, ResizeIris, UserInput
from labeler.session.state import LEAST_ZOOM, MOST_ZOOM
from livecam.core.types import Point, Side
from livecam.store.samples import SampleState
from tests.labeler.session.person import Person, shelf
from tests.labeler.session.shelf import Shelf

STAYING = [action for action in LabelingAction if action is not LabelingAction.QUIT]
points = st.builds(Point, st.integers(-20, 180), st.integers(-20, 140))
wishes = st.one_of(
    st.sampled_from(STAYING),
    st.sampled_from([LabelingAction.ACCEPT, LabelingAction.REJECT, LabelingAction.UNDO, LabelingAction.SKIP]),
    st.builds(PlacePupil, st.sampled_from(Side), points),
    st.builds(ResizeIris, st.sampled_from(Side), st.integers(-3, 3)),
)
sequences = st.lists(wishes, max_size=20)
modes = st.sampled_from(LabelingMode)


def everything(store: Shelf) -> list[object]:
    return [(stored.resolved.state, stored.resolved.labels) for stored in store.samples()]


@given(modes, sequences)
def test_the_store_alone_brings_back_every_decision(mode: LabelingMode, keys: list[UserInput]) -> None:
    person = Person(shelf(), mode).wishes(*keys)

    assert Person(person.store, mode).session.decisions == person.session.decisions


@given(modes, sequences, st.integers(0, 30))
def test_being_killed_in_the_middle_changes_no_decision(mode: LabelingMode, keys: list[UserInput], cut: int) -> None:
    killed = Person(shelf(), mode).wishes(*keys[:cut])
    before = killed.session.tally
    killed.store.owners.clear()  # what the next one finds out about the dead

    assert Person(killed.store, mode).session.tally == before


@given(sequences)
def test_what_was_placed_is_there_after_a_pause_and_a_kill(keys: list[UserInput]) -> None:
    person = Person(shelf()).wishes(*keys)
    settled = person.controller.flush(person.session)
    if settled.assignment is None:
        return
    again = Person(person.leaves()).wishes(*[LabelingAction.PREVIOUS] * 40)
    while again.session.assignment != settled.assignment:
        again.wishes(LabelingAction.NEXT)

    assert {side: said.point for side, said in again.session.annotations.items()} == {
        side: said.point for side, said in settled.annotations.items()
    }


@given(modes, sequences)
def test_the_position_never_leaves_the_turns_and_their_end(mode: LabelingMode, keys: list[UserInput]) -> None:
    session = Person(shelf(), mode).wishes(*keys).session

    assert 0 <= session.position <= len(session.assignments)


@given(modes, sequences)
def test_the_zoom_stays_within_its_limits(mode: LabelingMode, keys: list[UserInput]) -> None:
    assert LEAST_ZOOM <= Person(shelf(), mode).wishes(*keys).session.view.zoom <= MOST_ZOOM


@given(sequences)
def test_as_many_undos_as_events_leave_nothing(keys: list[UserInput]) -> None:
    person = Person(shelf()).wishes(*keys, LabelingAction.HELP)
    person.wishes(*[LabelingAction.UNDO] * (len(person.session.history) + 1))

    assert everything(person.store) == everything(shelf())


@given(modes, sequences, st.sampled_from([LabelingAction.SKIP, LabelingAction.ACCEPT, LabelingAction.CLOSED]))
def test_an_undo_brings_back_what_was(mode: LabelingMode, keys: list[UserInput], action: LabelingAction) -> None:
    person = Person(shelf(), mode).wishes(*keys, LabelingAction.PREVIOUS)
    before, said = everything(person.store), len(person.store.kept)
    person.wishes(action)
    person.wishes(*[LabelingAction.UNDO] * (len(person.store.kept) - said))

    assert everything(person.store) == before


@given(modes, sequences)
def test_looking_keeps_nothing(mode: LabelingMode, keys: list[UserInput]) -> None:
    looking = {
        *(
            LabelingAction.NEXT,
            LabelingAction.PREVIOUS,
            LabelingAction.OTHER_EYE,
            LabelingAction.CONTRAST,
            LabelingAction.PIXELS,
            LabelingAction.LANDMARKS,
        ),
        *(
            LabelingAction.BARE,
            LabelingAction.LABELS,
            LabelingAction.HELP,
            LabelingAction.ZOOM_IN,
            LabelingAction.ZOOM_OUT,
            LabelingAction.ZOOM_RESET,
        ),
    }

    assert not Person(shelf(), mode).wishes(*(key for key in keys if key in looking)).store.kept


@given(modes, sequences, sequences)
def test_two_people_are_never_before_the_same_undecided_sample(
    mode: LabelingMode, hers: list[UserInput], his: list[UserInput]
) -> None:
    store = shelf(9)
    ann, bob = Person(store, mode), Person(store, mode, by="bob")
    forward = {LabelingAction.UNDO, LabelingAction.PREVIOUS}
    for mine, yours in zip(hers, his, strict=False):
        ann.wishes(*({mine} - forward))
        bob.wishes(*({yours} - forward))

    shared = ann.session.assignment and ann.session.assignment == bob.session.assignment
    assert not shared or store.sample(ann.session.assignments[-1].sample_id).resolved.state is not SampleState.NEW


@given(modes, sequences)
def test_whoever_leaves_holds_nothing_any_more(mode: LabelingMode, keys: list[UserInput]) -> None:
    assert not Person(shelf(), mode).wishes(*keys).leaves().owners


@given(modes, sequences)
def test_a_session_starts_at_a_sample_that_is_undecided(mode: LabelingMode, keys: list[UserInput]) -> None:
    again = Person(Person(shelf(), mode).wishes(*keys).leaves(), mode)

    assert again.session.assignment is None or again.session.assignment not in again.session.decisions


@given(modes, sequences)
def test_a_full_disk_decides_nothing_and_stays_before_the_same_sample(
    mode: LabelingMode, keys: list[UserInput]
) -> None:
    person = Person(shelf(), mode).wishes(*keys, LabelingAction.PREVIOUS)
    person.store.full = True
    turn = person.session.assignment
    person.wishes(LabelingAction.ACCEPT, LabelingAction.SKIP)

    assert person.session.assignment == turn
