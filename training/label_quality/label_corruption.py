"""Corrupted and correct labels drawn onto eye crops: what the label quality classifier is trained on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.data.augmentation import NO_JITTER, Batch, CropJitter, CropPipeline
from training.data.dataset import EyeDataset, EyeSample, Random, gathered

EYES = 2  # a judgement is of at most two eyes: bad when one of them is
_VISIBLE = 0.12  # share of an iris from which an eye counts as open


class RenderedLabels(NamedTuple):
    """Crops with a label each, in crop pixels."""

    crops: NDArray[np.float32]  # (n, h, w, 1) normalised
    centres: NDArray[np.float32]  # (n, 2) of the label
    radii: NDArray[np.float32]  # (n,)
    closed: NDArray[np.bool_]  # (n,) the label says that the eye is closed

    def inputs(self, sharpness: float = 1.5) -> NDArray[np.float32]:
        """(n, h, w, 2): the crop, and the label as a ring and a dot; a closed one is drawn as nothing."""
        height, width = self.crops.shape[1:3]
        y, x = np.mgrid[:height, :width].astype(np.float32)
        away = np.hypot(x - self.centres[:, 0, None, None], y - self.centres[:, 1, None, None])
        ring = np.exp(-(((away - self.radii[:, None, None]) / sharpness) ** 2) / 2)
        dot = np.exp(-((away / sharpness) ** 2) / 2)
        drawn = np.where(self.closed[:, None, None], 0, np.maximum(ring, dot)).astype(np.float32)
        return np.concatenate([self.crops, drawn[..., None]], axis=3)


class QualityBatch(NamedTuple):
    """Verdicts, each of one or two eyes."""

    inputs: NDArray[np.float32]  # (n, EYES, h, w, 2)
    present: NDArray[np.float32]  # (n, EYES) 1 where there is an eye
    good: NDArray[np.float32]  # (n,)


class CorruptedLabels(NamedTuple):
    """Eyes whose label was moved on purpose, and where it belongs, crop pixels."""

    drawn: RenderedLabels
    truth: NDArray[np.float32]  # (n, 2)
    good: NDArray[np.bool_]  # (n,)


@dataclass(frozen=True, slots=True)
class CorruptionConfig:
    """How labels are spoilt, in crop pixels; what lies between `right` and `wrong` is neither and is not shown."""

    share: float = 0.5
    right: float = 1.5
    wrong: tuple[float, float] = (5.0, 20.0)
    shut: float = 0.25  # of the spoilt: an open eye called closed or the other way round
    jitter: CropJitter = field(default_factory=CropJitter)


def displaced(
    eyes: EyeDataset, which: NDArray[np.int64], cutting: CropPipeline, spoiling: CorruptionConfig, rng: Random
) -> CorruptedLabels:
    """Some labels as they are, give or take a pixel, some moved away, some that say closed of an open eye."""
    batch = cutting.batch(eyes, which, spoiling.jitter, rng)
    spoilt = rng.random(len(which)) < spoiling.share
    swapped = spoilt & (rng.random(len(which)) < spoiling.shut)
    shut = batch.visible < _VISIBLE
    angles = rng.uniform(0, 2 * np.pi, len(which))
    far = np.where(
        spoilt & ~swapped, rng.uniform(*spoiling.wrong, len(which)), rng.uniform(0, spoiling.right, len(which))
    )
    offset = np.column_stack([np.cos(angles), np.sin(angles)]) * far[:, None]
    radii = batch.radii * rng.uniform(0.88, 1.12, len(which))
    # There is no way to move the label of a closed eye: it can only be called open.
    swapped |= spoilt & shut
    drawn = RenderedLabels(
        batch.crops,
        _inside(batch.centres + offset, batch),
        radii.astype(np.float32),
        shut ^ swapped,
    )
    return CorruptedLabels(drawn, batch.centres, ~spoilt)


def as_drawn(eyes: Sequence[EyeSample], cutting: CropPipeline) -> RenderedLabels:
    """Eyes with their labels as they stand."""
    gathered_eyes = gathered(eyes)
    which = np.arange(len(eyes), dtype=np.int64)
    batch = cutting.batch(gathered_eyes, which, NO_JITTER, np.random.default_rng(0))
    return RenderedLabels(batch.crops, batch.centres, batch.radii, batch.visible < _VISIBLE)


def judged_singly(shown: CorruptedLabels) -> QualityBatch:
    """Each eye as a verdict of its own."""
    inputs = shown.drawn.inputs()
    pairs = np.zeros((len(inputs), EYES, *inputs.shape[1:]), np.float32)
    pairs[:, 0] = inputs
    present = np.zeros((len(inputs), EYES), np.float32)
    present[:, 0] = 1
    return QualityBatch(pairs, present, shown.good.astype(np.float32))


def judged_together(verdicts: Sequence[tuple[Sequence[EyeSample], bool]], cutting: CropPipeline) -> QualityBatch:
    """A person's verdicts: of each, one or two eyes with the labels that were shown, and whether they were right."""
    height, width = cutting.window.height, cutting.window.width
    pairs = np.zeros((len(verdicts), EYES, height, width, 2), np.float32)
    present = np.zeros((len(verdicts), EYES), np.float32)
    for row, (eyes, _) in enumerate(verdicts):
        pairs[row, : len(eyes)] = as_drawn(eyes, cutting).inputs()
        present[row, : len(eyes)] = 1
    return QualityBatch(pairs, present, np.array([good for _, good in verdicts], np.float32))


def _inside(points: NDArray[np.float64], batch: Batch) -> NDArray[np.float32]:
    height, width = batch.crops.shape[1:3]
    return np.clip(points, 0, [width - 1, height - 1]).astype(np.float32)
