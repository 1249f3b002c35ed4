"""What `select` does to a store: who comes first, what is kept of it, and that nothing depends on the processes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from livecam.core.assets import asset
from livecam.store.samples import LabelAction, LabelEvent, SampleState, SamplingReason, Split
from livecam.store.store import Store
from tests.fakes import make_landmarks, make_sample
from tests.training.stores import draw_face, fill
from training.active_learning.acquisition import Strategy
from training.active_learning.contact_sheet import selection_sheet
from training.active_learning.select import SelectionRecord, SelectionRequest, Workers, select, selections
from training.active_learning.unlabelled_pool import CHOSEN_ABOVE
from training.engine.files import DatasetError, RunError

pytestmark = pytest.mark.tensorflow

MAIN = "from training.cli.main import main; main()"
WISH = SelectionRequest(10, Strategy.MIXED, 1, asset("models/pupil.tflite"))


def unwatched(_: str, parts: Iterable[Any], __: int) -> Iterator[Any]:
    return iter(parts)


def chosen_from(store: Store, wish: SelectionRequest = WISH, machines: Workers = Workers()) -> SelectionRecord:
    return select(store, wish, machines, unwatched)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled") / "queue"
    fill(folder, 60).close()
    return folder


@pytest.fixture
def store(filled: Path, tmp_path: Path) -> Iterator[Store]:
    """A copy for each test: filling one takes long."""
    with Store.open(Path(shutil.copytree(filled, tmp_path / "queue"))) as opened:
        yield opened


@pytest.fixture
def judged(store: Store) -> Store:
    """With as many labels of random samples as judge a model, and samples beside them."""
    for number in range(20):
        picture = draw_face(100 + number)
        landmarks = make_landmarks(centre=(80, 110 / 3), pupil_distance=160 / 3)
        sample, _ = make_sample(
            number, picture, landmarks=landmarks, reason=SamplingReason.RANDOM, session="judged", seconds=3.0 * number
        )
        store.add(sample, picture)
        store.append_events([LabelEvent(sample.id, LabelAction.ACCEPT, "anna", shown_predictions=sample.predictions)])
    return store


def test_the_chosen_come_first_in_the_queue_in_their_order(store: Store) -> None:
    selection = chosen_from(store)
    first = [stored.sample.id for stored in store.samples()][:10]
    assert first == [each.id for each in selection.chosen]


def test_mixed_takes_seven_two_and_one_of_ten(judged: Store) -> None:
    arms = Counter(each.arm for each in chosen_from(judged).chosen)
    assert arms == {"uncertain": 7, "random": 2, "disagreement": 1}


def test_what_is_missing_to_judge_comes_first_and_takes_half_at_most(store: Store) -> None:
    chosen = chosen_from(store).chosen
    first = [store.sample(each.id).sample.reason for each in chosen if each.arm == "judging"]
    assert [each.arm for each in chosen][:5] == ["judging"] * 5
    assert first == [SamplingReason.RANDOM] * 5


@pytest.mark.parametrize("strategy", [Strategy.UNCERTAINTY, Strategy.DISAGREEMENT, Strategy.DIVERSE])
def test_what_models_are_judged_by_is_never_chosen_for_its_scores(store: Store, strategy: Strategy) -> None:
    selection = chosen_from(store, replace(WISH, strategy=strategy))
    chosen = [store.sample(each.id).sample for each in selection.chosen if each.arm != "judging"]
    assert {(sample.split, sample.reason is SamplingReason.RANDOM) for sample in chosen} == {(Split.TRAIN, False)}


def test_the_random_arm_draws_among_what_was_kept_at_random(store: Store) -> None:
    arm = [each.id for each in chosen_from(store, replace(WISH, budget=20)).chosen if each.arm == "random"]
    assert {store.sample(name).sample.reason for name in arm} == {SamplingReason.RANDOM}


def test_where_all_was_kept_at_random_scores_choose_among_it(tmp_path: Path) -> None:
    with fill(tmp_path, 30, reasons=[SamplingReason.RANDOM], splits=[Split.TRAIN]) as store:
        chosen = chosen_from(store, replace(WISH, strategy=Strategy.UNCERTAINTY)).chosen
        worth = [each.variance * each.doubt for each in chosen if each.arm != "judging"]
        assert worth == sorted(worth, reverse=True)


def test_whoever_stops_half_way_has_labelled_some_of_each_arm(judged: Store) -> None:
    half = chosen_from(judged, replace(WISH, budget=20)).chosen[:10]
    assert {each.arm for each in half} == {"uncertain", "random", "disagreement"}


def test_all_others_stand_behind_the_chosen(store: Store) -> None:
    chosen = {each.id for each in chosen_from(store).chosen}
    rest = [stored.sample.priority for stored in store.samples() if stored.sample.id not in chosen]
    assert max(rest) < CHOSEN_ABOVE


def test_the_former_choice_steps_back(store: Store) -> None:
    former = {each.id for each in chosen_from(store).chosen}
    now = {each.id for each in chosen_from(store, replace(WISH, seed=2, strategy=Strategy.RANDOM)).chosen}
    assert max(store.sample(name).sample.priority for name in former - now) < CHOSEN_ABOVE


def test_what_a_person_called_wrong_comes_right_after_the_chosen(store: Store) -> None:
    wrong = next(stored.sample.id for stored in store.samples(splits=[Split.TEST]))
    store.append_events([LabelEvent(wrong, LabelAction.REJECT, "anna")])
    chosen = {each.id for each in chosen_from(store, replace(WISH, strategy=Strategy.UNCERTAINTY)).chosen}
    rest = [stored.sample.id for stored in store.samples() if stored.sample.id not in chosen]
    assert rest[0] == wrong


def test_what_is_labelled_or_leased_is_not_chosen(store: Store) -> None:
    labelled = [stored.sample.id for stored in store.samples()][:15]
    store.append_events([LabelEvent(name, LabelAction.SKIP, "anna") for name in labelled])
    leased = [stored.sample.id for stored in store.lease("bert", count=15)]
    chosen = {each.id for each in chosen_from(store, replace(WISH, budget=55)).chosen}
    assert not chosen & {*labelled, *leased}


def test_labels_that_exist_make_their_like_less_wanted(store: Store) -> None:
    wish = replace(WISH, strategy=Strategy.DIVERSE, budget=3)
    first = chosen_from(store, wish)
    store.append_events(
        [LabelEvent(each.id, LabelAction.ACCEPT, "anna", shown_predictions=()) for each in first.chosen]
    )
    assert store.counts().states[SampleState.LABELLED] == 3
    assert not {each.id for each in chosen_from(store, wish).chosen} & {each.id for each in first.chosen}


def test_two_processes_choose_what_one_does(store: Store) -> None:
    alone = chosen_from(store)
    assert replace(chosen_from(store, machines=Workers(workers=2)), number=alone.number) == alone


@pytest.mark.slow
def test_a_cluster_of_two_chooses_what_one_process_does(store: Store) -> None:
    pytest.importorskip("ray", reason="a cluster needs the extra 'scale'")
    alone = chosen_from(store)
    assert replace(chosen_from(store, machines=Workers(2, "local")), number=alone.number) == alone


def test_a_selection_is_kept_beside_the_store_with_all_that_repeats_it(store: Store) -> None:
    made = [chosen_from(store), chosen_from(store, replace(WISH, strategy=Strategy.RANDOM))]
    assert selections(store.folder) == made


def test_a_damaged_selection_is_an_error_that_names_the_file(store: Store) -> None:
    chosen_from(store)
    (store.folder / "selections/001.json").write_text("{")
    with pytest.raises(RunError, match=r"001\.json is damaged"):
        selections(store.folder)


def test_a_picture_that_cannot_be_read_is_told_and_never_chosen(store: Store) -> None:
    broken = next(store.samples(splits=[Split.TRAIN])).sample.id
    store.picture_path(broken).write_bytes(b"no picture")
    selection = chosen_from(store, replace(WISH, budget=60))
    assert (selection.lost, broken in {each.id for each in selection.chosen}) == (1, False)


def test_a_budget_larger_than_the_pool_takes_all(store: Store) -> None:
    assert len(chosen_from(store, replace(WISH, budget=500)).chosen) == 60


def test_a_store_in_which_all_is_labelled_is_an_error(tmp_path: Path) -> None:
    with fill(tmp_path / "queue", 2) as store:
        store.append_events([LabelEvent(stored.sample.id, LabelAction.SKIP, "anna") for stored in store.samples()])
        with pytest.raises(DatasetError, match="no unlabelled sample"):
            chosen_from(store)


def test_the_sheet_has_a_tile_for_each_of_the_chosen(store: Store) -> None:
    selection = chosen_from(store)
    assert selection_sheet(store, selection).shape == (22 + 2 * 104, 5 * 240, 3)


def test_the_command_chooses_and_shows(store: Store) -> None:
    done = train("select", str(store.folder), "--budget", "10", "--workers", "1")
    shown = (store.folder / "selections/001.png").exists()
    assert (done.returncode, "10 of 60 samples" in done.stdout, shown) == (0, True, True), done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere", "--budget", "5"], "there is no sample store in 'nowhere'"),
        (["STORE", "--budget", "5", "--model", "none.tflite"], "none.tflite"),
        (["STORE", "--budget", "5", "--ray", "nowhere:1"], "ray"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(store: Store, arguments: list[str], said: str) -> None:
    done = train("select", *(str(store.folder) if part == "STORE" else part for part in arguments))
    lines = [line for line in done.stderr.splitlines() if line.startswith("livecam-train:")]
    assert (done.returncode, "Traceback" in done.stderr, said in lines[0].lower()) == (2, False, True)


def train(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", MAIN, *arguments], capture_output=True, text=True, check=False)
