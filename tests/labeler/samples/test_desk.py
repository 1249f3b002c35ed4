"""A person before a store: nothing is lost, nothing invented, nobody gets what another has."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from labeler.samples.actions import Action, Mode, Place, Widen, Wish
from labeler.samples.desk import Desk
from labeler.samples.item import Turn
from labeler.samples.meaning import RADIUS_STEP, STEP
from labeler.samples.session import LEAST_ZOOM, MOST_ZOOM, Contrast, Panel, Session
from livecam.core.samples import EyeLabel, SampleState, Verb
from livecam.core.scene import EyeState, Point, Side
from tests.labeler.samples.shelf import Shelf, make_sample

STAYING = [action for action in Action if action is not Action.QUIT]
points = st.builds(Point, st.integers(-20, 180), st.integers(-20, 140))
wishes = st.one_of(
    st.sampled_from(STAYING),
    st.sampled_from([Action.ACCEPT, Action.REJECT, Action.UNDO, Action.SKIP]),
    st.builds(Place, st.sampled_from(Side), points),
    st.builds(Widen, st.sampled_from(Side), st.integers(-3, 3)),
)
sequences = st.lists(wishes, max_size=30)
modes = st.sampled_from(Mode)


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


def everything(store: Shelf) -> list[object]:
    return [(stored.standing.state, stored.standing.labels) for stored in store.samples()]


@given(modes, sequences)
def test_the_store_alone_brings_back_every_decision(mode: Mode, keys: list[Wish]) -> None:
    person = Person(shelf(), mode).wishes(*keys)

    assert Person(person.store, mode).session.decisions == person.session.decisions


@given(modes, sequences, st.integers(0, 30))
def test_being_killed_in_the_middle_changes_no_decision(mode: Mode, keys: list[Wish], cut: int) -> None:
    killed = Person(shelf(), mode).wishes(*keys[:cut])
    before = killed.session.tally
    killed.store.owners.clear()  # what the next one finds out about the dead

    assert Person(killed.store, mode).session.tally == before


@given(sequences)
def test_what_was_placed_is_there_after_a_pause_and_a_kill(keys: list[Wish]) -> None:
    person = Person(shelf()).wishes(*keys)
    settled = person.desk.settle(person.session)
    if settled.turn is None:
        return
    again = Person(person.leaves()).wishes(*[Action.PREVIOUS] * 40)
    while again.session.turn != settled.turn:
        again.wishes(Action.NEXT)

    assert {side: said.point for side, said in again.session.said.items()} == {
        side: said.point for side, said in settled.said.items()
    }


@given(modes, sequences)
def test_the_position_never_leaves_the_turns_and_their_end(mode: Mode, keys: list[Wish]) -> None:
    session = Person(shelf(), mode).wishes(*keys).session

    assert 0 <= session.position <= len(session.turns)


@given(modes, sequences)
def test_the_zoom_stays_within_its_limits(mode: Mode, keys: list[Wish]) -> None:
    assert LEAST_ZOOM <= Person(shelf(), mode).wishes(*keys).session.view.zoom <= MOST_ZOOM


@given(sequences)
def test_as_many_undos_as_events_leave_nothing(keys: list[Wish]) -> None:
    person = Person(shelf()).wishes(*keys, Action.HELP)
    person.wishes(*[Action.UNDO] * (len(person.session.history) + 1))

    assert everything(person.store) == everything(shelf())


@given(modes, sequences, st.sampled_from([Action.SKIP, Action.ACCEPT, Action.CLOSED]))
def test_an_undo_brings_back_what_was(mode: Mode, keys: list[Wish], action: Action) -> None:
    person = Person(shelf(), mode).wishes(*keys, Action.PREVIOUS)
    before, said = everything(person.store), len(person.store.kept)
    person.wishes(action)
    person.wishes(*[Action.UNDO] * (len(person.store.kept) - said))

    assert everything(person.store) == before


@given(modes, sequences)
def test_looking_keeps_nothing(mode: Mode, keys: list[Wish]) -> None:
    looking = {
        *(Action.NEXT, Action.PREVIOUS, Action.OTHER_EYE, Action.CONTRAST, Action.PIXELS, Action.LANDMARKS),
        *(Action.BARE, Action.LABELS, Action.HELP, Action.ZOOM_IN, Action.ZOOM_OUT, Action.ZOOM_RESET),
    }

    assert not Person(shelf(), mode).wishes(*(key for key in keys if key in looking)).store.kept


@given(modes, sequences, sequences)
def test_two_people_are_never_before_the_same_undecided_sample(
    mode: Mode, hers: list[Wish], his: list[Wish]
) -> None:
    store = shelf(9)
    ann, bob = Person(store, mode), Person(store, mode, by="bob")
    forward = {Action.UNDO, Action.PREVIOUS}
    for mine, yours in zip(hers, his, strict=False):
        ann.wishes(*({mine} - forward))
        bob.wishes(*({yours} - forward))

    shared = ann.session.turn and ann.session.turn == bob.session.turn
    assert not shared or store.sample(ann.session.turns[-1].sample_id).standing.state is not SampleState.NEW


@given(modes, sequences)
def test_whoever_leaves_holds_nothing_any_more(mode: Mode, keys: list[Wish]) -> None:
    assert not Person(shelf(), mode).wishes(*keys).leaves().owners


@given(modes, sequences)
def test_a_session_starts_at_a_sample_that_is_undecided(mode: Mode, keys: list[Wish]) -> None:
    again = Person(Person(shelf(), mode).wishes(*keys).leaves(), mode)

    assert again.session.turn is None or again.session.turn not in again.session.decisions


@given(modes, sequences)
def test_a_full_disk_decides_nothing_and_stays_before_the_same_sample(mode: Mode, keys: list[Wish]) -> None:
    person = Person(shelf(), mode).wishes(*keys, Action.PREVIOUS)
    person.store.full = True
    turn = person.session.turn
    person.wishes(Action.ACCEPT, Action.SKIP)

    assert person.session.turn == turn


def test_a_placed_eye_is_written_before_anything_else_shows() -> None:
    person = Person(shelf()).wishes(Place(Side.RIGHT, Point(51.25, 49.5)))

    assert [(e.verb, e.side, e.point) for e in person.store.kept] == [(Verb.POINT, Side.RIGHT, Point(51.25, 49.5))]


def test_small_steps_in_a_row_are_one_event() -> None:
    person = Person(shelf()).wishes(Action.LEFT, Action.LEFT, Action.UP_A_LITTLE, Action.WIDER, Action.OTHER_EYE)

    assert [(e.point, e.radius) for e in person.store.kept] == [(Point(50 - 2 * STEP, 49.9), 5.5 + RADIUS_STEP)]


def test_an_accept_labels_what_was_placed_and_what_was_guessed() -> None:
    person = Person(shelf()).wishes(Action.LEFT, Action.ACCEPT)

    assert person.labels(0) == (
        EyeLabel(Side.LEFT, EyeState.OPEN, Point(110, 50), 5.5),
        EyeLabel(Side.RIGHT, EyeState.OPEN, Point(49.5, 50), 5.5, moved=True),
    )


def test_closed_and_occluded_eyes_have_no_place() -> None:
    person = Person(shelf()).wishes(Action.CLOSED, Action.OTHER_EYE, Action.OCCLUDED, Action.ACCEPT)

    assert [(label.state, label.occluded, label.centre) for label in person.labels(0)] == [
        (EyeState.OPEN, True, None),
        (EyeState.CLOSED, False, None),
    ]


def test_an_eye_without_a_guess_has_to_be_placed_first() -> None:
    store = Shelf.of(make_sample(without={Side.LEFT}))
    person = Person(store).wishes(Action.ACCEPT)

    assert (person.state(0), person.session.eye) == (SampleState.NEW, Side.LEFT)


def test_moving_an_eye_without_a_guess_begins_in_the_middle_of_that_eye() -> None:
    store = Shelf.of(make_sample(without=set(Side)))
    person = Person(store).wishes(Action.RIGHT, Action.OTHER_EYE)

    assert person.session.said[Side.RIGHT].point == Point(50.5, 50)


def test_an_eye_is_never_filled_in_from_another_picture() -> None:
    store = Shelf.of(make_sample(0), make_sample(1, without=set(Side)))
    person = Person(store).wishes(Place(Side.LEFT, Point(99, 55)), Action.ACCEPT)

    assert not person.session.said


def test_a_sample_labelled_again_keeps_what_was_not_changed() -> None:
    person = Person(shelf()).wishes(Place(Side.LEFT, Point(108, 51)), Action.ACCEPT, Action.PREVIOUS)
    person.wishes(Place(Side.RIGHT, Point(52, 51)), Action.ACCEPT)

    assert [label.centre for label in person.labels(0)] == [Point(108, 51), Point(52, 51)]


def test_what_is_outside_the_picture_is_brought_near_it() -> None:
    person = Person(shelf()).wishes(Place(Side.LEFT, Point(1000, -1000)))

    assert person.session.said[Side.LEFT].point == Point(159 + 16, -16)


def test_rejected_samples_come_first_then_those_of_the_highest_priority() -> None:
    store = Shelf.of(*(make_sample(number, priority=number) for number in range(4)))
    Person(store, Mode.REVIEW).wishes(Action.NEXT, Action.NEXT, Action.REJECT).leaves()
    person, seen = Person(store), []
    while person.session.item:
        seen.append(person.number())
        person.wishes(Action.ACCEPT)

    assert seen == [1, 3, 2, 0]


def test_review_decides_by_one_key_and_goes_on() -> None:
    person = Person(shelf(), Mode.REVIEW).wishes(Action.ACCEPT, Action.REJECT, Action.SKIP)

    assert [person.state(number) for number in range(4)] == [
        SampleState.LABELLED,
        SampleState.REJECTED,
        SampleState.SKIPPED,
        SampleState.NEW,
    ]


def test_what_was_shown_is_kept_with_the_decision() -> None:
    store = Shelf.of(make_sample(finder="cpu"))
    Person(store, Mode.REVIEW).wishes(Action.ACCEPT)

    assert {guess.finder for guess in store.kept[0].shown} == {"cpu"}


def test_a_guess_that_is_not_there_cannot_be_true() -> None:
    store = Shelf.of(make_sample(without=set(Side)))

    assert "no pupil" in Person(store, Mode.REVIEW).wishes(Action.ACCEPT).session.notice


def test_drawing_keys_do_nothing_in_review() -> None:
    person = Person(shelf(), Mode.REVIEW).wishes(Action.CLOSED, Action.LEFT, Place(Side.LEFT, Point(1, 1)))

    assert not person.store.kept


def test_nothing_can_be_rejected_while_annotating() -> None:
    assert not Person(shelf()).wishes(Action.REJECT).store.kept


def test_the_end_is_a_stop() -> None:
    person = Person(shelf(2)).wishes(*[Action.ACCEPT] * 2, Action.NEXT, Action.NEXT)

    assert (person.session.turn, person.session.position) == (None, 2)


def test_a_decision_at_the_end_is_explained() -> None:
    assert "p goes back" in Person(shelf(0)).wishes(Action.ACCEPT).session.notice


def test_what_was_passed_over_comes_back_with_p_and_first_next_time() -> None:
    person = Person(shelf()).wishes(Action.NEXT, Action.ACCEPT)
    back = person.wishes(Action.PREVIOUS, Action.PREVIOUS).number()

    assert (back, Person(person.leaves()).number()) == (0, 0)


def test_undo_shows_the_sample_it_took_the_decision_from() -> None:
    person = Person(shelf()).wishes(Action.ACCEPT, Action.NEXT, Action.NEXT, Action.UNDO)

    assert (person.number(), person.session.notice) == (0, "taken back: accept")


def test_undo_goes_back_beyond_the_start_of_the_session() -> None:
    store = Person(shelf()).wishes(Action.ACCEPT, Action.ACCEPT).leaves()
    person = Person(store).wishes(Action.UNDO, Action.UNDO)

    assert (person.number(), person.state(0), person.state(1)) == (0, SampleState.NEW, SampleState.NEW)


def test_undo_with_nothing_to_undo_says_so() -> None:
    assert Person(shelf()).wishes(Action.UNDO).session.notice == "there is nothing to undo"


def test_undo_takes_back_a_place_before_a_decision() -> None:
    person = Person(shelf()).wishes(Place(Side.LEFT, Point(1, 1)), Action.UNDO)

    assert not person.session.said


def test_progress_counts_what_is_before_and_what_is_left() -> None:
    session = Person(shelf(5)).wishes(Action.ACCEPT, Action.SKIP).session

    assert (session.position, session.left) == (2, 2)


def test_a_second_person_gets_what_only_the_first_has_decided() -> None:
    store = Person(shelf(2)).wishes(Action.ACCEPT, Action.ACCEPT).leaves()
    bob = Person(store, by="bob").wishes(Action.LEFT, Action.ACCEPT, Action.ACCEPT)

    assert (len(bob.session.decisions), bob.session.turn) == (2, None)


def test_a_second_person_does_not_see_what_the_first_has_said() -> None:
    store = Person(shelf(1)).wishes(Place(Side.LEFT, Point(1, 1)), Action.ACCEPT).leaves()

    assert not Person(store, by="bob").session.said


def test_the_seconds_a_decision_took_are_kept() -> None:
    person = Person(shelf())
    person.now = 2.5
    person.wishes(Action.ACCEPT)

    assert (person.store.kept[0].seconds, person.desk.pace) == (2.5, 2.5)


def test_leases_are_renewed_while_the_person_looks() -> None:
    person = Person(shelf())
    renewed = []
    person.store.renew = lambda owner, ids, seconds: renewed.extend(ids)  # type: ignore[method-assign]
    person.now = 100.0
    person.desk.renew()

    assert renewed == [person.session.turns[0].sample_id]


def test_samples_that_a_killed_labeler_held_are_free_at_once() -> None:
    store = shelf(1)
    dead = Person(store)
    store.owners = dict.fromkeys(store.owners, dead.desk.owner.replace(f":{dead.desk.owner.split(':')[1]}", ":999999999.1"))

    assert Person(store, by="bob").session.turn == Turn(make_sample(0).id)


def test_repeats_are_shown_again_without_what_was_said() -> None:
    person = Person(shelf(40), repeats=1.0)
    place = Place(Side.LEFT, Point(1, 1))
    person.wishes(*[place, Action.ACCEPT] * 6)

    assert (person.session.turn and person.session.turn.repeat, dict(person.session.said)) == (True, {})


def test_repeats_decide_nothing() -> None:
    person = Person(shelf(40), Mode.REVIEW, repeats=1.0).wishes(*[Action.ACCEPT] * 6, Action.REJECT)

    assert person.store.kept[-1].repeat
    assert SampleState.REJECTED not in {stored.state for stored in person.store.samples()}


def test_an_undone_repeat_is_asked_again() -> None:
    person = Person(shelf(40), Mode.REVIEW, repeats=1.0).wishes(*[Action.ACCEPT] * 6, Action.REJECT, Action.UNDO)

    assert person.session.turn and person.session.turn.repeat


def test_about_as_many_repeats_come_as_were_asked_for() -> None:
    person = Person(shelf(140), Mode.REVIEW, repeats=0.07)
    while person.session.item:
        person.wishes(Action.ACCEPT)

    assert 8 <= sum(turn.repeat for turn in person.session.turns) <= 11


def test_panels_open_and_close_with_their_key() -> None:
    person = Person(shelf())

    assert [person.wishes(Action.HELP).session.view.panel for _ in range(2)] == [Panel.HELP, Panel.NONE]


def test_contrast_goes_round() -> None:
    person = Person(shelf())

    assert [person.wishes(Action.CONTRAST).session.view.contrast for _ in range(3)] == [
        Contrast.STRETCHED,
        Contrast.BRIGHT,
        Contrast.PLAIN,
    ]


def test_a_missing_activation_map_says_how_to_make_it() -> None:
    assert "livecam-train cam" in Person(shelf()).wishes(Action.MAP).session.notice


def test_quitting_ends_the_session() -> None:
    assert Person(shelf()).wishes(Action.QUIT).session.finished
