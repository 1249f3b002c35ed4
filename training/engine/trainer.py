"""The trainer: gradient steps with Adam, checks that keep the best weights, checkpoints a killed run resumes from."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

import numpy as np

from training.engine.files import RunError, save_weights
from training.engine.run_folder import append_to_log, best_weights
from training.engine.tensorflow import keras, tensorflow

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Result = TypeVar("Result", bound="DataclassInstance")
Result_co = TypeVar("Result_co", bound="DataclassInstance", covariant=True)

Batch = Sequence[Any]  # tensors: what the network is shown, and what it should say

# Why every stretch between two checks has batches of its own: docs/decisions/resumed-training.md
_CLIP_NORM = 5.0  # of all gradients together
_SLOWER = 10  # times slower do layers learn that were frozen at first


def adam(learning_rate: Any) -> Any:
    """Adam with the gradients clipped; the rate is a number or a Keras schedule."""
    return keras().optimizers.Adam(learning_rate, global_clipnorm=_CLIP_NORM)


def gradient_step(model: Any, optimizer: Any, loss: Callable[..., Any]) -> Callable[..., Any]:
    """A compiled function that trains on one batch and returns its loss, a scalar tensor.

    `loss(*batch)` runs the network in training mode; the trainable variables are those of the first call.
    """
    tf = tensorflow()
    optimizer.build(model.trainable_variables)

    def step(*batch: Any) -> Any:
        with tf.GradientTape() as tape:
            value = loss(*batch)
        variables = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(value, variables), variables, strict=True))
        return value

    compiled: Callable[..., Any] = tf.function(step, autograph=False)
    return compiled


def train_steps(model: Any, optimizer: Any, loss: Callable[..., Any], batches: Iterable[Batch]) -> Iterator[float]:
    """Trains on the batches, one after the other, without a run folder; yields the loss of each."""
    step = gradient_step(model, optimizer, loss)
    for batch in batches:
        yield float(step(*batch))


@dataclass(frozen=True, slots=True)
class TrainerSettings:
    """How long a run trains, and how often it is checked."""

    steps: int
    check_every: int
    learning_rate: float
    patience: int | None = None  # checks without improvement after which it ends; None is never
    thaw_at: float = 1.0  # layers that are frozen at first are fine-tuned from this share of the steps on


@dataclass(frozen=True, slots=True)
class CheckpointResult:
    """What is known after a check; `error` is what `validate` returned, and the best weights have the least."""

    step: int
    steps: int
    loss: float  # mean since the last check
    error: float
    seconds: float


class Trainable(Protocol[Result_co]):
    """What a detector brings to the trainer: a network, its batches, its loss and its validation."""

    @property
    def model(self) -> Any:
        """The Keras network, with the weights it begins with."""
        ...

    @property
    def variables(self) -> Mapping[str, Any]:
        """TensorFlow variables of its own, kept and restored with the state of the run."""
        ...

    def optimizer(self) -> Any: ...

    def loss(self, *batch: Any) -> Any:
        """The mean loss of a batch, the network in training mode."""
        ...

    def batches(self, step: int) -> Iterator[Batch]:
        """Batches from a check at `step` on. They depend on nothing before it, or a resumed run would end otherwise."""
        ...

    def validate(self) -> float:
        """The number that is to become small."""
        ...

    def report(self, check: CheckpointResult, stale: int) -> Result_co:
        """The row of log.csv for a check, of which `stale` ones now have brought no improvement."""
        ...


class Trainer(Generic[Result]):
    """Trains in a run folder, whose state (`state/`) is what an interrupted run goes on from."""

    def __init__(self, trainable: Trainable[Result], run: Path, settings: TrainerSettings) -> None:
        """RunError when the state of the run is damaged."""
        self.trainable, self.run, self.settings = trainable, run, settings
        variable = tensorflow().Variable
        self.step, self.best, self.stale, self.thawed = variable(0), variable(math.inf), variable(0), variable(False)
        self._use(trainable.optimizer())
        self._restore()

    def checks(self) -> Iterator[Result]:
        """Trains, and yields after every check.

        RunError when the loss is no longer a number, DatasetError when the disk is full.
        """
        begun = time.monotonic()
        while not self._is_done():
            if self._frozen() and int(self.step) >= self.settings.thaw_at * self.settings.steps:
                self._thaw()
            loss = self._train_until_check()
            error, seconds = self.trainable.validate(), time.monotonic() - begun
            yield self._keep(CheckpointResult(int(self.step), self.settings.steps, loss, error, seconds))

    def _is_done(self) -> bool:
        patience = self.settings.patience
        return int(self.step) >= self.settings.steps or (patience is not None and int(self.stale) >= patience)

    def _train_until_check(self) -> float:
        step = int(self.step)
        count = min(self.settings.check_every, self.settings.steps - step)
        losses = [self._learn(*batch) for batch in islice(self.trainable.batches(step), count)]
        self.step.assign_add(count)
        return float(np.mean([float(loss) for loss in losses]))

    def _keep(self, check: CheckpointResult) -> Result:
        if not math.isfinite(check.loss):
            raise RunError(f"the loss became {check.loss} before step {check.step}; lower the learning rate")
        better = check.error < float(self.best)
        self.stale.assign(0 if better else self.stale + 1)
        if better:
            self.best.assign(check.error)
            save_weights(self.trainable.model, best_weights(self.run))
        result = self.trainable.report(check, int(self.stale))
        append_to_log(self.run, result)
        try:
            self._manager.save()
        except tensorflow().errors.OpError as fault:
            raise RunError(f"cannot keep the state of the run in {self.run} ({fault.message})") from fault
        return result

    def _use(self, optimizer: Any) -> None:
        """Makes an optimizer the one that trains, and part of the state that is kept."""
        train, model = tensorflow().train, self.trainable.model
        self._learn = gradient_step(model, optimizer, self.trainable.loss)
        state = train.Checkpoint(
            model=model,
            optimizer=optimizer,
            step=self.step,
            best=self.best,
            checked=self.stale,
            thawed=self.thawed,
            **self.trainable.variables,
        )
        self._manager = train.CheckpointManager(state, str(self.run / "state"), max_to_keep=1)

    def _restore(self) -> None:
        newest, train, errors = self._manager.latest_checkpoint, tensorflow().train, tensorflow().errors
        if newest is None:
            return
        try:
            kept, thawed = train.load_checkpoint(newest), "thawed/.ATTRIBUTES/VARIABLE_VALUE"
            # The optimizer of thawed layers is another one, and must be there to be restored.
            if kept.has_tensor(thawed) and kept.get_tensor(thawed):
                self._thaw()
            self._manager.checkpoint.restore(newest)
        except (errors.OpError, ValueError, RuntimeError) as fault:
            raise RunError(f"the state of {self.run} is damaged; remove the folder and begin the run again") from fault

    def _frozen(self) -> list[Any]:
        return [layer for layer in self.trainable.model.layers if not layer.trainable]

    def _thaw(self) -> None:
        for layer in self._frozen():
            layer.trainable = True
        self.thawed.assign(True)
        self._use(adam(self.settings.learning_rate / _SLOWER))
