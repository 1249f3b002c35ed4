"""Where a person puts a pupil: told from labels less answers, and taken off labels."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecam.core.assets import asset
from livecam.core.crop import EyePair
from livecam.core.interfaces import EyeCropper, PupilPair
from livecam.core.types import EyeState, Face, Point, Pupil, Side
from livecam.perception.pupils.network.eye_crop import EyeCornerCropper
from livecam.perception.pupils.network.model_card import SHIPPED, CropSpec, read_card
from livecam.store.samples import EyeLabel, ResolvedLabels, SampleState, StoredSample
from tests.fakes import make_face, make_sample
from training.data.store_samples import face_of
from training.engine.export import write_model
from training.retraining.label_offset import LabelOffset, ShownOffsets, estimated_offset, without_offset

NONE, HABIT = LabelOffset(), LabelOffset(-0.003, 0.012)
PICTURE = np.zeros((120, 160, 3), np.uint8)


class Corners(NamedTuple):
    """A detector that puts every pupil between the corners of its eye."""

    state: EyeState = EyeState.OPEN

    @property
    def cropper(self) -> EyeCropper:
        return EyeCornerCropper(CropSpec())

    def detect(self, eyes: EyePair) -> PupilPair:
        return PupilPair(*(Pupil(between(eyes.face, side), 5.0, 0.9, self.state) for side in (Side.LEFT, Side.RIGHT)))


def between(face: Face, side: Side) -> Point:
    return Point(*map(float, face.lids(side)[[0, 3]].mean(axis=0)))


def labelled(number: int, offset: LabelOffset, roll: float = 0.0, **fields: object) -> StoredSample:
    face = make_face(centre=(80, 60), pupil_distance=60, roll=roll)
    sample, _ = make_sample(number, PICTURE, landmarks=face.landmarks)
    face = face_of(sample)
    label = EyeLabel(Side.LEFT, EyeState.OPEN, None, 5.0, moved=True)
    eyes = [
        replace(label, **{"side": side, "centre": offset.from_circle(between(face, side), face), **fields})
        for side in Side
    ]
    return StoredSample(sample, ResolvedLabels(SampleState.LABELLED, tuple(eyes)), SampleState.LABELLED)


def told(*samples: StoredSample, detector: Corners = Corners(), known: LabelOffset = NONE) -> LabelOffset:
    return estimated_offset(detector, samples, lambda _: PICTURE, known).offset


@pytest.mark.parametrize("roll", [0.0, 0.4, -0.7])
def test_one_label_tells_an_offset_along_the_face(roll: float) -> None:
    assert told(labelled(0, HABIT, roll)) == pytest.approx((*HABIT[:2], 2), abs=1e-5)


@pytest.mark.parametrize(
    ("offsets", "improves"),
    [
        ([HABIT], True),
        ([LabelOffset(0.0, 0.004)], False),  # answers are as far off by themselves
        ([HABIT, HABIT, NONE], False),
        ([HABIT, HABIT, HABIT, NONE], True),
        ([LabelOffset(0.0, 0.05), LabelOffset(0.0, -0.05), LabelOffset(0.0, 0.05)], False),
    ],
    ids=["one label", "small", "two of three", "three of four", "contradicting"],
)
def test_an_offset_improves_on_none_where_labels_say_it_surely(offsets: list[LabelOffset], improves: bool) -> None:
    samples = [labelled(number, offset) for number, offset in enumerate(offsets)]
    assert estimated_offset(Corners(), samples, lambda _: PICTURE, NONE).improves is improves


def test_one_eye_is_not_enough() -> None:
    stored = labelled(0, HABIT)
    alone = replace(stored, resolved=ResolvedLabels(SampleState.LABELLED, stored.resolved.labels[:1]))
    assert not estimated_offset(Corners(), [alone], lambda _: PICTURE, NONE).improves


def test_the_median_counts_so_that_one_slip_of_many_does_not() -> None:
    slip = labelled(9, LabelOffset(0.2, -0.2))

    assert told(*(labelled(k, HABIT) for k in range(4)), slip)[:2] == pytest.approx(HABIT[:2], abs=1e-5)


@pytest.mark.parametrize(
    "samples",
    [
        [],
        [labelled(0, HABIT, moved=False)],
        [labelled(0, HABIT, state=EyeState.CLOSED)],
        [labelled(0, LabelOffset(0.3, 0.3))],
        [
            replace(
                labelled(0, HABIT), resolved=ResolvedLabels(labels=(EyeLabel(Side.LEFT, EyeState.CLOSED, None, None),))
            )
        ],
    ],
    ids=["nothing", "accepted as shown", "closed", "too far", "without a centre"],
)
def test_what_tells_no_habit_leaves_what_was_known(samples: list[StoredSample]) -> None:
    assert told(*samples, known=HABIT) == HABIT


def test_a_centre_that_is_no_number_is_passed_over() -> None:
    broken = labelled(1, LabelOffset(float("nan"), 0.0))

    assert told(labelled(0, HABIT), broken) == pytest.approx((*HABIT[:2], 2), abs=1e-5)


def test_an_eye_that_the_model_finds_closed_tells_nothing() -> None:
    assert told(labelled(0, HABIT), detector=Corners(EyeState.CLOSED)) == NONE


@given(st.floats(-0.05, 0.05), st.floats(-0.05, 0.05), st.floats(-1, 1))
def test_an_offset_that_is_taken_off_is_gone(right: float, down: float, roll: float) -> None:
    offset = LabelOffset(right, down)
    (freed,) = without_offset([labelled(0, offset, roll)], offset, lambda _: NONE)

    assert told(freed)[:2] == pytest.approx((0, 0), abs=1e-5)


def test_an_accepted_answer_loses_the_offset_of_the_model_that_gave_it() -> None:
    (freed,) = without_offset([labelled(0, HABIT, moved=False)], LabelOffset(0.04, 0.04), lambda _: HABIT)
    (clean,) = without_offset([labelled(0, NONE)], NONE, lambda _: NONE)

    for one, other in zip(freed.resolved.labels, clean.resolved.labels, strict=True):
        assert one.centre == pytest.approx(other.centre, abs=1e-4)


def test_what_was_shown_followed_the_model_that_was_in_use_when_a_sample_was_kept(tmp_path: Path) -> None:
    card, content = read_card(asset(SHIPPED))
    for number, offset in ((1, HABIT), (2, NONE)):
        own = card.model_copy(update={"convention": offset.on_card(card.convention)})
        write_model(content, own, tmp_path / f"rounds/{number:03d}/model/pupil.tflite")
    hours = (1, 2, 7)
    lines = [{"model": f"round-{hour}", "when": f"2026-01-01T1{hour}:00:00+00:00", "why": "better"} for hour in hours]
    (tmp_path / "rounds/promotions.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    sample, shown = make_sample()[0], ShownOffsets(tmp_path)

    at = [replace(sample, captured=datetime(2026, 1, 1, hour, 30, tzinfo=UTC)) for hour in (10, 11, 12, 17)]

    assert [shown(each)[:2] for each in at] == [NONE[:2], HABIT[:2], NONE[:2], NONE[:2]]
