"""The trainer on a line with two weights: it resumes to the byte, keeps the best, thaws, loses patience, and stops."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="training needs the extra 'training'")

from training.engine.files import RunError
from training.engine.run_folder import load_best_weights, read_log
from training.engine.tensorflow import keras, tensorflow
from training.engine.trainer import Batch, CheckpointResult, Trainer, TrainerSettings, adam, train_steps

SETTINGS = TrainerSettings(steps=12, check_every=4, learning_rate=0.05)


class Line:
    """Learns y = 3 x + 1; its errors can be dictated."""

    def __init__(self, errors: tuple[float, ...] = (), *, frozen: bool = False) -> None:
        keras().utils.set_random_seed(1)
        shown = keras().Input((1,))
        hidden = keras().layers.Dense(2, name="hidden", trainable=not frozen)(shown)
        self.model = keras().Model(shown, keras().layers.Dense(1, name="out")(hidden))
        self.errors, self.seen = list(errors), tensorflow().Variable(0)

    @property
    def variables(self) -> dict[str, Any]:
        return {"seen": self.seen}

    def optimizer(self) -> Any:
        return adam(SETTINGS.learning_rate)

    def loss(self, x: Any, y: Any) -> Any:
        return tensorflow().reduce_mean((self.model(x, training=True) - y) ** 2)

    def batches(self, step: int) -> Iterator[Batch]:
        rng = np.random.default_rng([1, step])
        while True:
            x = rng.random((8, 1)).astype(np.float32)
            yield tensorflow().constant(x), tensorflow().constant(3 * x + 1)

    def validate(self) -> float:
        x = np.linspace(0, 1, 5, dtype=np.float32)[:, None]
        return self.errors.pop(0) if self.errors else float(np.abs(self.model(x).numpy() - 3 * x - 1).mean())

    def report(self, check: CheckpointResult, stale: int) -> CheckpointResult:
        self.seen.assign_add(1)
        return check


def weights(line: Line) -> list[bytes]:
    return [weight.tobytes() for weight in line.model.get_weights()]


def finish(run: Path, line: Line, settings: TrainerSettings = SETTINGS) -> list[CheckpointResult]:
    return list(Trainer(line, run, settings).checks())


@pytest.mark.parametrize("frozen", [False, True], ids=["all layers", "a layer is thawed at half time"])
def test_a_run_that_was_killed_at_every_check_ends_in_the_same_bytes(tmp_path: Path, frozen: bool) -> None:
    settings = TrainerSettings(12, 4, SETTINGS.learning_rate, thaw_at=0.3)
    whole, resumed = Line(frozen=frozen), Line(frozen=frozen)
    finish(tmp_path / "whole", whole, settings)
    for _ in range(3):
        resumed = Line(frozen=frozen)
        next(Trainer(resumed, tmp_path / "killed", settings).checks())
    assert weights(resumed) == weights(whole)


def test_a_finished_run_trains_no_more(tmp_path: Path) -> None:
    finish(tmp_path, Line())
    assert finish(tmp_path, Line()) == []


def test_variables_of_the_detector_are_kept_with_the_run(tmp_path: Path) -> None:
    finish(tmp_path, Line())
    line = Line()
    Trainer(line, tmp_path, SETTINGS)
    assert int(line.seen) == 3


def test_the_weights_of_the_best_check_are_kept(tmp_path: Path) -> None:
    line, best = Line((0.3, 0.1, 0.2)), []
    for _ in Trainer(line, tmp_path, SETTINGS).checks():
        best.append(weights(line))
    load_best_weights(line.model, tmp_path)
    assert [weights(line) == then for then in best] == [False, True, False]


def test_a_run_without_improvement_ends_when_patience_does(tmp_path: Path) -> None:
    settings = TrainerSettings(40, 4, SETTINGS.learning_rate, patience=2)
    checks = finish(tmp_path, Line((0.5, 0.25, 0.25, 0.25, 0.125)), settings)
    assert [check.step for check in checks] == [4, 8, 12, 16]


def test_frozen_layers_stand_still_until_they_are_thawed(tmp_path: Path) -> None:
    line = Line(frozen=True)
    hidden = line.model.get_layer("hidden")
    kernels = [hidden.kernel.numpy().copy()]
    for _ in Trainer(line, tmp_path, TrainerSettings(12, 4, SETTINGS.learning_rate, thaw_at=0.6)).checks():
        kernels.append(hidden.kernel.numpy().copy())
    assert [bool((one == other).all()) for one, other in pairwise(kernels)] == [True, True, False]


def test_every_check_is_a_row_of_the_log(tmp_path: Path) -> None:
    checks = finish(tmp_path, Line())
    assert read_log(tmp_path)["error"].tolist() == [check.error for check in checks]


def test_a_state_that_is_damaged_names_the_run(tmp_path: Path) -> None:
    finish(tmp_path, Line())
    for part in (tmp_path / "state").glob("ckpt-*"):
        part.write_bytes(part.read_bytes()[:20])
    with pytest.raises(RunError, match=f"{tmp_path} is damaged"):
        Trainer(Line(), tmp_path, SETTINGS)


def test_training_without_a_run_folder_lowers_the_loss() -> None:
    line = Line()
    batches = (batch for _, batch in zip(range(30), line.batches(0), strict=False))
    losses = list(train_steps(line.model, adam(0.05), line.loss, batches))
    assert (len(losses), losses[-1] < losses[0] / 2) == (30, True)
