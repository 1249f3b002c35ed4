"""Placing pupils: what is written, when, and what an accepted sample then says of its eyes."""

from __future__ import annotations

from labeler.session.actions import LabelingAction, LabelingMode, PlacePupil
from labeler.session.transitions import RADIUS_STEP, STEP
from livecam.core.types import EyeState, Point, Side
from livecam.store.samples import EyeLabel, LabelAction, SampleState
from tests.labeler.session.person import Person, shelf
from tests.labeler.session.shelf import Shelf, make_sample


def test_a_placed_eye_is_written_before_anything_else_shows() -> None:
    person = Person(shelf()).wishes(PlacePupil(Side.RIGHT, Point(51.25, 49.5)))

    assert [(e.action, e.side, e.point) for e in person.store.kept] == [
        (LabelAction.POINT, Side.RIGHT, Point(51.25, 49.5))
    ]


def test_small_steps_in_a_row_are_one_event() -> None:
    person = Person(shelf()).wishes(
        LabelingAction.LEFT,
        LabelingAction.LEFT,
        LabelingAction.UP_A_LITTLE,
        LabelingAction.WIDER,
        LabelingAction.OTHER_EYE,
    )

    assert [(e.point, e.radius) for e in person.store.kept] == [(Point(50 - 2 * STEP, 49.9), 5.5 + RADIUS_STEP)]


def test_an_accept_labels_what_was_placed_and_what_was_guessed() -> None:
    person = Person(shelf()).wishes(LabelingAction.LEFT, LabelingAction.ACCEPT)

    assert person.labels(0) == (
        EyeLabel(Side.LEFT, EyeState.OPEN, Point(110, 50), 5.5),
        EyeLabel(Side.RIGHT, EyeState.OPEN, Point(49.5, 50), 5.5, moved=True),
    )


def test_closed_and_occluded_eyes_have_no_place() -> None:
    person = Person(shelf()).wishes(
        LabelingAction.CLOSED, LabelingAction.OTHER_EYE, LabelingAction.OCCLUDED, LabelingAction.ACCEPT
    )

    assert [(label.state, label.occluded, label.centre) for label in person.labels(0)] == [
        (EyeState.OPEN, True, None),
        (EyeState.CLOSED, False, None),
    ]


def test_an_eye_without_a_prediction_has_to_be_placed_first() -> None:
    store = Shelf.of(make_sample(without={Side.LEFT}))
    person = Person(store).wishes(LabelingAction.ACCEPT)

    assert (person.state(0), person.session.eye) == (SampleState.NEW, Side.LEFT)


def test_moving_an_eye_without_a_prediction_begins_in_the_middle_of_that_eye() -> None:
    store = Shelf.of(make_sample(without=set(Side)))
    person = Person(store).wishes(LabelingAction.RIGHT, LabelingAction.OTHER_EYE)

    assert person.session.annotations[Side.RIGHT].point == Point(50.5, 50)


def test_an_eye_is_never_filled_in_from_another_picture() -> None:
    store = Shelf.of(make_sample(0), make_sample(1, without=set(Side)))
    person = Person(store).wishes(PlacePupil(Side.LEFT, Point(99, 55)), LabelingAction.ACCEPT)

    assert not person.session.annotations


def test_a_sample_labelled_again_keeps_what_was_not_changed() -> None:
    person = Person(shelf()).wishes(
        PlacePupil(Side.LEFT, Point(108, 51)), LabelingAction.ACCEPT, LabelingAction.PREVIOUS
    )
    person.wishes(PlacePupil(Side.RIGHT, Point(52, 51)), LabelingAction.ACCEPT)

    assert [label.centre for label in person.labels(0)] == [Point(108, 51), Point(52, 51)]


def test_what_is_outside_the_picture_is_brought_near_it() -> None:
    person = Person(shelf()).wishes(PlacePupil(Side.LEFT, Point(1000, -1000)))

    assert person.session.annotations[Side.LEFT].point == Point(159 + 16, -16)


def test_drawing_keys_do_nothing_in_review() -> None:
    person = Person(shelf(), LabelingMode.REVIEW).wishes(
        LabelingAction.CLOSED, LabelingAction.LEFT, PlacePupil(Side.LEFT, Point(1, 1))
    )

    assert not person.store.kept


def test_nothing_can_be_rejected_while_annotating() -> None:
    assert not Person(shelf()).wishes(LabelingAction.REJECT).store.kept


def test_undo_takes_back_a_place_before_a_decision() -> None:
    person = Person(shelf()).wishes(PlacePupil(Side.LEFT, Point(1, 1)), LabelingAction.UNDO)

    assert not person.session.annotations
