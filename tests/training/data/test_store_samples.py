"""What is learnt from the labels of a store: never the place of a label by landmarks that were made from it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from livecam.core.placeholder_landmarks import placeholder_landmarks
from livecam.core.types import EyeState, Point, Side
from livecam.store.samples import EyeLabel, ResolvedLabels, Sample, SampleState, StoredSample
from tests.fakes import make_noise, make_sample
from training.data.store_samples import labelled_eyes

PLACES = {Side.LEFT: Point(80.0, 40.0), Side.RIGHT: Point(40.0, 40.0)}
SAMPLE, PICTURE = make_sample(0, make_noise(0, 120, 96))


@pytest.mark.parametrize(
    ("sample", "eyes"),
    [(SAMPLE, 2), (replace(SAMPLE, landmarks=placeholder_landmarks(PLACES, SAMPLE.size)), 0)],
    ids=["a face that was found", "a drawn face"],
)
def test_a_drawn_face_teaches_nothing(sample: Sample, eyes: int) -> None:
    labels = tuple(EyeLabel(side, EyeState.OPEN, PLACES[side], 4.0, moved=True) for side in Side)
    stored = StoredSample(sample, ResolvedLabels(SampleState.LABELLED, labels), SampleState.LABELLED)

    assert len(list(labelled_eyes(stored, PICTURE))) == eyes
