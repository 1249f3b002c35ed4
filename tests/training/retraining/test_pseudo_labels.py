"""Machine labels that are promoted: never without both judges, never the random ones, and a person looks at some."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from livecam.core.assets import asset
from livecam.perception.pupils.network.model_card import SHIPPED
from livecam.store.samples import SamplingReason, Split
from livecam.store.store import Store
from tests.training.labelled import drawn_sample, fill
from training.data.dataset import load
from training.label_quality.classifier import QualitySettings
from training.label_quality.human_feedback import load_feedback
from training.label_quality.train import ClassifierFolder, train_quality_classifier
from training.retraining.plan import RoundPlan, RoundSettings
from training.retraining.pseudo_labels import LOOK_FIRST, PseudoLabelPolicy, pseudo_labelled_set

PLAN = RoundPlan(1, 0, "base", "commit", RoundSettings(), (), (), (), ())
EVERYTHING = PseudoLabelPolicy(least_good=0.0, most_spread=10.0, checked=0.2)


def quietly(name: str, parts: Iterable[Any], count: int) -> Iterable[Any]:
    return parts


def unlabelled(store: Store, count: int, split: Split, reason: SamplingReason, start: int) -> list[str]:
    made = [drawn_sample(number, split, reason) for number in range(start, start + count)]
    for sample, picture, _ in made:
        store.add(sample, picture)
    return [sample.id for sample, _, _ in made]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Ten unlabelled samples that may be promoted, and others that may not; with a classifier of three steps."""
    pytest.importorskip("tensorflow", reason="a classifier needs the extra 'training'")
    with Store.open(tmp_path_factory.mktemp("machine")) as opened:
        fill(opened, 8, Split.TRAIN)
        unlabelled(opened, 10, Split.TRAIN, SamplingReason.LOW, 200)
        unlabelled(opened, 3, Split.TRAIN, SamplingReason.RANDOM, 300)
        unlabelled(opened, 3, Split.TEST, SamplingReason.LOW, 400)
        train_quality_classifier(
            load_feedback(opened), [], ClassifierFolder(opened.folder), QualitySettings(steps=3), quietly
        )
        yield opened


def test_without_a_classifier_nothing_is_promoted(tmp_path: Path) -> None:
    with Store.open(tmp_path / "queue") as opened:
        unlabelled(opened, 2, Split.TRAIN, SamplingReason.LOW, 0)

        assert pseudo_labelled_set(opened, PLAN, asset(SHIPPED), tmp_path / "out", quietly, EVERYTHING) == []


def test_what_is_promoted_has_half_the_weight(store: Store, tmp_path: Path) -> None:
    (folder,) = pseudo_labelled_set(store, PLAN, asset(SHIPPED), tmp_path / "out", quietly, EVERYTHING)

    # Two of the ten go to a person; each sample has two eyes.
    assert load(folder).weights.tolist() == [0.5] * 16


def test_some_of_the_promoted_come_first_before_a_person(store: Store, tmp_path: Path) -> None:
    pseudo_labelled_set(store, PLAN, asset(SHIPPED), tmp_path / "out", quietly, EVERYTHING)

    assert [stored.sample.priority for stored in store.samples()].count(LOOK_FIRST) >= 2


def test_samples_that_judge_are_never_promoted(store: Store, tmp_path: Path) -> None:
    (folder,) = pseudo_labelled_set(store, PLAN, asset(SHIPPED), tmp_path / "out", quietly, EVERYTHING)
    judging = {stored.sample.id for stored in store.samples(reasons=[SamplingReason.RANDOM])}
    judging |= {stored.sample.id for stored in store.samples(splits=[Split.TEST])}

    assert not judging & set(np.unique(load(folder).groups).tolist())


def test_a_good_score_alone_is_not_enough(store: Store, tmp_path: Path) -> None:
    unsteady = replace(EVERYTHING, most_spread=1e-9)

    assert pseudo_labelled_set(store, PLAN, asset(SHIPPED), tmp_path / "out", quietly, unsteady) == []


def test_a_round_that_goes_on_promotes_the_same(store: Store, tmp_path: Path) -> None:
    pseudo_labelled_set(store, PLAN, asset(SHIPPED), tmp_path / "out", quietly, EVERYTHING)
    before = (tmp_path / "out" / "promotions.json").read_bytes()
    pseudo_labelled_set(store, PLAN, asset(SHIPPED), tmp_path / "out", quietly, replace(EVERYTHING, least_good=1.1))

    assert (tmp_path / "out" / "promotions.json").read_bytes() == before
