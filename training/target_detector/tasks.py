"""Training tasks of the target detector (centre, tutorial): network, targets, loss, maps; the Keras network to run."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.types import Image
from livecam.perception.targets.interfaces import SegmentationMaps
from training.engine.files import RunError
from training.engine.tensorflow import tensorflow
from training.target_detector import models
from training.target_detector.data.sampling import CropSample
from training.target_detector.losses import LossName, centre_focal, mask_loss

STRIDE = 4
MASK_WEIGHTS = (1.0, 10.0)  # of a pixel of background and of target in the mask of `centre`
_HEAD = 9  # cells: a typical head, for networks that say only what is target and what is not
Array = NDArray[np.float32]


class TargetTask(Protocol):
    @property
    def multiple(self) -> int:
        """Sides of a crop or page are multiples of so many pixels."""
        ...

    @property
    def margin(self) -> int:
        """Half the receptive field, pixels."""
        ...

    def build(self) -> Any:
        """The network, untrained; pictures within +-1 in, logits out."""
        ...

    def targets(self, samples: Sequence[CropSample]) -> tuple[Array, ...]:
        """What the network is to say of the samples."""
        ...

    def loss(self, targets: tuple[Any, ...], logits: Any) -> Any:
        """The mean loss of a batch."""
        ...

    def maps(self, logits: Any) -> Any:
        """Centre and mask (b, h / 4, w / 4, 2) within 0..1 of what the network says."""
        ...


@dataclass(frozen=True, slots=True)
class CentreTask:
    """The network that ships."""

    width: int = 48
    mask: LossName = LossName.WEIGHTED
    multiple: int = 8
    margin: int = models.MARGIN

    def build(self) -> Any:
        return models.centre_net(self.width)

    def targets(self, samples: Sequence[CropSample]) -> tuple[Array, ...]:
        centres = np.stack([heat(sample) for sample in samples])
        masks = np.stack([_quarter(sample.mask) for sample in samples])
        return centres, masks

    def loss(self, targets: tuple[Any, ...], logits: Any) -> Any:
        centres, masks = targets
        masked = mask_loss(masks, logits[..., 1], self.mask, weights=MASK_WEIGHTS)
        return centre_focal(centres, logits[..., 0]) + 2 * masked

    def maps(self, logits: Any) -> Any:
        """What the weights of the loss added to the log-odds of the mask is taken back."""
        more = math.log(MASK_WEIGHTS[1] / MASK_WEIGHTS[0]) if self.mask is LossName.WEIGHTED else 0.0
        return tensorflow().sigmoid(logits - tensorflow().constant([0.0, more]))


@dataclass(frozen=True, slots=True)
class TutorialTask:
    """The tutorial's network: two-channel softmax over every pixel, cross-entropy with weights."""

    width: int = 64
    mask: LossName = LossName.WEIGHTED
    weights: tuple[float, float] = (1.0, 20.0)
    multiple: int = 16
    margin: int = 80

    def build(self) -> Any:
        return models.tutorial_net(self.width)

    def targets(self, samples: Sequence[CropSample]) -> tuple[Array, ...]:
        return (np.stack([sample.mask for sample in samples]).astype(np.float32) / 255,)

    def loss(self, targets: tuple[Any, ...], logits: Any) -> Any:
        # A softmax of two is a sigmoid of their difference.
        return mask_loss(targets[0], logits[..., 1] - logits[..., 0], self.mask, weights=self.weights)

    def maps(self, logits: Any) -> Any:
        """The mask, and as centres its mean over a head's size: a plateau has no peak."""
        tf = tensorflow()
        said = tf.sigmoid(logits[..., 1:] - logits[..., :1])
        cells = tf.nn.avg_pool2d(said, STRIDE, STRIDE, "SAME")
        return tf.concat([tf.nn.avg_pool2d(cells, _HEAD, 1, "SAME"), cells], axis=-1)


def heat(sample: CropSample) -> Array:
    """(size / 4, size / 4): 1 in the cell of each centre, a Gaussian as wide as the head around it."""
    cells = len(sample.crop) // STRIDE
    places = np.arange(cells)
    total = np.zeros((cells, cells), np.float32)
    for x, y, side in sample.heads:
        column, row = (min(int(place / STRIDE), cells - 1) for place in (x, y))
        sigma = max(0.15 * side / STRIDE, 0.7)
        across, down = (np.exp(-((places - middle) ** 2) / (2 * sigma**2)) for middle in (column, row))
        total = np.maximum(total, np.outer(down, across).astype(np.float32))
    return total


def _quarter(mask: NDArray[np.uint8]) -> Array:
    size = mask.shape[1] // STRIDE, mask.shape[0] // STRIDE
    return cv2.resize(mask, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255


def inputs(crops: Sequence[NDArray[np.uint8]]) -> Array:
    """Pictures as the networks take them: (b, h, w, 3) BGR within +-1."""
    stacked: Array = np.stack(crops).astype(np.float32)
    stacked -= 127.5
    stacked /= 127.5
    return stacked


def task_of(settings: Mapping[str, Any]) -> TargetTask:
    """The task that the settings of a run name: `centre` or `tutorial`; RunError for another."""
    name, width, mask = settings["model"], int(settings["width"]), LossName(settings["mask"])
    if name == "centre":
        return CentreTask(width, mask)
    if name == "tutorial":
        return TutorialTask(width, mask, tuple(settings["weights"]))
    raise RunError(f"there is no model {name}; use centre or tutorial")


@dataclass(frozen=True)
class KerasNetwork:
    """A model and the task that knows how to read it."""

    model: Any
    task: TargetTask

    @property
    def stride(self) -> int:
        return STRIDE

    @property
    def multiple(self) -> int:
        return self.task.multiple

    @property
    def margin(self) -> int:
        return self.task.margin

    def __call__(self, panel: Image) -> SegmentationMaps:
        maps = np.asarray(self._answer(tensorflow().constant(inputs([panel]))))[0]
        return SegmentationMaps(np.ascontiguousarray(maps[..., 0]), np.ascontiguousarray(maps[..., 1]))

    @cached_property
    def _answer(self) -> Any:
        tf = tensorflow()
        shape = tf.TensorSpec((1, None, None, 3), tf.float32)

        def answer(page: Any) -> Any:
            return self.task.maps(self.model(page, training=False))

        return tf.function(answer, input_signature=[shape], autograph=False)
