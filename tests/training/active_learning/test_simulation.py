"""The experiment: what it hides, how it resumes, and that its figures are counted right."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from tests.training.eyes import make_eye, make_synthetic
from training.active_learning.acquisition import Strategy
from training.active_learning.simulation import report
from training.active_learning.simulation.experiment import RoundPoint, SimulationSettings, simulate
from training.active_learning.simulation.network import NEAR, SmallNetworkSettings, doubts
from training.active_learning.simulation.report import Curve, curves, needs
from training.active_learning.simulation.world import VISIBLE, WorldSettings, world
from training.data.dataset import EyeDataset, gathered, load, save
from training.engine.files import DatasetError, RunError

MAIN = "from training.cli.main import main; main()"
WORLD = WorldSettings(pool=60, mix={"synthetic": 1.0}, start=20, test=20)
TINY = SimulationSettings((8, 16), 4, 4, WORLD, SmallNetworkSettings(channels=4, batch=8))
BOTH = [Strategy.RANDOM, Strategy.MIXED]
Finished = tuple[Path, list[RoundPoint]]


def unwatched(_: str, parts: Iterable[Any], __: int) -> Iterator[Any]:
    return iter(parts)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "synthetic"
    save(make_synthetic(240), folder, {"made_by": "a test"})
    return folder


@pytest.fixture(scope="module")
def eyes(data: Path) -> EyeDataset:
    return load(data)


# Building the first network takes long on a busy machine.
pytestmark = [pytest.mark.tensorflow, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def finished(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    pytest.importorskip("tensorflow", reason="the simulation needs the extra 'training'")
    out = tmp_path_factory.mktemp("simulation")
    return out, run(data, out)


def run(data: Path, out: Path, settings: SimulationSettings = TINY, seeds: int = 1) -> list[RoundPoint]:
    return simulate([data], out, settings, strategies=BOTH, seeds=seeds, workers=1, watch=unwatched)


def make_point(strategy: str, labels: int, error: float, seed: int = 1) -> RoundPoint:
    return RoundPoint(
        strategy, seed, labels, {"a": error, "b": error}, {"a": error / 2, "b": error / 2}, {"a": 1, "b": 0}, 0
    )


def test_nobody_of_the_test_is_in_the_pool_or_the_start(eyes: EyeDataset, tmp_path: Path) -> None:
    made = world(eyes, WORLD, 1, tmp_path / "coarse.npy")
    known = {*eyes.groups[made.pool], *eyes.groups[made.start]}
    assert not known & set(eyes.groups[made.test])


def test_what_is_known_from_the_start_is_not_in_the_pool(eyes: EyeDataset, tmp_path: Path) -> None:
    made = world(eyes, WORLD, 1, tmp_path / "coarse.npy")
    assert not set(made.pool.tolist()) & set(made.start.tolist())


def test_the_test_is_the_same_for_every_seed_and_shows_its_irises(eyes: EyeDataset, tmp_path: Path) -> None:
    first, second = (world(eyes, WORLD, seed, tmp_path / f"{seed}.npy").test for seed in (1, 2))
    assert first.tolist() == second.tolist()
    assert (eyes.visible[first] > VISIBLE).all()


def test_the_pool_has_the_kinds_in_their_shares(tmp_path: Path) -> None:
    kinds = [make_eye(group=f"person {k}")._replace(origin=("easy", "hard")[k % 2]) for k in range(400)]
    settings = WorldSettings(pool=50, mix={"easy": 4, "hard": 1}, start=5, test=5)
    eyes = gathered(kinds)
    pool = world(eyes, settings, 1, tmp_path / "coarse.npy").pool
    assert [(eyes.origins[pool] == kind).sum() for kind in ("easy", "hard")] == [40, 10]


def test_a_pool_larger_than_the_data_is_an_error_that_says_what_is_missing(eyes: EyeDataset, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="needs 5000 eyes of the kind synthetic"):
        world(eyes, replace(WORLD, pool=5000), 1, tmp_path / "coarse.npy")


def test_every_strategy_has_a_point_for_every_budget(finished: Finished) -> None:
    counted = sorted((point.strategy, point.labels) for point in finished[1])
    assert counted == [("mixed", 8), ("mixed", 16), ("random", 8), ("random", 16), ("start", 0)]


def test_no_label_is_revealed_twice(finished: Finished) -> None:
    with np.load(finished[0] / "points/mixed-1-16.npz") as kept:
        assert len(set(kept["labelled"].tolist())) == 16


def test_what_is_finished_is_not_computed_again(finished: Finished, data: Path) -> None:
    out, points = finished
    before = {path: path.stat().st_mtime_ns for path in (out / "points").iterdir()}
    assert run(data, out) == points
    assert {path: path.stat().st_mtime_ns for path in (out / "points").iterdir()} == before


def test_a_run_that_was_killed_comes_to_the_same(finished: Finished, data: Path, tmp_path: Path) -> None:
    out = Path(shutil.copytree(finished[0], tmp_path / "out"))
    for name in ("mixed-1-16.json", "mixed-1-16.npz"):
        (out / "points" / name).unlink()
    assert run(data, out) == finished[1]


def test_a_folder_of_another_simulation_is_not_mixed_with_it(finished: Finished, data: Path) -> None:
    with pytest.raises(RunError, match="other settings"):
        run(data, finished[0], replace(TINY, steps=5))


def test_a_damaged_point_is_an_error_that_names_it(data: Path, finished: Finished, tmp_path: Path) -> None:
    (tmp_path / "points").mkdir()
    (tmp_path / "points/start-1-0.json").write_text("{")
    with pytest.raises(RunError, match=r"start-1-0\.json is damaged"):
        run(data, tmp_path)


def test_labels_needed_are_read_off_the_mean_of_the_seeds() -> None:
    found = {
        "random": Curve(np.array([0.0, 100, 200]), np.array([[0.5, 0.3, 0.2], [0.5, 0.5, 0.2]])),
        "mixed": Curve(np.array([0.0, 100, 200]), np.array([[0.5, 0.2, 0.1], [0.5, 0.2, 0.1]])),
    }
    assert {need.strategy: (need.labels, need.share) for need in needs(found)} == {
        "random": (200.0, 1.0),
        "mixed": (100.0, 0.5),
    }


def test_an_error_between_two_budgets_is_reached_between_them() -> None:
    found = {"random": Curve(np.array([0.0, 100]), np.array([[0.4, 0.2]]))}
    assert needs(found, 0.3)[0].labels == pytest.approx(50)


def test_an_error_that_is_never_reached_needs_endless_labels() -> None:
    found = {"random": Curve(np.array([0.0, 100]), np.array([[0.4, 0.2]]))}
    assert needs(found, 0.1)[0].labels == float("inf")


def test_a_seed_that_is_not_finished_is_left_out_of_the_curve() -> None:
    points = [make_point("start", 0, 0.5), make_point("start", 0, 0.5, seed=2), make_point("random", 10, 0.4)]
    points += [make_point("random", 20, 0.3), make_point("random", 10, 0.1, seed=2)]
    assert curves(points, "error")["random"].values.tolist() == [[0.5, 0.4, 0.3]]


def test_the_table_has_a_row_for_each_point(tmp_path: Path) -> None:
    report.write_table([make_point("start", 0, 0.5), make_point("random", 10, 0.4)], tmp_path / "points.csv")
    rows = list(csv.DictReader((tmp_path / "points.csv").read_text().splitlines()))
    assert [(row["strategy"], row["labels"], row["error"], row["misses b"]) for row in rows] == [
        ("random", "10", "0.40000", "0.20000"),
        ("start", "0", "0.50000", "0.25000"),
    ]


def test_the_plot_is_a_small_picture(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="plots need the extra 'training'")
    points = [make_point("start", 0, 0.5), make_point("random", 10, 0.4), make_point("mixed", 10, 0.3)]
    report.draw(points, tmp_path / "curves.png")
    assert (tmp_path / "curves.png").stat().st_size < 150_000
    assert cv2.imread(str(tmp_path / "curves.png")) is not None


def test_doubt_is_the_share_of_draws_that_are_further_off() -> None:
    # A distance with the density d exp(-d / sigma) / sigma^2 is the sum of two exponential ones.
    draws = np.random.default_rng(1).exponential(0.05, (200_000, 2)).sum(axis=1)
    assert doubts(np.array([0.05]))[0] == pytest.approx((draws > NEAR).mean(), abs=0.005)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "nowhere is not a data set"),
        (["DATA", "--budget", "40,20"], "budgets grow"),
        (["DATA", "--budget", "many"], "not 'many'"),
        (["DATA", "--strategies", "luck"], "no strategy 'luck'"),
        (["DATA", "--mix", "synthetic"], "not 'synthetic'"),
        (["DATA", "--mix", "portrait=1"], "eyes of the kind portrait"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(data: Path, tmp_path: Path, arguments: list[str], said: str) -> None:
    named = [str(data) if part == "DATA" else part for part in arguments]
    command = [sys.executable, "-c", MAIN, "simulate", *named, "--out", str(tmp_path / "out"), "--workers", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = [line for line in done.stderr.splitlines() if line.startswith("livecam-train:")]
    assert (done.returncode, "Traceback" in done.stderr, said in lines[0]) == (2, False, True)


def test_settings_are_kept_with_the_hashes_of_the_data(finished: Finished) -> None:
    kept = json.loads((finished[0] / "settings.json").read_text())
    assert (kept["settings"]["budgets"], len(kept["data"][0])) == ([8, 16], 64)
