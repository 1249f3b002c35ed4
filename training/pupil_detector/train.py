"""Trains a network for pupils (heat map or ResNet) on data sets of eyes, into a run folder that can be resumed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from training.data.augmentation import CropJitter, batches
from training.data.dataset import EyeDataset, load_all, manifest, split_by_group
from training.engine.files import RunError
from training.engine.run_folder import is_begun, write_settings
from training.engine.tensorflow import keras, tensorflow
from training.engine.trainer import Batch, CheckpointResult, Trainer, TrainerSettings, adam
from training.pupil_detector.losses import tensors
from training.pupil_detector.tasks import Task

MIX = {"portrait": 1.0, "gazeshift": 2.0, "synthetic": 2.0, "coarse": 0.5}
_SEEN = 0.2  # share of an iris that is visible, from which on its place counts
_JUDGED = 768  # crops of held-out people that a check is made on


@dataclass(frozen=True, slots=True)
class FitSettings:
    """How long and from what a network learns."""

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


def fit(task: Task, folders: Sequence[Path], run: Path, settings: FitSettings) -> Iterator[CheckpointResult]:
    """Trains, and yields after every check; a run that was interrupted goes on where its last check was.

    The error of a check is the mean distance of visible irises of held-out people, crop pixels. RunError when the run
    cannot begin or go on, DatasetError when the data cannot be read.
    """
    eyes = load_all(folders)
    training, held_out = split_by_group(eyes, settings.held_out)
    wanted = {"settings": asdict(settings), "data": sorted(manifest(folder)["sha256"] for folder in folders)}
    begun = is_begun(run, wanted, data="data")
    trainable = _PupilTraining(task, eyes.chosen(training), eyes.chosen(held_out), run, settings)
    schedule = TrainerSettings(
        steps=settings.steps,
        check_every=settings.check_every,
        learning_rate=settings.learning_rate,
        patience=settings.patience,
        thaw_at=settings.thaw_at,
    )
    trainer = Trainer(trainable, run, schedule)
    if not begun:
        sources = {str(folder): manifest(folder)["about"] for folder in folders}
        write_settings(run, wanted, {"sources": sources, "held_out": len(held_out)})
    yield from trainer.checks()


class _PupilTraining:
    """The network, batches and validation of a task for the trainer."""

    def __init__(self, task: Task, eyes: EyeDataset, held_out: EyeDataset, run: Path, settings: FitSettings) -> None:
        self.task, self.eyes, self.run, self.settings = task, eyes, run, settings
        keras().utils.set_random_seed(settings.seed)
        self.model = task.build()
        rng = np.random.default_rng(0)
        which = rng.permutation(len(held_out))[:_JUDGED]
        self._shown = task.cutting.batch(held_out, which, CropJitter(), rng)
        if not (self._shown.visible > _SEEN).any():
            raise RunError(f"none of the {len(which)} eyes that are held out shows its iris; make larger data sets")

    @property
    def variables(self) -> Mapping[str, Any]:
        return {}

    def optimizer(self) -> Any:
        settings = self.settings
        rate = keras().optimizers.schedules.CosineDecay(
            0.0,
            settings.steps,
            alpha=0.005,
            warmup_target=settings.learning_rate,
            warmup_steps=max(1, settings.steps // 20),
        )
        return adam(rate)

    def loss(self, crops: Any, *labels: Any) -> Any:
        return self.task.loss(labels, self.model(crops, training=True))

    def batches(self, step: int) -> Iterator[Batch]:
        settings, rng = self.settings, np.random.default_rng([self.settings.seed, step])
        stream = batches(self.eyes, self.task.cutting, CropJitter(), rng, size=settings.batch, mix=settings.mix)
        return ((tensorflow().constant(batch.crops), *tensors(batch)) for batch in stream)

    def validate(self) -> float:
        shown = self._shown
        answers = self.task.read(self.model.predict(shown.crops, batch_size=128, verbose=0))
        seen = shown.visible > _SEEN
        return float(np.hypot(*(answers.centres - shown.centres)[seen].T).mean())

    def report(self, check: CheckpointResult, stale: int) -> CheckpointResult:
        with self._tensorboard.as_default(step=check.step):
            tensorflow().summary.scalar("loss", check.loss)
            tensorflow().summary.scalar("error_px", check.error)
        return check

    @cached_property
    def _tensorboard(self) -> Any:
        return tensorflow().summary.create_file_writer(str(self.run / "logs"))
