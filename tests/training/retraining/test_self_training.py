"""Unlabelled frames that teach: those the model is sure of, never those that judge, and the same everywhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from livecam.core.assets import asset
from livecam.perception.pupils.network.model_card import SHIPPED
from livecam.store.samples import SampleState, SamplingReason, Split
from livecam.store.store import Store
from tests.training.labelled import drawn_sample, fill
from training.active_learning.uncertainty import tasks
from training.data.dataset import load
from training.engine.parallel import stream
from training.retraining.self_training import Teacher, TeacherLimits, look, self_taught_set, unlabelled


def quietly(name: str, parts: Iterable[Any], count: int) -> Iterable[Any]:
    return parts


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(tmp_path_factory.mktemp("unlabelled")) as opened:
        for start, split, reason in ((0, Split.TRAIN, SamplingReason.LOW), (100, Split.TRAIN, SamplingReason.RANDOM)):
            for number in range(start, start + 6):
                opened.add(*drawn_sample(number, split, reason)[:2])
        opened.add(*drawn_sample(200, Split.TEST, SamplingReason.LOW)[:2])
        fill(opened, 1, Split.TRAIN, SamplingReason.RANDOM, start=2)
        yield opened


def judging(store: Store) -> list[Any]:
    return list(store.samples(states=[SampleState.LABELLED]))


def test_what_judges_what_is_drawn_at_random_and_what_is_near_in_time_never_teaches(store: Store) -> None:
    found = unlabelled(store, judging(store))

    # Those of seconds 0, 3, 9, 12, 15: at 6 seconds something judges.
    assert sorted(sample.seconds for sample in found) == [0, 3, 9, 12, 15]


def test_the_teacher_is_the_mean_of_its_looks_and_near_the_truth(store: Store, tmp_path: Path) -> None:
    samples = unlabelled(store, [])
    (batch,) = (look(batch, model=asset(SHIPPED)) for batch in tasks(samples, store.picture_path))
    truth = [drawn_sample(round(sample.seconds / 3), Split.TRAIN, SamplingReason.LOW)[2] for sample in samples]

    assert np.abs(batch["x"] - [[place.x for place in sides.values()] for sides in truth]).mean() < 2
    assert (batch["spread"] > 0).all()


def test_only_eyes_that_the_model_is_sure_of_are_taught(store: Store, tmp_path: Path) -> None:
    teacher = Teacher(unlabelled(store, judging(store)), asset(SHIPPED))
    everything = TeacherLimits(0.0, 10.0, 0.5)
    nothing = TeacherLimits(least_confidence=1.1, most_spread=0.0, surely_open=1.1)
    (folder,) = self_taught_set(store, teacher, tmp_path / "all", quietly, everything)

    assert load(folder).weights.tolist() == [0.5] * 10
    assert set(load(folder).origins) == {"self"}
    assert self_taught_set(store, teacher, tmp_path / "none", quietly, nothing) == []


def test_a_picture_that_is_gone_teaches_nothing(store: Store) -> None:
    (batch,) = tasks(unlabelled(store, [])[:1], lambda _: Path("gone.png"))

    assert np.isnan(look(batch, model=asset(SHIPPED))["x"]).all()


@pytest.mark.slow
def test_a_cluster_says_the_same(store: Store) -> None:
    pytest.importorskip("ray", reason="a cluster needs the extra 'scale'")
    work, batches = partial(look, model=asset(SHIPPED)), list(tasks(unlabelled(store, []), store.picture_path))
    here, there = (list(stream(work, batches, workers=1, ray=ray)) for ray in (None, "local"))

    for one, other in zip(here, there, strict=True):
        assert all((one[name] == other[name]).all() for name in one)
