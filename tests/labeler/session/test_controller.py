"""A person before a store: what comes, in which order, what is kept and what is told."""

from __future__ import annotations

from labeler.session.actions import LabelingAction, LabelingMode, PlacePupil
from labeler.session.item import Assignment
from labeler.session.state import Contrast, SidePanel
from livecam.core.types import Point, Side
from livecam.store.samples import SampleState
from tests.labeler.session.person import Person, shelf
from tests.labeler.session.shelf import Shelf, make_sample

NOBODY = 2**22 + 1  # more than any process number of Linux


def test_rejected_samples_come_first_then_those_of_the_highest_priority() -> None:
    store = Shelf.of(*(make_sample(number, priority=number) for number in range(4)))
    Person(store, LabelingMode.REVIEW).wishes(LabelingAction.NEXT, LabelingAction.NEXT, LabelingAction.REJECT).leaves()
    person, seen = Person(store), []
    while person.session.item:
        seen.append(person.number())
        person.wishes(LabelingAction.ACCEPT)

    assert seen == [1, 3, 2, 0]


def test_review_decides_by_one_key_and_goes_on() -> None:
    person = Person(shelf(), LabelingMode.REVIEW).wishes(
        LabelingAction.ACCEPT, LabelingAction.REJECT, LabelingAction.SKIP
    )

    assert [person.state(number) for number in range(4)] == [
        SampleState.LABELLED,
        SampleState.REJECTED,
        SampleState.SKIPPED,
        SampleState.NEW,
    ]


def test_what_was_shown_is_kept_with_the_decision() -> None:
    store = Shelf.of(make_sample(detector="cpu"))
    Person(store, LabelingMode.REVIEW).wishes(LabelingAction.ACCEPT)

    assert {prediction.detector for prediction in store.kept[0].shown_predictions} == {"cpu"}


def test_a_prediction_that_is_not_there_cannot_be_true() -> None:
    store = Shelf.of(make_sample(without=set(Side)))

    assert "no pupil" in Person(store, LabelingMode.REVIEW).wishes(LabelingAction.ACCEPT).session.message


def test_the_end_is_a_stop() -> None:
    person = Person(shelf(2)).wishes(*[LabelingAction.ACCEPT] * 2, LabelingAction.NEXT, LabelingAction.NEXT)

    assert (person.session.assignment, person.session.position) == (None, 2)


def test_a_decision_at_the_end_is_explained() -> None:
    assert "p goes back" in Person(shelf(0)).wishes(LabelingAction.ACCEPT).session.message


def test_what_was_passed_over_comes_back_with_p_and_first_next_time() -> None:
    person = Person(shelf()).wishes(LabelingAction.NEXT, LabelingAction.ACCEPT)
    back = person.wishes(LabelingAction.PREVIOUS, LabelingAction.PREVIOUS).number()

    assert (back, Person(person.leaves()).number()) == (0, 0)


def test_undo_shows_the_sample_it_took_the_decision_from() -> None:
    person = Person(shelf()).wishes(
        LabelingAction.ACCEPT, LabelingAction.NEXT, LabelingAction.NEXT, LabelingAction.UNDO
    )

    assert (person.number(), person.session.message) == (0, "taken back: accept")


def test_undo_goes_back_beyond_the_start_of_the_session() -> None:
    store = Person(shelf()).wishes(LabelingAction.ACCEPT, LabelingAction.ACCEPT).leaves()
    person = Person(store).wishes(LabelingAction.UNDO, LabelingAction.UNDO)

    assert (person.number(), person.state(0), person.state(1)) == (0, SampleState.NEW, SampleState.NEW)


def test_undo_with_nothing_to_undo_says_so() -> None:
    assert Person(shelf()).wishes(LabelingAction.UNDO).session.message == "there is nothing to undo"


def test_progress_counts_what_is_before_and_what_is_left() -> None:
    session = Person(shelf(5)).wishes(LabelingAction.ACCEPT, LabelingAction.SKIP).session

    assert (session.position, session.left) == (2, 2)


def test_a_second_person_gets_what_only_the_first_has_decided() -> None:
    store = Person(shelf(2)).wishes(LabelingAction.ACCEPT, LabelingAction.ACCEPT).leaves()
    bob = Person(store, by="bob").wishes(LabelingAction.LEFT, LabelingAction.ACCEPT, LabelingAction.ACCEPT)

    assert (len(bob.session.decisions), bob.session.assignment) == (2, None)


def test_a_second_person_does_not_see_what_the_first_has_said() -> None:
    store = Person(shelf(1)).wishes(PlacePupil(Side.LEFT, Point(1, 1)), LabelingAction.ACCEPT).leaves()

    assert not Person(store, by="bob").session.annotations


def test_the_seconds_a_decision_took_are_kept() -> None:
    person = Person(shelf())
    person.now = 2.5
    person.wishes(LabelingAction.ACCEPT)

    assert (person.store.kept[0].seconds, person.controller.pace) == (2.5, 2.5)


def test_leases_are_renewed_while_the_person_looks() -> None:
    person = Person(shelf())
    renewed = []
    person.store.renew = lambda owner, ids, seconds: renewed.extend(ids)  # type: ignore[method-assign]
    person.now = 100.0
    person.controller.idle(person.session)

    assert renewed == [person.session.assignments[0].sample_id]


def test_samples_that_a_killed_labeler_held_are_free_at_once() -> None:
    store = shelf(1)
    dead = Person(store)
    store.owners = dict.fromkeys(
        store.owners, dead.controller.owner.replace(f":{dead.controller.owner.split(':')[1]}", ":999999999.1")
    )

    assert Person(store, by="bob").session.assignment == Assignment(make_sample(0).id)


def test_repeats_are_shown_again_without_what_was_said() -> None:
    person = Person(shelf(40), repeats=1.0)
    place = PlacePupil(Side.LEFT, Point(1, 1))
    person.wishes(*[place, LabelingAction.ACCEPT] * 11)

    assert (person.session.assignment and person.session.assignment.repeat, dict(person.session.annotations)) == (
        True,
        {},
    )


def test_repeats_decide_nothing() -> None:
    person = Person(shelf(40), LabelingMode.REVIEW, repeats=1.0).wishes(
        *[LabelingAction.ACCEPT] * 11, LabelingAction.REJECT
    )

    assert person.store.kept[-1].is_repeat
    assert SampleState.REJECTED not in {stored.state for stored in person.store.samples()}


def test_an_undone_repeat_is_asked_again() -> None:
    person = Person(shelf(40), LabelingMode.REVIEW, repeats=1.0).wishes(
        *[LabelingAction.ACCEPT] * 11, LabelingAction.REJECT, LabelingAction.UNDO
    )

    assert person.session.assignment in {turn for turn in person.session.assignments if turn.repeat}


def test_about_as_many_repeats_come_as_were_asked_for() -> None:
    person = Person(shelf(140), LabelingMode.REVIEW, repeats=0.07)
    while person.session.item:
        person.wishes(LabelingAction.ACCEPT)

    assert 8 <= sum(turn.repeat for turn in person.session.assignments) <= 11


def test_panels_open_and_close_with_their_key() -> None:
    person = Person(shelf())

    assert [person.wishes(LabelingAction.HELP).session.view.panel for _ in range(2)] == [SidePanel.HELP, SidePanel.NONE]


def test_contrast_goes_round() -> None:
    person = Person(shelf())

    assert [person.wishes(LabelingAction.CONTRAST).session.view.contrast for _ in range(3)] == [
        Contrast.STRETCHED,
        Contrast.BRIGHT,
        Contrast.PLAIN,
    ]


def test_a_missing_activation_map_says_how_to_make_it() -> None:
    assert "livecam-train cam" in Person(shelf()).wishes(LabelingAction.MAP).session.message


def test_quitting_ends_the_session() -> None:
    assert Person(shelf()).wishes(LabelingAction.QUIT).session.finished
