"""Two people before one store: nothing that one said is lost, and what is judged is the label that stands."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from labeler.session.actions import Comment, LabelingAction, LabelingMode, OpenSample, PlacePupil
from labeler.session.item import JudgedKind
from livecam.core.types import Point, Side
from livecam.store.samples import IMPORTED, LabelAction, LabelEvent, SampleState
from tests.labeler.session.person import Person, shelf
from tests.labeler.session.shelf import Shelf, make_sample

ACCEPT, REJECT, SKIP = LabelingAction.ACCEPT, LabelingAction.REJECT, LabelingAction.SKIP
BOTH = (PlacePupil(Side.RIGHT, Point(52, 50)), PlacePupil(Side.LEFT, Point(112, 50)))


def placed(count: int = 3) -> Shelf:
    return Person(shelf(count), by="ann").wishes(*(*BOTH, ACCEPT) * count).leaves()


def test_no_key_of_a_reviewer_takes_a_label_away() -> None:
    store = placed()
    bob = Person(store, LabelingMode.REVIEW, by="bob").wishes(REJECT, ACCEPT, SKIP)

    assert [len(bob.labels(number)) for number in range(3)] == [2, 2, 2]


def test_a_reviewer_judges_the_label_that_stands_and_is_told_whose_it_is() -> None:
    item = Person(placed(), LabelingMode.REVIEW, by="bob").session.item

    assert item is not None
    assert (item.judged, item.author) == (JudgedKind.LABEL, "ann")
    assert [item.prediction(side).centre for side in (Side.RIGHT, Side.LEFT)] == [each.point for each in BOTH]  # type: ignore[union-attr]


def test_without_a_label_it_is_the_prediction() -> None:
    item = Person(shelf(), LabelingMode.REVIEW, by="bob").session.item

    assert item is not None
    assert (item.judged, item.author, item.shown_predictions[0].detector) == (JudgedKind.PREDICTION, None, "tflite")


def test_what_one_skipped_another_is_given() -> None:
    store = Person(shelf(1), by="ann").wishes(SKIP).leaves()
    bob = Person(store, by="bob")

    assert (bob.number(), bob.session.left) == (0, 0)
    assert Person(bob.leaves(), by="ann").session.item is None


def test_what_a_file_said_is_shown_named_and_judged_by_one_key() -> None:
    store = Shelf.of(make_sample(0, without=set(Side)))
    said = [
        LabelEvent(make_sample(0).id, LabelAction.POINT, IMPORTED, side, point, 5.0)
        for side, point in ((Side.RIGHT, Point(52, 50)), (Side.LEFT, Point(112, 50)))
    ]
    store.append_events([*said, LabelEvent(make_sample(0).id, LabelAction.ACCEPT, IMPORTED)])
    ann = Person(store, LabelingMode.REVIEW, by="ann")

    assert ann.session.item is not None
    assert (ann.session.item.judged, ann.session.item.author) == (JudgedKind.IMPORTED, IMPORTED)
    ann.wishes(ACCEPT)
    assert (ann.state(0), store.sample(make_sample(0).id).resolved.annotator) == (SampleState.LABELLED, "ann")


def test_the_guess_of_any_tool_is_shown_and_named() -> None:
    store = Shelf.of(make_sample(detector="another tool 3"))
    ann = Person(store, LabelingMode.REVIEW)

    assert ann.session.item is not None
    assert ann.session.item.shown_predictions[0].detector == "another tool 3"
    ann.wishes(ACCEPT)
    assert ann.state(0) is SampleState.LABELLED


def test_a_hidden_iris_that_is_agreed_to_stays_hidden() -> None:
    ann = Person(shelf(1), by="ann").wishes(LabelingAction.OCCLUDED, ACCEPT)
    bob = Person(ann.leaves(), LabelingMode.REVIEW, by="bob").wishes(ACCEPT)

    assert not bob.store.sample(make_sample(0).id).resolved.disputed


@pytest.mark.parametrize("mode", LabelingMode)
def test_a_held_key_decides_once(mode: LabelingMode) -> None:
    ann = Person(shelf(9), mode)
    ann.session = ann.controller.handle(ann.session, ACCEPT)
    for _ in range(7):
        ann.session = ann.controller.handle(ann.session, ACCEPT, held_down=True)

    assert len(ann.store.kept) == 1


def test_a_key_for_the_picture_before_says_nothing_of_this_one() -> None:
    ann = Person(shelf(9), LabelingMode.REVIEW)
    seen = ann.session.showing
    for _ in range(8):
        ann.session = ann.controller.handle(ann.session, REJECT, showing=seen)

    assert len(ann.store.kept) == 1


def test_the_second_click_accepts_and_goes_on() -> None:
    ann = Person(shelf(2), auto_advance=True)
    ann.wishes(BOTH[0])
    assert (ann.session.eye, ann.number()) == (Side.LEFT, 0)
    ann.wishes(BOTH[1])

    assert (ann.state(0), ann.number()) == (SampleState.LABELLED, 1)


def test_both_closed_is_one_key() -> None:
    ann = Person(shelf(2)).wishes(LabelingAction.BOTH_CLOSED)

    assert ([label.state.value for label in ann.labels(0)], ann.number()) == (["closed", "closed"], 1)


def test_not_a_face_is_an_answer() -> None:
    ann = Person(shelf(2), LabelingMode.REVIEW).wishes(LabelingAction.NOT_A_FACE)

    assert (ann.state(0), ann.number()) == (SampleState.NOT_A_FACE, 1)


def test_a_comment_is_kept_and_decides_nothing() -> None:
    ann = Person(shelf(1)).wishes(Comment("  too dark\n to tell "))

    assert (ann.store.kept[0].text, ann.state(0), ann.number()) == ("too dark to tell", SampleState.NEW, 0)


def test_any_sample_can_be_opened() -> None:
    ann = Person(shelf(5)).wishes(OpenSample(make_sample(3).id))
    unknown = ann.wishes(OpenSample("no such")).session

    assert ("no sample" in unknown.message or "there is no sample" in unknown.message, ann.number()) == (True, 3)


def with_gold(count: int = 30) -> Shelf:
    store = Person(shelf(3), by="eva").wishes(*(*BOTH, ACCEPT) * 3).leaves()
    store.append_events([LabelEvent(make_sample(number).id, LabelAction.GOLD, "eva") for number in range(3)])
    store.stored |= {sample.id: sample for sample in map(make_sample, range(3, count))}
    return store


def test_known_samples_are_mixed_in_and_answered_at_once() -> None:
    settings: dict[str, Any] = {"gold": 0.5, "feedback": True}
    ann, answers = Person(with_gold(), by="ann", settings=settings), []
    for _ in range(8):
        known = ann.controller.before is not None and ann.controller.before.resolved.gold
        ann.wishes(*BOTH, ACCEPT)
        if known:
            answers.append(ann.controller.feedback)

    assert [answer and answer.right for answer in answers] == [True] * 3


def test_a_wrong_answer_to_a_known_sample_is_told_so_and_changes_nothing() -> None:
    ann = Person(with_gold(), by="ann", settings={"gold": 0.5, "feedback": True})
    while not (ann.controller.before and ann.controller.before.resolved.gold):
        ann.wishes(*BOTH, ACCEPT)
    known = ann.number()
    ann.wishes(*(replace(each, point=Point(each.point.x + 9, 50)) for each in BOTH), ACCEPT)

    assert ann.controller.feedback is not None
    assert not ann.controller.feedback.right
    assert ann.labels(known)[0].centre == BOTH[1].point


def test_a_share_of_the_samples_goes_to_two_people_who_do_not_see_each_other() -> None:
    store = Person(shelf(2), LabelingMode.REVIEW, by="ann").wishes(ACCEPT).leaves()
    bob = Person(store, LabelingMode.REVIEW, by="bob", settings={"overlap": 1.0})

    assert bob.session.item is not None
    assert (bob.number(), bob.session.item.judged) == (0, JudgedKind.PREDICTION)


def test_blind_samples_come_without_a_prediction() -> None:
    ann = Person(shelf(1), settings={"blind": 1.0})
    assert ann.session.item is not None
    assert ann.session.item.judged is JudgedKind.NONE

    ann.wishes(*BOTH, ACCEPT)
    assert ann.store.kept[-1].shown_predictions == ()
