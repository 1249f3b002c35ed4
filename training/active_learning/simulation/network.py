"""The small heat map network of the active learning simulation: training, weights, uncertainty, embeddings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecam.core.types import Side
from livecam.perception.pupils.network.heatmap import HeatmapOutput, decode
from livecam.perception.pupils.network.model_card import CropSpec, Decoding
from training.active_learning.test_time_augmentation import VIEWS, EyeRoi, TTAStatistics, looks, stability
from training.data.augmentation import NO_JITTER, CropJitter, CropPipeline
from training.data.dataset import EyeDataset, Random
from training.engine.tensorflow import keras, tensorflow
from training.engine.trainer import adam, gradient_step
from training.pupil_detector import models
from training.pupil_detector.losses import LossWeights, loss, tensors

NEAR = 0.05 / 0.43  # 5 % of the distance between the pupils, in widths of an eye
_PORTION = 256  # crops a forward pass


@dataclass(frozen=True, slots=True)
class SmallNetworkSettings:
    """Half the shipped crop and half its channels: it learns in a thirtieth of the time."""

    window: CropSpec = field(default_factory=lambda: CropSpec(width=32, height=24))
    channels: int = 16
    batch: int = 24
    learning_rate: float = 2e-3

    @property
    def cutting(self) -> CropPipeline:
        decoding = Decoding(rows=self.window.height // 4, columns=self.window.width // 4)
        return CropPipeline(self.window, decoding=decoding)


@dataclass(frozen=True, slots=True, eq=False)
class SmallNetworkScores:
    """What the network makes of n eyes, see training.active_learning.acquisition."""

    stable: TTAStatistics  # places in patch pixels
    embeddings: NDArray[np.float32]  # (n, d)
    doubt: NDArray[np.float64]  # (n,)


class SmallNetwork:
    """One network whose weights can be put aside and taken up again."""

    def __init__(self, settings: SmallNetworkSettings) -> None:
        self.settings, self.cutting = settings, settings.cutting
        self.model = self._untrained()
        self.optimizer = adam(settings.learning_rate)
        penultimate = self.model.get_layer("numbers").input
        seen = keras().Model(self.model.input, [*self.model.outputs, penultimate])
        self._answer = tensorflow().function(lambda crops: seen(crops, training=False))
        self._learn = gradient_step(self.model, self.optimizer, self._loss)

    def begin(self, seed: int) -> None:
        """Forgets everything."""
        keras().utils.set_random_seed(seed)
        self.model.set_weights(self._untrained().get_weights())

    def _untrained(self) -> Any:
        return models.heatmap(self.settings.window, self.cutting.decoding, width=self.settings.channels)

    @property
    def weights(self) -> list[NDArray[np.float32]]:
        return [np.array(value) for value in self.model.get_weights()]

    @weights.setter
    def weights(self, values: Sequence[NDArray[np.float32]]) -> None:
        self.model.set_weights(list(values))

    def learn(self, eyes: EyeDataset, which: NDArray[np.int64], steps: int, rng: Random) -> None:
        """Goes on learning from the eyes at `which`, from a full learning rate down to none."""
        for variable in self.optimizer.variables:
            if variable is not self.optimizer.learning_rate:
                variable.assign(tensorflow().zeros_like(variable))
        for step in range(steps):
            warm = min(1.0, (step + 1) / 20)
            rate = self.settings.learning_rate * warm * (0.5 + 0.5 * np.cos(np.pi * step / steps))
            self.optimizer.learning_rate.assign(rate)
            batch = self.cutting.batch(eyes, rng.choice(which, self.settings.batch), CropJitter(), rng)
            self._learn(tensorflow().constant(batch.crops), *tensors(batch))

    def _loss(self, crops: Any, *labels: Any) -> Any:
        window, decoding = self.cutting.window, self.cutting.decoding
        logits, numbers = self.model(crops, training=True)
        return loss(labels, logits, numbers, window=window, decoding=decoding, weights=LossWeights())

    def answer(self, crops: NDArray[np.float32]) -> tuple[HeatmapOutput, NDArray[np.float32]]:
        """What it says of normalised crops (n, h, w), and its penultimate layer (n, d)."""
        parts = []
        for start in range(0, len(crops), _PORTION):
            some = crops[start : start + _PORTION]
            # One shape for all, so that nothing is traced twice.
            full = np.pad(some, ((0, _PORTION - len(some)), (0, 0), (0, 0)))[..., None]
            parts.append([np.asarray(output)[: len(some)] for output in self._answer(tensorflow().constant(full))])
        logits, numbers, features = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        return decode(logits, numbers, self.cutting.window, self.cutting.decoding), features

    def score(self, eyes: EyeDataset, which: NDArray[np.int64]) -> SmallNetworkScores:
        """Looks at the eyes at `which` in every view."""
        parts = [self._score(eyes, which[start : start + _PORTION]) for start in range(0, len(which), _PORTION)]
        return SmallNetworkScores(
            TTAStatistics(*(np.concatenate(columns) for columns in zip(*(part.stable for part in parts), strict=True))),
            np.concatenate([part.embeddings for part in parts]),
            np.concatenate([part.doubt for part in parts]),
        )

    def embed(self, eyes: EyeDataset, which: NDArray[np.int64]) -> NDArray[np.float32]:
        """Its penultimate layer for the eyes at `which`, cut steadily."""
        return self.answer(self.cutting.batch(eyes, which, NO_JITTER, np.random.default_rng(0)).crops[..., 0])[1]

    def _score(self, eyes: EyeDataset, which: NDArray[np.int64]) -> SmallNetworkScores:
        sites = [_site(eyes, int(k)) for k in which]
        window = self.cutting.window
        seen = [
            looks(eyes.patch(int(k)), site, window, self.cutting.normalisation)
            for k, site in zip(which, sites, strict=True)
        ]
        reading, features = self.answer(np.concatenate([each.crops for each in seen]))
        widths = [site.width for site in sites]
        stable = stability(reading, seen, widths, window)
        doubt = doubts(reading.sigmas.reshape(len(which), -1)[:, 0] * (1 + 2 * window.margin) / window.width)
        return SmallNetworkScores(stable, features[:: len(VIEWS)], doubt)


@cache
def net_of(settings: SmallNetworkSettings) -> SmallNetwork:
    """One a process: building it takes longer than a round."""
    return SmallNetwork(settings)


def doubts(sigmas: NDArray[np.float64]) -> NDArray[np.float64]:
    """The probability of being further off than `NEAR` where a distance d has the density d exp(-d / sigma) / sigma^2.

    That is the density whose likelihood the loss maximises; `sigmas` are widths of an eye.
    """
    ratio = NEAR / sigmas
    doubt: NDArray[np.float64] = (1 + ratio) * np.exp(-ratio)
    return doubt


def _site(eyes: EyeDataset, which: int) -> EyeRoi:
    corners = eyes.corners[which].mean(axis=0)
    x, y = corners.mean(axis=0).tolist()
    width = max(float(np.hypot(*(corners[1] - corners[0]))), 1.0)
    return EyeRoi((x, y), width, float(eyes.angles[which]), Side.RIGHT)
