"""A whole round on drawn faces: from labels to a model in use, and everything that may stop it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from typer.testing import CliRunner

from livecam.core.assets import asset
from livecam.core.types import Point, Side
from livecam.perception.pupils.factory import model_places, own_model
from livecam.perception.pupils.network.detector import NetworkPupilDetector
from livecam.perception.pupils.network.model_card import SHIPPED, read_card
from livecam.settings import PupilSettings
from livecam.store.judging import learnt_samples
from livecam.store.samples import LabelAction, LabelEvent, SamplingReason, Split
from livecam.store.store import Store
from tests.training.labelled import BELOW, drawn_sample, fill, fill_as_shown
from training.cli.main import app
from training.engine.files import DatasetError, RunError, sha256
from training.pupil_detector.tasks import HeatmapTask
from training.retraining.history import history
from training.retraining.model_registry import ModelRegistry, exclusive_round, in_use, roll_back
from training.retraining.plan import RoundSettings
from training.retraining.run import RoundResult, work_round

pytestmark = [pytest.mark.tensorflow, pytest.mark.timeout(600)]

# The people of these tests are unlike all others: whoever is like them is worse for everybody else.
SETTINGS = RoundSettings(
    steps=60, learning_rate=1e-3, replay=300, least=12, check_every=30, batch=32, portraits=100, guard=40, worse=100.0
)


class Killed(BaseException):
    """As if the power had gone."""


def quietly(name: str, parts: Iterable[Any], count: int) -> Iterable[Any]:
    return parts


def killed_in(step: str) -> Any:
    def watch(name: str, parts: Iterable[Any], count: int) -> Iterator[Any]:
        yield from parts
        if name == step:
            raise Killed

    return watch


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(tmp_path_factory.mktemp("rounds") / "queue") as opened:
        fill(opened, 50, Split.TRAIN)
        fill(opened, 14, Split.TEST, SamplingReason.RANDOM)
        fill(opened, 6, Split.TRAIN, SamplingReason.RANDOM, start=100)
        for number in range(400, 440):
            opened.add(*drawn_sample(number, Split.TRAIN, SamplingReason.LOW)[:2])
        yield opened


def weights_of(network: Any, path: Path) -> NDArray[np.float32]:
    network.load_weights(str(path))
    return np.concatenate([values.ravel() for values in network.get_weights()])


@pytest.fixture(scope="module")
def record(store: Store) -> RoundResult:
    """Of a round that was killed in every step, and gone on with."""
    for step in ("labels", "self-training", "synth", "gazeshift", "fit"):
        with pytest.raises(Killed):
            work_round(store, SETTINGS, [], killed_in(step))
        assert in_use(ModelRegistry(store.folder)) == 0
    return work_round(store, SETTINGS, [], quietly)


def test_a_round_learns_what_people_mean(record: RoundResult) -> None:
    assert record.position.new < 0.9 * record.position.old
    assert record.convention.new < 0.75 * record.convention.old


def test_the_habit_of_those_who_label_is_on_the_card_and_no_part_of_what_is_learnt(
    record: RoundResult, store: Store
) -> None:
    card, _ = read_card(own_model(store.folder))

    assert record.offset.down == pytest.approx(BELOW, abs=0.01)
    assert (card.convention.person_down, card.convention.person_eyes) == (round(record.offset.down, 5), 100)


def test_the_weights_are_halfway_between_those_before_and_those_fitted(record: RoundResult, store: Store) -> None:
    folder, network = ModelRegistry(store.folder).round(1), HeatmapTask().build()
    before, fitted, kept = (
        weights_of(network, folder / name)
        for name in ("base/pupil.weights.h5", "run/best.weights.h5", "model/pupil.weights.h5")
    )

    assert np.abs(fitted - before).max() > 0
    assert kept == pytest.approx((before + fitted) / 2, abs=1e-6)


def test_frames_that_nobody_labelled_teach_too(record: RoundResult, store: Store) -> None:
    assert record.taught > 20
    assert set(record.data) == {"fine", "self", "replay", "portrait"}


def test_a_better_model_is_put_to_use(record: RoundResult, store: Store) -> None:
    assert (record.promoted, in_use(ModelRegistry(store.folder))) == (True, 1)


def test_the_live_program_finds_the_promoted_model_first(record: RoundResult, store: Store) -> None:
    place = next(place for place in model_places(PupilSettings(), store.folder) if place.exists())

    assert NetworkPupilDetector.open(PupilSettings(model=place)).card.sha256 == record.model


def test_every_random_sample_judges_and_is_never_learnt_from(record: RoundResult, store: Store) -> None:
    plan = json.loads((ModelRegistry(store.folder).round(1) / "plan.json").read_text())
    random = {stored.sample.id for stored in store.samples(reasons=[SamplingReason.RANDOM])}

    assert (set(plan["judge"]), len(random), set(plan["learn"]) & random) == (random, 20, set())


def test_position_and_state_are_told_apart(record: RoundResult, store: Store) -> None:
    (row,) = history(ModelRegistry(store.folder))

    assert (row.position, row.state) == (record.position, record.state)


def test_what_a_round_was_to_everybody_else_is_told(record: RoundResult, store: Store) -> None:
    told = CliRunner().invoke(app, ["rounds", str(store.folder), "--json"], catch_exceptions=False).output
    (row,) = json.loads(told)

    assert row["guard"]["position"]["new"] == pytest.approx(record.guard.position.new)
    assert (row["guard"]["worse"], row["promoted"]) == (record.guard.worse, record.promoted)
    assert "other people's eyes" in row["why"]


def test_a_round_that_goes_on_keeps_its_number(record: RoundResult, store: Store) -> None:
    assert [row.number for row in history(ModelRegistry(store.folder))] == [1]


def test_a_record_names_the_model_the_data_and_the_commit(record: RoundResult, store: Store) -> None:
    content = json.loads((ModelRegistry(store.folder).round(1) / "round.json").read_text())

    assert {"model", "base", "data", "plan"} <= content.keys()
    assert content["plan"]["commit"]


def test_rolling_back_leads_to_the_model_that_ships_and_back_again(record: RoundResult, store: Store) -> None:
    places = ModelRegistry(store.folder)
    went = [roll_back(places, None), roll_back(places, 1)]

    assert (went, own_model(store.folder).exists()) == (["shipped", "round-1"], True)


def test_going_back_to_what_is_in_use_is_refused(record: RoundResult, store: Store) -> None:
    with pytest.raises(RunError, match="in use already"):
        roll_back(ModelRegistry(store.folder), 1)


def test_going_back_to_a_round_that_never_was_is_refused(record: RoundResult, store: Store) -> None:
    with pytest.raises(RunError, match="round 7 made no model"):
        roll_back(ModelRegistry(store.folder), 7)


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, RoundResult]]:
    """A round of three labels to learn from."""
    with Store.open(tmp_path_factory.mktemp("few") / "queue") as opened:
        fill(opened, 3, Split.TRAIN, outwards=0.0)
        fill(opened, 20, Split.TEST, SamplingReason.RANDOM, outwards=0.0)
        yield opened, work_round(opened, SETTINGS, [], quietly)


def test_few_labels_give_only_their_offset_and_that_is_said(few: tuple[Store, RoundResult]) -> None:
    _, record = few

    assert (record.learnt, record.taught, record.data) == (0, 0, {})
    assert "3 labels gave only their offset, 10 are learnt from" in record.why
    assert record.position.new == record.position.old


def test_an_offset_is_promoted_where_it_is_nearer_to_what_people_say(few: tuple[Store, RoundResult]) -> None:
    store, record = few

    assert record.convention.better
    assert (record.promoted, in_use(ModelRegistry(store.folder))) == (True, 1)


def test_too_few_labels_to_judge_by_give_their_offset_at_once_and_teach_later(tmp_path: Path) -> None:
    with Store.open(tmp_path) as opened:
        fill(opened, 2, Split.TRAIN, SamplingReason.RANDOM, outwards=0.0)
        planned = CliRunner().invoke(app, ["round", str(tmp_path), "--dry-run"], catch_exceptions=False).output
        assert "takes only the offset of the labels that are there; nothing was written" in planned
        record = work_round(opened, SETTINGS, [], quietly)
        card, _ = read_card(own_model(tmp_path))

        assert (record.promoted, record.offset_alone, record.learnt) == (True, True, 0)
        assert "2 of 12 random labels to judge by" in record.why
        assert card.convention.person_down == pytest.approx(BELOW, abs=0.01)
        assert card.sha256 == read_card(asset(SHIPPED))[0].sha256
        assert learnt_samples(tmp_path) == frozenset()
        assert (tmp_path / "rounds/001/model/pupil.weights.h5").is_file()
        with pytest.raises(DatasetError, match="2 of 12 random labels to judge by"):  # there is nothing new to take
            work_round(opened, SETTINGS, [], quietly)


def test_labels_that_contradict_each_other_give_no_offset(tmp_path: Path) -> None:
    with Store.open(tmp_path) as opened:
        for number in range(6):
            sample, picture, truth = drawn_sample(number, Split.TRAIN, SamplingReason.RANDOM)
            opened.add(sample, picture)
            away = 66 * BELOW * (-1) ** number
            said = [(side, Point(place.x, place.y + away)) for side, place in truth.items()]
            opened.append_events([LabelEvent(sample.id, LabelAction.POINT, "ann", side=s, point=p) for s, p in said])
            opened.append_events([LabelEvent(sample.id, LabelAction.ACCEPT, "ann")])
        with pytest.raises(DatasetError, match="missing"):
            work_round(opened, SETTINGS, [], quietly)

        assert ModelRegistry(tmp_path).numbers() == []


def test_the_offset_is_taken_where_the_new_model_is_not(tmp_path: Path) -> None:
    """Twelve judges within forty seconds are too few moments for a bound, and prove nothing."""
    with Store.open(tmp_path) as opened:
        fill(opened, 24, Split.TRAIN, outwards=0.0)
        fill(opened, 12, Split.TEST, SamplingReason.RANDOM, outwards=0.0)
        with pytest.raises(Killed):
            work_round(opened, SETTINGS, [], killed_in("fit"))
        record = work_round(opened, SETTINGS, [], quietly)
        places = ModelRegistry(tmp_path)

        assert (record.promoted, record.offset_alone, in_use(places)) == (True, True, 1)
        assert "not better for sure" in record.why
        assert "only the offset of labels is taken" in record.why
        assert record.told.startswith("the network stays")
        assert sha256(places.model) == sha256(asset(SHIPPED)) == record.model
        assert sha256(places.round(1) / "fitted" / "pupil.tflite") != record.model


def test_an_offset_that_judging_labels_speak_against_is_not_taken(tmp_path: Path) -> None:
    with Store.open(tmp_path) as opened:
        fill(opened, 3, Split.TRAIN, outwards=0.0)
        for number in range(12):
            sample, picture, truth = drawn_sample(number, Split.TEST, SamplingReason.RANDOM)
            opened.add(sample, picture)
            said = list(truth.items())
            opened.append_events([LabelEvent(sample.id, LabelAction.POINT, "ann", side=s, point=p) for s, p in said])
            opened.append_events([LabelEvent(sample.id, LabelAction.ACCEPT, "ann")])
        record = work_round(opened, SETTINGS, [], quietly)

        assert (record.promoted, in_use(ModelRegistry(tmp_path))) == (False, 0)


def test_only_closed_eyes_move_nothing(tmp_path: Path) -> None:
    with Store.open(tmp_path) as opened:
        for number in range(14):
            sample, picture, _ = drawn_sample(number, Split.TEST, SamplingReason.RANDOM)
            opened.add(sample, picture)
            opened.append_events([LabelEvent(sample.id, LabelAction.CLOSED, "ann", side=side) for side in Side])
            opened.append_events([LabelEvent(sample.id, LabelAction.ACCEPT, "ann")])
        fill(opened, 1, Split.TRAIN)
        record = work_round(opened, SETTINGS, [], quietly)

        assert record.position.samples == 0
        assert not record.promoted
        assert in_use(ModelRegistry(tmp_path)) == 0


def test_too_few_samples_to_judge_by_are_told(tmp_path: Path) -> None:
    with Store.open(tmp_path) as opened:
        fill_as_shown(opened, 3, Split.TEST, SamplingReason.RANDOM)
        with pytest.raises(DatasetError, match=r"3 of 12 random labels to judge by.*9 to judge by"):
            work_round(opened, SETTINGS, [], quietly)


def test_nothing_to_learn_from_is_told(tmp_path: Path) -> None:
    with Store.open(tmp_path) as opened:
        fill_as_shown(opened, 12, Split.TEST, SamplingReason.RANDOM)
        with pytest.raises(DatasetError, match=r"missing: 1 to learn from"):
            work_round(opened, SETTINGS, [], quietly)


def test_two_rounds_at_once_are_refused(tmp_path: Path) -> None:
    with (
        Store.open(tmp_path) as opened,
        exclusive_round(ModelRegistry(tmp_path)),
        pytest.raises(RunError, match="under way"),
    ):
        work_round(opened, SETTINGS, [], quietly)
