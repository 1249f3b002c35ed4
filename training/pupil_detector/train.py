"""Trains a learner on data sets into a run folder; seeded, resumable, stopped early, and never half-written."""

from __future__ import annotations

import csv
import hashlib
import json
import math
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from training.data.augmentation import Batch, CropJitter, batches
from training.data.dataset import EyeDataset, load_all, manifest
from training.engine.files import RunError, replacing, save_weights, write_json
from training.engine.tensorflow import keras, tensorflow
from training.pupil_detector.losses import tensors
from training.pupil_detector.tasks import Task

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


MIX = {"portrait": 1.0, "gazeshift": 2.0, "synthetic": 2.0, "coarse": 0.5}
_JUDGED = 768  # validation crops looked at now and then


@dataclass(frozen=True, slots=True)
class FitSettings:
    model: str = "heatmap"
    steps: int = 5000
    batch: int = 64
    learning_rate: float = 2e-3
    seed: int = 1
    check_every: int = 250
    patience: int = 12  # checks without improvement
    thaw_at: float = 0.5  # a frozen backbone is fine-tuned from this share of the steps on
    held_out: float = 0.12  # of the people and sessions
    start: str = ""  # sha256 of the weights it goes on from
    mix: dict[str, float] = field(default_factory=lambda: dict(MIX))


@dataclass(frozen=True, slots=True)
class CheckpointResult:
    """What is known after a check; `error` is the mean distance of visible irises in crop pixels, held-out people."""

    step: int
    steps: int
    loss: float
    error: float
    seconds: float


def fit(learner: Task, folders: Sequence[Path], run: Path, settings: FitSettings) -> Iterator[CheckpointResult]:
    """Trains, and yields after every check; a run that was interrupted goes on where its last check was."""
    eyes = load_all(folders)
    training, held_out = split_by_group(eyes, settings.held_out)
    _record(run, folders, settings, held_out)
    yield from _Training(learner, eyes.chosen(training), eyes.chosen(held_out), run, settings).checks()


def split_by_group(eyes: EyeDataset, share: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places of the eyes to train on and of those held out; a person or session is on one side only."""
    names = np.unique(eyes.groups)
    places = np.array([int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) / 2**32 for name in names])
    # A hash keeps a person on its side whatever else is in the data.
    held = np.isin(eyes.groups, names[places < share])
    if held.all() or not held.any():
        raise RunError(f"{len(names)} people or sessions are too few to hold out {share:.0%} of them; add data")
    return np.flatnonzero(~held), np.flatnonzero(held)


def commit() -> str:
    """The git commit of the recipe, or `unknown` outside a checkout."""
    try:
        answer = subprocess.run(
            ["git", "-C", str(Path(__file__).parent), "rev-parse", "HEAD"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return answer.stdout.strip()


def _record(run: Path, folders: Sequence[Path], settings: FitSettings, held_out: NDArray[np.int64]) -> None:
    data = sorted(manifest(folder)["sha256"] for folder in folders)
    wanted = {"settings": asdict(settings), "data": data}
    path = run / "settings.json"
    if path.exists():
        if recorded_settings(path, wanted) != wanted:
            raise RunError(f"{run} was begun with other settings or data; name another folder or remove it")
        return
    sources = {str(folder): manifest(folder)["about"] for folder in folders}
    write_json(path, {**wanted, "commit": commit(), "sources": sources, "held_out": len(held_out)})


def recorded_settings(path: Path, wanted: dict[str, Any]) -> dict[str, Any]:
    try:
        before = json.loads(path.read_text())
        return {key: before.get(key) for key in wanted}
    except (OSError, ValueError, AttributeError) as fault:
        raise RunError(f"{path} is damaged; remove the folder and begin the run again") from fault


class _Training:
    def __init__(self, learner: Task, eyes: EyeDataset, held_out: EyeDataset, run: Path, settings: FitSettings) -> None:
        self.learner, self.eyes, self.run, self.settings = learner, eyes, run, settings
        keras().utils.set_random_seed(settings.seed)
        self.model = learner.build()
        variable = tensorflow().Variable
        self.step, self.best, self.checked = variable(0), variable(math.inf), variable(0)
        self.thawed = variable(False)
        self.judged = self._held_out_batch(held_out)
        self._prepare(self._first_optimizer())
        self._restore()

    def checks(self) -> Iterator[CheckpointResult]:
        begun = time.monotonic()
        log = tensorflow().summary.create_file_writer(str(self.run / "logs"))
        while int(self.step) < self.settings.steps and int(self.checked) < self.settings.patience:
            if self._frozen() and int(self.step) >= self.settings.thaw_at * self.settings.steps:
                self._thaw()
            loss = self._learn_until_check()
            progress = CheckpointResult(
                int(self.step), self.settings.steps, loss, self._error(), time.monotonic() - begun
            )
            self._keep(progress, log)
            yield progress

    def _learn_until_check(self) -> float:
        """The mean loss. Its batches depend on nothing that was before, so that a resumed run ends as any other."""
        tf, settings, step = tensorflow(), self.settings, int(self.step)
        rng = np.random.default_rng([settings.seed, step])
        stream = batches(self.eyes, self.learner.cutting, CropJitter(), rng, size=settings.batch, mix=settings.mix)
        count = min(settings.check_every, settings.steps - step)
        losses = [self.learn(tf.constant(batch.crops), *tensors(batch)) for batch in islice(stream, count)]
        self.step.assign_add(count)
        return mean(losses)

    def _first_optimizer(self) -> Any:
        settings = self.settings
        rate = keras().optimizers.schedules.CosineDecay(
            0.0,
            settings.steps,
            alpha=0.005,
            warmup_target=settings.learning_rate,
            warmup_steps=max(1, settings.steps // 20),
        )
        return keras().optimizers.Adam(rate, global_clipnorm=5.0)

    def _prepare(self, optimizer: Any) -> None:
        """Makes an optimizer the one in use, and part of what is kept."""
        optimizer.build(self.model.trainable_variables)
        state = tensorflow().train.Checkpoint(
            model=self.model,
            optimizer=optimizer,
            step=self.step,
            best=self.best,
            checked=self.checked,
            thawed=self.thawed,
        )
        self.keeper = tensorflow().train.CheckpointManager(state, str(self.run / "state"), max_to_keep=1)
        self.learn = self._learning(optimizer)

    def _restore(self) -> None:
        newest, train, errors = self.keeper.latest_checkpoint, tensorflow().train, tensorflow().errors
        if newest is None:
            return
        try:
            if train.load_checkpoint(newest).get_tensor("thawed/.ATTRIBUTES/VARIABLE_VALUE"):
                self._thaw()
            self.keeper.checkpoint.restore(newest)
        except (errors.OpError, ValueError, RuntimeError) as fault:
            raise RunError(f"the state of {self.run} is damaged; remove the folder and begin the run again") from fault

    def _learning(self, optimizer: Any) -> Any:
        tf = tensorflow()

        def learn(crops: Any, *labels: Any) -> Any:
            with tf.GradientTape() as tape:
                loss = self.learner.loss(labels, self.model(crops, training=True))
            variables = self.model.trainable_variables
            optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
            return loss

        return tf.function(learn)

    def _frozen(self) -> list[Any]:
        return [layer for layer in self.model.layers if not layer.trainable]

    def _thaw(self) -> None:
        """A pre-trained backbone is frozen first, then fine-tuned at a tenth of the rate."""
        for layer in self._frozen():
            layer.trainable = True
        self.thawed.assign(True)
        self._prepare(keras().optimizers.Adam(self.settings.learning_rate / 10, global_clipnorm=5.0))

    def _held_out_batch(self, held_out: EyeDataset) -> Batch:
        rng = np.random.default_rng(0)
        which = rng.permutation(len(held_out))[:_JUDGED]
        return self.learner.cutting.batch(held_out, which, CropJitter(), rng)

    def _error(self) -> float:
        answers = self.learner.read(self.model.predict(self.judged.crops, batch_size=128, verbose=0))
        seen = self.judged.visible > 0.2
        return float(np.hypot(*(answers.centres - self.judged.centres)[seen].T).mean())

    def _keep(self, progress: CheckpointResult, log: Any) -> None:
        if not math.isfinite(progress.loss):
            raise RunError(f"the loss became {progress.loss} before step {progress.step}; lower the learning rate")
        better = progress.error < float(self.best)
        self.checked.assign(0 if better else self.checked + 1)
        if better:
            self.best.assign(progress.error)
            save_weights(self.model, self.run / "best.weights.h5")
        with log.as_default(step=progress.step):
            tensorflow().summary.scalar("loss", progress.loss)
            tensorflow().summary.scalar("error_px", progress.error)
        append_row(self.run / "log.csv", progress)
        try:
            self.keeper.save()
        except tensorflow().errors.OpError as fault:
            raise RunError(f"cannot keep the state of the run in {self.run} ({fault.message})") from fault


def mean(losses: Sequence[Any]) -> float:
    return float(np.mean([float(loss) for loss in losses])) if losses else math.nan


def logged(run: Path) -> dict[str, NDArray[np.float64]]:
    """What is known after each check of a run, also before it was interrupted: a column a name."""
    rows = list(csv.DictReader((run / "log.csv").read_text().splitlines()))
    return {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}


def append_row(path: Path, progress: DataclassInstance) -> None:
    """Adds what is known after a check to a CSV; rows from that step on, of a run that was killed, are replaced."""
    row = asdict(progress)
    before = list(csv.DictReader(path.read_text().splitlines())) if path.exists() else []
    rows = [past for past in before if int(past["step"]) < row["step"]]
    rows.append({name: str(value) for name, value in row.items()})
    with replacing(path) as stream:
        lines = [",".join(rows[0])] + [",".join(past.values()) for past in rows]
        stream.write(("\n".join(lines) + "\n").encode())
