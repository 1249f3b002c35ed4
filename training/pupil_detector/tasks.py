"""Training tasks of the pupil detector (heat map, ResNet, warm start): network, crops, loss, decoding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from livecam.perception.pupils.network.heatmap import HeatmapOutput, decode
from livecam.perception.pupils.network.model_card import CropSpec
from training.data.augmentation import CropPipeline
from training.engine.files import RunError
from training.engine.tensorflow import tensorflow
from training.pupil_detector import losses, models


class Task(Protocol):
    @property
    def cutting(self) -> CropPipeline: ...

    def build(self) -> Any:
        """The network, untrained or with the weights it starts from."""
        ...

    def loss(self, labels: tuple[Any, ...], outputs: Any) -> Any:
        """The mean loss of a batch."""
        ...

    def read(self, outputs: Any) -> HeatmapOutput:
        """What the network says, in crop pixels."""
        ...


@dataclass(frozen=True, slots=True)
class HeatmapTask:
    """The network that ships."""

    cutting: CropPipeline = field(default_factory=CropPipeline)
    weights: losses.LossWeights = field(default_factory=losses.LossWeights)

    def build(self) -> Any:
        return models.heatmap(self.cutting.window, self.cutting.decoding)

    def loss(self, labels: tuple[Any, ...], outputs: Any) -> Any:
        logits, numbers = outputs
        window, decoding = self.cutting.window, self.cutting.decoding
        return losses.loss(labels, logits, numbers, window=window, decoding=decoding, weights=self.weights)

    def read(self, outputs: Any) -> HeatmapOutput:
        logits, numbers = (np.asarray(output) for output in outputs)
        return decode(logits, numbers, self.cutting.window, self.cutting.decoding)


@dataclass(frozen=True, slots=True)
class ResNetTask:
    """The tutorial's network: x, y, radius and state as four sigmoids, mean squared error."""

    backbone: Callable[[], Any] = field(default=models.resnet50)
    cutting: CropPipeline = field(default_factory=lambda: CropPipeline(CropSpec(width=120, height=80)))

    def build(self) -> Any:
        return self.backbone()

    def loss(self, labels: tuple[Any, ...], outputs: Any) -> Any:
        tf = tensorflow()
        centres, radii, visible, trust = labels
        size = tf.constant([self.cutting.window.width, self.cutting.window.height], tf.float32)
        opened = tf.cast(visible > 0.12, tf.float32)[:, None]
        wanted = tf.concat([(centres + 0.5) / size, radii[:, None] / self.cutting.window.height, opened], axis=1)
        seen = tf.concat([tf.repeat(opened, 3, axis=1), tf.ones_like(opened)], axis=1) * trust[:, None]
        return tf.reduce_mean(seen * (outputs - tf.clip_by_value(wanted, 0.0, 1.0)) ** 2)

    def read(self, outputs: Any) -> HeatmapOutput:
        x, y, radius, state = np.clip(np.asarray(outputs, np.float64), 1e-6, 1 - 1e-6).T
        size = np.array([self.cutting.window.width, self.cutting.window.height])
        unsure: NDArray[np.float64] = np.ones(len(x))
        return HeatmapOutput(
            np.column_stack([x, y]) * size - 0.5,
            unsure,
            radius * self.cutting.window.height,
            np.log(state / (1 - state)),
            unsure * 0.03 * size[0],
        )


@dataclass(frozen=True, slots=True)
class WarmStartedTask:
    """A task that goes on where another training ended."""

    task: Task
    start: Path  # weights of the same network

    @property
    def cutting(self) -> CropPipeline:
        return self.task.cutting

    def build(self) -> Any:
        """RunError when the weights are missing or of another network."""
        model = self.task.build()
        try:
            model.load_weights(str(self.start))
        except (OSError, ValueError) as fault:
            raise RunError(
                f"cannot go on from {self.start}, which is missing or holds another network; "
                "export the model in use again, its weights are kept beside it"
            ) from fault
        return model

    def loss(self, labels: tuple[Any, ...], outputs: Any) -> Any:
        return self.task.loss(labels, outputs)

    def read(self, outputs: Any) -> HeatmapOutput:
        return self.task.read(outputs)


def task_named(name: str, weights: Path | None = None, start: Path | None = None) -> Task:
    """`heatmap` or `resnet50`, from `weights` learnt elsewhere or from those of another run; RunError for others."""
    if start is not None:
        return WarmStartedTask(network_named(name), start)
    return ResNetTask(lambda: models.resnet50(weights)) if name == "resnet50" else network_named(name)


def network_named(name: str) -> Task:
    """`heatmap` or `resnet50` without any training; RunError for another name."""
    if name == "heatmap":
        return HeatmapTask()
    if name == "resnet50":
        return ResNetTask(lambda: models.resnet50(pretrained=False))
    raise RunError(f"there is no model {name}; use heatmap or resnet50")
