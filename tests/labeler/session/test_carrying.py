"""Labels carried along a recording: where they land, when there is none, and what a person's yes to one counts as."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from labeler.session.actions import LabelingAction, LabelingMode, PlacePupil
from labeler.session.carrying import carry
from labeler.session.item import JudgedKind
from labeler.statistics.report import compute_statistics
from livecam.core.assets import asset
from livecam.core.types import EyeState, Image, Point, Points, Side
from livecam.store.labels import prediction_verdicts
from livecam.store.samples import (
    IMPORTED,
    EyeLabel,
    LabelAction,
    LabelEvent,
    Prediction,
    ResolvedLabels,
    Sample,
    SampleState,
    StoredSample,
    pixel_hash,
)
from livecam.store.store import Store
from tests.fakes import make_landmarks, make_sample
from tests.labeler.session.person import Person
from tests.labeler.web.portrait_store import RADIUS, TRUTH, UNIT

SIZE = (170, 150)
_MIDDLE = complex(225, 101.7)  # between the eyes, pixels of the portrait
TURN = 1.06 * complex(math.cos(0.12), math.sin(0.12))


def moment(seconds: float, turn: complex = 1 + 0j, *, shift: complex = 0j, off: complex = 0j) -> tuple[Sample, Image]:
    """The portrait turned and scaled about the middle between the eyes; the landmarks miss it by `off` pixels."""
    where = complex(SIZE[0] / 2, SIZE[1] / 3) + shift
    away = where - turn * _MIDDLE
    matrix = np.array([[turn.real, -turn.imag, away.real], [turn.imag, turn.real, away.imag]])
    portrait = cv2.imread(str(asset("demo/portrait.png")))
    picture = cv2.warpAffine(portrait, matrix, SIZE, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    picture = np.clip(picture * (1 - 0.05 * seconds), 0, 255).astype(np.uint8)
    sample, _ = make_sample(round(1000 * seconds), picture, session="clip", seconds=seconds, origin=(0, 0))
    return replace(sample, landmarks=landmarks(turn, where + off), predictions=()), picture


def landmarks(turn: complex, middle: complex) -> Points:
    return make_landmarks(
        centre=(middle.real, middle.imag), pupil_distance=UNIT * abs(turn), roll=math.atan2(turn.imag, turn.real)
    )


def iris(side: Side, turn: complex = 1 + 0j, shift: complex = 0j) -> Point:
    place = turn * (complex(*TRUTH[side]) - _MIDDLE) + complex(SIZE[0] / 2, SIZE[1] / 3) + shift
    return Point(place.real, place.imag)


def labelled(sample: Sample, **changed: Any) -> StoredSample:
    labels = tuple(EyeLabel(side, EyeState.OPEN, iris(side), RADIUS, moved=True, **changed) for side in Side)
    return StoredSample(sample, ResolvedLabels(SampleState.LABELLED, labels, "ann"), SampleState.LABELLED)


def test_a_label_lands_on_the_iris_though_head_and_landmarks_moved() -> None:
    (before, picture), (now, then) = moment(0), moment(0.2, TURN, shift=3 - 2j, off=2 - 1.5j)

    carried = carry(labelled(before), now, picture, then)

    assert carried is not None
    errors = [math.dist(each.pupil.centre, iris(each.side, TURN, 3 - 2j)) / UNIT for each in carried if each.pupil]
    assert max(errors) < 0.012
    assert [each.pupil.radius for each in carried if each.pupil] == pytest.approx([RADIUS * 1.06] * 2, rel=0.01)


def test_eyes_that_look_different_or_hidden_ones_carry_nothing() -> None:
    (before, picture), (now, then) = moment(0), moment(0.2)
    shut = then.copy()
    for side in Side:
        x, y = map(round, iris(side))
        shut[y - 7 : y + 8, x - 10 : x + 11] = then[y + 12, x]

    assert carry(labelled(before), now, picture, shut) is None
    assert carry(labelled(before, occluded=True), now, picture, then) is None


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "queue") as opened:
        yield opened


def clip(store: Store, *seconds: float, **fields: Any) -> list[str]:
    """A recording whose detector puts every pupil a quarter of an eye beside the iris."""
    ids = []
    for number, when in enumerate(seconds):
        sample, picture = moment(when, shift=complex(number, 0))
        predictions = tuple(_beside(side, number) for side in Side)
        sample = replace(sample, predictions=predictions, priority=1 - when / 100, id=pixel_hash(picture), **fields)
        store.add(sample, picture)
        ids.append(sample.id)
    return ids


def _beside(side: Side, number: int) -> Prediction:
    from livecam.core.types import Pupil

    x, y = iris(side, shift=complex(number, 0))
    return Prediction("tflite", "1", side, Pupil(Point(x + 5, y), RADIUS, 0.5))


def places(number: int = 0) -> tuple[PlacePupil, PlacePupil]:
    return PlacePupil(Side.RIGHT, iris(Side.RIGHT, shift=number)), PlacePupil(Side.LEFT, iris(Side.LEFT, shift=number))


def test_one_key_confirms_what_was_carried_and_the_label_is_the_persons(store: Store) -> None:
    ids = clip(store, 0.0, 0.4)
    person = Person(store).wishes(*places(), LabelingAction.ACCEPT)  # type: ignore[arg-type]
    item = person.session.item
    assert item is not None
    assert (item.judged, item.author, item.carried and item.carried.seconds) == (JudgedKind.CARRIED, "ann", 0.4)

    person.wishes(LabelingAction.ACCEPT).leaves()

    resolved = store.sample(ids[1]).resolved
    errors = [math.dist(label.centre, iris(label.side, shift=1)) for label in resolved.labels if label.centre]
    assert (resolved.annotator, len(errors)) == ("ann", 2)
    assert max(errors) < 0.02 * UNIT


def test_a_correction_of_what_was_carried_counts_as_placed(store: Store) -> None:
    ids = clip(store, 0.0, 0.4)
    Person(store).wishes(*places(), LabelingAction.ACCEPT, *places(1), LabelingAction.ACCEPT).leaves()  # type: ignore[arg-type]

    assert [label.moved for label in store.sample(ids[1]).resolved.labels] == [True, True]


@pytest.mark.parametrize(
    ("fields", "settings", "mode"),
    [
        ({}, {"carry": 0.3}, LabelingMode.ANNOTATE),
        ({}, {"carry": 0.0}, LabelingMode.ANNOTATE),
        ({}, {"blind": 1.0}, LabelingMode.ANNOTATE),
        ({}, {}, LabelingMode.REVIEW),
        ({"frame_size": (640, 480), "origin": (400, 0)}, {}, LabelingMode.ANNOTATE),
        ({"session": "another clip"}, {}, LabelingMode.ANNOTATE),
    ],
    ids=["long ago", "switched off", "blind", "review", "another face", "another recording"],
)
def test_nothing_is_carried(store: Store, fields: Any, settings: Any, mode: LabelingMode) -> None:
    clip(store, 0.0)
    Person(store).wishes(*places(), LabelingAction.ACCEPT).leaves()  # type: ignore[arg-type]
    clip(store, 0.4, **fields)
    person = Person(store, mode, settings=settings)  # type: ignore[arg-type]

    assert person.session.item is not None
    assert person.session.item.judged is not JudgedKind.CARRIED


def test_labels_of_a_file_are_not_carried(store: Store) -> None:
    first, _ = clip(store, 0.0, 0.4)
    eyes = [LabelEvent(first, LabelAction.POINT, IMPORTED, side, iris(side), RADIUS) for side in Side]
    store.append_events([*eyes, LabelEvent(first, LabelAction.ACCEPT, IMPORTED)])
    person = Person(store)  # type: ignore[arg-type]

    assert person.session.item is not None
    assert person.session.item.judged is JudgedKind.PREDICTION


def test_a_yes_to_what_was_carried_judges_no_detector(store: Store) -> None:
    first, second = clip(store, 0.0, 0.4)
    Person(store).wishes(*places(), LabelingAction.ACCEPT, LabelingAction.ACCEPT).leaves()  # type: ignore[arg-type]

    found = compute_statistics(store)["finders"]["all"]
    assert (found["carried"]["judged_right"], found["tflite"]["judged"]) == (1.0, 1)
    assert {name.split(".")[0] for name in prediction_verdicts(store)} == {first}
    assert second not in {name.split(".")[0] for name in prediction_verdicts(store)}
