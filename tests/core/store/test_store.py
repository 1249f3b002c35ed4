"""A store gives back what it was given."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from livecam.core.samples import LabelEvent, SampleState, Verb
from livecam.core.store.store import Store
from tests.fakes import make_sample


def test_a_picture_comes_back_pixel_by_pixel(tmp_path: Path) -> None:
    sample, picture = make_sample()

    with Store.open(tmp_path / "queue") as store:
        store.add(sample, picture)

        assert np.array_equal(store.picture(sample.id), picture)


def test_the_same_pixels_are_kept_once(tmp_path: Path) -> None:
    sample, picture = make_sample()

    with Store.open(tmp_path / "queue") as store:
        assert [store.add(sample, picture), store.add(sample, picture)] == [True, False]


def test_a_decision_is_there_when_the_store_is_opened_again(tmp_path: Path) -> None:
    sample, picture = make_sample()
    with Store.open(tmp_path / "queue") as store:
        store.add(sample, picture)
        store.record([LabelEvent(sample.id, Verb.SKIP, "anna")])

    with Store.open(tmp_path / "queue") as store:
        assert store.sample(sample.id).state is SampleState.SKIPPED
