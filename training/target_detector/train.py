"""Trains a learner on pages into a run folder: seeded, resumable, with its own mistakes mined as it goes."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np

from livecam.core.types import Box
from training.engine.files import RunError, save_weights, write_json
from training.engine.tensorflow import keras, tensorflow
from training.pupil_detector.train import append_row, commit, mean, recorded_settings
from training.target_detector.data.augmentation import Random
from training.target_detector.data.dataset import LabelledPage, fingerprint
from training.target_detector.data.hard_negative_mining import mine
from training.target_detector.data.sampling import CropSample, MinedPeak, Sampler, SamplingMix
from training.target_detector.losses import LossName
from training.target_detector.tasks import KerasNetwork, TargetTask, inputs, task_of

_JUDGED = 96  # crops of the fixed batch that the best checkpoint is chosen by


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
    start: str = ""  # a run whose weights are begun with
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
    """What is known after a check; `judged` is the loss on a fixed batch of other crops of the same pages."""

    step: int
    steps: int
    loss: float
    judged: float
    rate: float
    peaks: int
    seconds: float


def fit(pages: Sequence[LabelledPage], run: Path, settings: TargetFitSettings) -> Iterator[TargetCheckpointResult]:
    """Trains and yields after every check; a run that was killed goes on where its last check was."""
    wanted = {"settings": json.loads(json.dumps(asdict(settings))), "data": fingerprint(pages)}
    learner, path = task_of(asdict(settings)), run / "settings.json"
    begun = path.exists()
    if begun and recorded_settings(path, wanted) != wanted:
        raise RunError(f"{run} was begun with other settings or pages; name another folder or remove it")
    # A run that cannot begin leaves no settings that the next try would have to match.
    training = _Training(learner, pages, run, settings)
    if not begun:
        write_json(path, {**wanted, "commit": commit(), "pages": [page.name for page in pages]})
    yield from training.checks()


class _Training:
    def __init__(
        self, learner: TargetTask, pages: Sequence[LabelledPage], run: Path, settings: TargetFitSettings
    ) -> None:
        self.learner, self.pages, self.run, self.settings = learner, pages, run, settings
        keras().utils.set_random_seed(settings.seed)
        self.model = self.learner.build()
        if settings.start:
            _begin_with(self.model, Path(settings.start))
        self.optimizer = keras().optimizers.Adam(settings.learning_rate, global_clipnorm=5.0)
        self.optimizer.build(self.model.trainable_variables)
        tf = tensorflow()
        self.step, self.best = tf.Variable(0), tf.Variable(math.inf)
        self.factor, self.stale = tf.Variable(1.0), tf.Variable(0)
        state = tf.train.Checkpoint(
            model=self.model,
            optimizer=self.optimizer,
            step=self.step,
            best=self.best,
            factor=self.factor,
            stale=self.stale,
        )
        self.keeper = tf.train.CheckpointManager(state, str(run / "state"), max_to_keep=1)
        self.judged = self._fixed()
        self.learn = self._learning()

    def checks(self) -> Iterator[TargetCheckpointResult]:
        self.keeper.restore_or_initialize()
        begun, peaks = time.monotonic(), read_peaks(self.run)
        while int(self.step) < self.settings.steps:
            # A run that goes on draws what it would have drawn.
            random = np.random.default_rng([self.settings.seed, int(self.step)])
            sampler = Sampler(self.pages, self.settings.mix, random)
            sampler.peaks = peaks
            loss = self._learn_until_check(sampler, random)
            peaks = sampler.peaks
            seconds = time.monotonic() - begun
            progress = TargetCheckpointResult(
                int(self.step), self.settings.steps, loss, self._judge(), self._rate(), len(peaks), seconds
            )
            self._keep(progress, peaks)
            yield progress

    def _learn_until_check(self, sampler: Sampler, random: Random) -> float:
        losses = []
        while True:
            self._mine(sampler, random)
            self.optimizer.learning_rate.assign(self._rate())
            losses.append(self.learn(*self._tensors([sampler.sample() for _ in range(self.settings.batch)])))
            step = int(self.step.assign_add(1))
            if not step % self.settings.check_every or step == self.settings.steps:
                return mean(losses)

    def _learning(self) -> Any:
        tf = tensorflow()

        def learn(crops: Any, *targets: Any) -> Any:
            with tf.GradientTape() as tape:
                loss = self.learner.loss(targets, self.model(crops, training=True))
            variables = self.model.trainable_variables
            self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
            return loss

        return tf.function(learn, autograph=False)

    def _tensors(self, samples: Sequence[CropSample]) -> tuple[Any, ...]:
        tf = tensorflow()
        crops = inputs([sample.crop for sample in samples])
        return tuple(tf.constant(array) for array in (crops, *self.learner.targets(samples)))

    def _rate(self) -> float:
        """Rises over the first twentieth; falls as the schedule says."""
        done = (int(self.step) + 1) / self.settings.steps
        warm = min(1.0, done * 20)
        if self.settings.schedule is Schedule.PLATEAU:
            return self.settings.learning_rate * warm * float(self.factor)
        return self.settings.learning_rate * warm * (0.005 + 0.995 * 0.5 * (1 + math.cos(math.pi * min(done, 1.0))))

    def _mine(self, sampler: Sampler, random: Random) -> None:
        step = int(self.step)
        if step in {round(share * self.settings.steps) for share in self.settings.mine_at}:
            network = KerasNetwork(self.model, self.learner)
            sampler.peaks = mine(network, self.pages, random, sampler.peaks)

    def _fixed(self) -> tuple[Any, ...]:
        random = np.random.default_rng(0)
        sampler = Sampler(self.pages, replace(self.settings.mix, mined=0.0), random)
        return self._tensors([sampler.sample() for _ in range(_JUDGED)])

    def _judge(self) -> float:
        crops, *targets = self.judged
        return float(self.learner.loss(tuple(targets), self.model(crops, training=False)))

    def _keep(self, progress: TargetCheckpointResult, peaks: Sequence[MinedPeak]) -> None:
        if not math.isfinite(progress.loss):
            raise RunError(f"the loss became {progress.loss} before step {progress.step}; lower the learning rate")
        better = progress.judged < float(self.best)
        self.stale.assign(0 if better else self.stale + 1)
        if int(self.stale) >= 5:
            self.factor.assign(max(float(self.factor) * 0.2, 5e-3))
            self.stale.assign(0)
        if better:
            self.best.assign(progress.judged)
            save_weights(self.model, self.run / "best.weights.h5")
        append_row(self.run / "log.csv", progress)
        write_json(self.run / "peaks.json", [[peak.page, *peak.box, peak.score] for peak in peaks])
        try:
            self.keeper.save()
        except tensorflow().errors.OpError as fault:
            raise RunError(f"cannot keep the state of the run in {self.run} ({fault.message})") from fault


def _begin_with(model: Any, run: Path) -> None:
    try:
        model.load_weights(str(run / "best.weights.h5"))
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
