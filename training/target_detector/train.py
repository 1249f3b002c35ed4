"""Trains a network for tiny targets on labelled pages, into a run folder that can be resumed; mines hard negatives."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np

from livecam.core.types import Box
from training.engine.files import RunError, write_json
from training.engine.run_folder import best_weights, is_begun, write_settings
from training.engine.tensorflow import keras, tensorflow
from training.engine.trainer import Batch, CheckpointResult, Trainer, TrainerSettings, adam
from training.target_detector.data.dataset import LabelledPage, fingerprint
from training.target_detector.data.hard_negative_mining import mine
from training.target_detector.data.sampling import CropSample, MinedPeak, Sampler, SamplingMix
from training.target_detector.losses import LossName
from training.target_detector.start_weights import begin_with
from training.target_detector.tasks import KerasNetwork, TargetTask, inputs, task_of

_JUDGED = 96  # crops of the fixed batch that the best checkpoint is chosen by
_PLATEAU = 5  # checks without improvement, after which Schedule.PLATEAU lowers the rate


class Schedule(StrEnum):
    """How the learning rate falls: along a cosine, or by a fifth where the loss no longer falls (the tutorial's)."""

    COSINE = "cosine"
    PLATEAU = "plateau"


@dataclass(frozen=True, slots=True)
class TargetFitSettings:
    """How long and from what a network learns."""

    model: str = "centre"
    width: int = 48
    mask: LossName = LossName.WEIGHTED
    weights: tuple[float, float] = (1.0, 20.0)  # of a pixel of background and of target, for the tutorial's network
    start: str = ""  # a run, or an exported model, whose weights are begun with
    steps: int = 1300
    batch: int = 24
    learning_rate: float = 2e-3
    schedule: Schedule = Schedule.COSINE
    seed: int = 1
    check_every: int = 100
    mine_at: tuple[float, ...] = (0.12, 0.25, 0.4, 0.55, 0.7, 0.8)  # shares of the steps
    mix: SamplingMix = field(default_factory=SamplingMix)


@dataclass(frozen=True, slots=True)
class TargetCheckpointResult:
    """What is known after a check; `judged` is the loss on a fixed batch of other crops of the same pages, `accuracy`
    the share of their pixels that are rightly told target or not."""

    step: int
    steps: int
    loss: float
    judged: float
    accuracy: float
    rate: float
    peaks: int
    seconds: float


def fit(pages: Sequence[LabelledPage], run: Path, settings: TargetFitSettings) -> Iterator[TargetCheckpointResult]:
    """Trains and yields after every check; a run that was killed goes on where its last check was."""
    wanted = {"settings": json.loads(json.dumps(asdict(settings))), "data": fingerprint(pages)}
    task = task_of(asdict(settings))
    begun = is_begun(run, wanted, data="pages")
    trainable = _TargetTraining(task, pages, run, settings)
    trainer = Trainer(trainable, run, TrainerSettings(settings.steps, settings.check_every, settings.learning_rate))
    # A run that cannot begin leaves no settings that the next try would have to match.
    if not begun:
        write_settings(run, wanted, {"pages": [page.name for page in pages]})
    yield from trainer.checks()


class _TargetTraining:
    """The network, batches and validation of a task for the trainer."""

    def __init__(self, task: TargetTask, pages: Sequence[LabelledPage], run: Path, settings: TargetFitSettings) -> None:
        self.task, self.pages, self.run, self.settings = task, pages, run, settings
        keras().utils.set_random_seed(settings.seed)
        self.model = task.build()
        self._optimizer = adam(settings.learning_rate)
        self._factor = tensorflow().Variable(1.0)  # of the rate, where it falls on plateaus
        self._peaks = read_peaks(run)
        self._accuracy = 0.0
        self._shown = self._fixed_batch()
        if settings.start:
            _begin_with(self.model, Path(settings.start), self._shown[0])

    @property
    def variables(self) -> Mapping[str, Any]:
        return {"factor": self._factor}

    def optimizer(self) -> Any:
        return self._optimizer

    def loss(self, crops: Any, *targets: Any) -> Any:
        return self.task.loss(targets, self.model(crops, training=True))

    def batches(self, step: int) -> Iterator[Batch]:
        """Before a batch at the steps of `mine_at`, false peaks of the network as it is then are mined."""
        settings, random = self.settings, np.random.default_rng([self.settings.seed, step])
        sampler = Sampler(self.pages, settings.mix, random)
        sampler.peaks = self._peaks
        mining = {round(share * settings.steps) for share in settings.mine_at}
        for at in itertools.count(step):
            if at in mining:
                sampler.peaks = mine(KerasNetwork(self.model, self.task), self.pages, random, sampler.peaks)
                self._peaks = sampler.peaks
            self._optimizer.learning_rate.assign(self._rate(at))
            yield self._tensors([sampler.sample() for _ in range(settings.batch)])

    def validate(self) -> float:
        """The loss on a fixed batch of other crops of the same pages."""
        crops, *targets = self._shown
        logits = self.model(crops, training=False)
        self._accuracy = _accuracy(self.task.maps(logits), targets[-1])
        return float(self.task.loss(tuple(targets), logits))

    def report(self, check: CheckpointResult, stale: int) -> TargetCheckpointResult:
        rate = self._rate(check.step)
        if stale and not stale % _PLATEAU:
            self._factor.assign(max(float(self._factor) * 0.2, 5e-3))
        write_json(self.run / "peaks.json", [[peak.page, *peak.box, peak.score] for peak in self._peaks])
        return TargetCheckpointResult(
            check.step, check.steps, check.loss, check.error, self._accuracy, rate, len(self._peaks), check.seconds
        )

    def _rate(self, step: int) -> float:
        """Rises over the first twentieth; falls as the schedule says."""
        done = (step + 1) / self.settings.steps
        warm = min(1.0, done * 20)
        if self.settings.schedule is Schedule.PLATEAU:
            return self.settings.learning_rate * warm * float(self._factor)
        return self.settings.learning_rate * warm * (0.005 + 0.995 * 0.5 * (1 + math.cos(math.pi * min(done, 1.0))))

    def _fixed_batch(self) -> Batch:
        sampler = Sampler(self.pages, replace(self.settings.mix, mined=0.0), np.random.default_rng(0))
        return self._tensors([sampler.sample() for _ in range(_JUDGED)])

    def _tensors(self, samples: Sequence[CropSample]) -> Batch:
        crops = inputs([sample.crop for sample in samples])
        return tuple(tensorflow().constant(array) for array in (crops, *self.task.targets(samples)))


def _accuracy(maps: Any, masks: Any) -> float:
    """Cell by cell; a mask of another size is brought to that of the maps."""
    said, true = np.asarray(maps)[..., 1], np.asarray(masks)
    step = true.shape[1] // said.shape[1]
    true = true.reshape(len(true), said.shape[1], step, said.shape[2], step).mean(axis=(2, 4))
    return float(((said > 0.5) == (true > 0.5)).mean())


def _begin_with(model: Any, run: Path, crops: Any) -> None:
    if run.suffix == ".tflite":
        begin_with(model, run, crops)
        return
    try:
        model.load_weights(str(best_weights(run)))
    except (OSError, ValueError) as fault:
        raise RunError(f"{run} has no weights that fit this model; name a finished run of the same model") from fault


def read_peaks(run: Path) -> tuple[MinedPeak, ...]:
    """The false peaks a run has mined last; none before the first time."""
    path = run / "peaks.json"
    if not path.exists():
        return ()
    try:
        return tuple(MinedPeak(int(page), Box(*box), score) for page, *box, score in json.loads(path.read_text()))
    except (ValueError, TypeError) as fault:
        raise RunError(f"{path} is damaged; remove the folder and begin the run again") from fault
