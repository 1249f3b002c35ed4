"""What a store teaches about labels: who said what of which eye."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from livecam.core.types import Point, Side
from livecam.store.samples import LabelAction, LabelEvent, Sample, SamplingReason, Split
from livecam.store.store import Store
from tests.training.labelled import drawn_sample
from training.label_quality.human_feedback import load_feedback

PD = 66.0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path) as opened:
        yield opened


def add(store: Store, number: int = 0, split: Split = Split.TRAIN) -> tuple[Sample, dict[Side, Point]]:
    sample, picture, truth = drawn_sample(number, split, SamplingReason.LOW)
    store.add(sample, picture)
    return sample, truth


def say(store: Store, sample: Sample, verb: LabelAction, side: Side | None = None, point: Point | None = None) -> None:
    radius = None if point is None else 6.0
    store.append_events(
        [
            LabelEvent(
                sample.id, verb, "ann", side=side, point=point, radius=radius, shown_predictions=sample.predictions
            )
        ]
    )


def heard(store: Store) -> list[tuple[int, bool]]:
    """How many eyes each verdict is of, and whether it is good."""
    return [(len(eyes), good) for eyes, good in load_feedback(store).learnt]


def test_an_accepted_sample_is_two_good_labels(store: Store) -> None:
    sample, _ = add(store)
    say(store, sample, LabelAction.ACCEPT)

    assert heard(store) == [(1, True), (1, True)]


def test_a_rejected_one_is_a_pair_of_which_something_is_bad(store: Store) -> None:
    sample, _ = add(store)
    say(store, sample, LabelAction.REJECT)

    assert heard(store) == [(2, False)]


def test_a_moved_eye_was_bad_and_the_other_good(store: Store) -> None:
    sample, truth = add(store)
    x, y = truth[Side.LEFT]
    say(store, sample, LabelAction.POINT, Side.LEFT, Point(x + 0.1 * PD, y))
    say(store, sample, LabelAction.ACCEPT)

    assert heard(store) == [(1, False), (1, True)]


def test_a_prediction_that_is_neither_near_nor_far_is_left_out(store: Store) -> None:
    sample, truth = add(store)
    x, y = truth[Side.LEFT]
    say(store, sample, LabelAction.POINT, Side.LEFT, Point(x + 0.04 * PD, y))
    say(store, sample, LabelAction.ACCEPT)

    assert heard(store) == [(1, True)]


def test_an_open_prediction_of_a_closed_eye_was_bad(store: Store) -> None:
    sample, _ = add(store)
    say(store, sample, LabelAction.CLOSED, Side.RIGHT)
    say(store, sample, LabelAction.ACCEPT)

    assert heard(store) == [(1, True), (1, False)]


def test_a_hidden_eye_says_nothing(store: Store) -> None:
    sample, _ = add(store)
    say(store, sample, LabelAction.OCCLUDED, Side.RIGHT)
    say(store, sample, LabelAction.ACCEPT)

    assert heard(store) == [(1, True)]


def test_what_was_taken_back_says_nothing(store: Store) -> None:
    sample, _ = add(store)
    (event,) = store.append_events(
        [LabelEvent(sample.id, LabelAction.REJECT, "ann", shown_predictions=sample.predictions)]
    )
    store.append_events([LabelEvent(sample.id, LabelAction.UNDO, "ann", undone_event=event.number)])

    assert heard(store) == []


def test_recordings_for_testing_are_kept_back(store: Store) -> None:
    sample, _ = add(store, split=Split.TEST)
    say(store, sample, LabelAction.ACCEPT)
    taught = load_feedback(store)

    assert (len(taught.learnt), len(taught.right), len(taught.kept_back)) == (0, 0, 2)


def test_right_labels_are_where_the_person_put_them(store: Store) -> None:
    sample, _ = add(store)
    middle = sample.landmarks[[36, 39]].mean(axis=0).astype(float)
    say(store, sample, LabelAction.POINT, Side.RIGHT, Point(*middle.tolist()))
    say(store, sample, LabelAction.ACCEPT)
    _, right = load_feedback(store).right

    # The middle of the corners is the middle of the patch.
    assert right.centre == pytest.approx(((right.patch.shape[1] - 1) / 2, (right.patch.shape[0] - 1) / 2), abs=0.01)
