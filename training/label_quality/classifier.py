"""The label quality classifier: a network that tells good labels from bad ones, and its class activation map."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from livecam.perception.pupils.network.model_card import CropSpec
from training.data.augmentation import CropPipeline
from training.data.dataset import EyeDataset
from training.engine.tensorflow import keras, tensorflow
from training.engine.trainer import Batch, adam, train_steps
from training.label_quality.label_corruption import (
    CorruptedLabels,
    CorruptionConfig,
    QualityBatch,
    RenderedLabels,
    displaced,
    judged_singly,
)


@dataclass(frozen=True, slots=True)
class QualitySettings:
    steps: int = 1_500
    batch: int = 64
    learning_rate: float = 2e-3
    judged_share: float = 0.5  # of a batch, from what people said, as soon as they said something
    seed: int = 1


class QualityVerdicts(NamedTuple):
    """What the classifier says of drawn labels."""

    good: NDArray[np.float32]  # (n,) probability that the label is good
    maps: NDArray[np.float32]  # (n, rows, columns) evidence against it, from place to place


def network(window: CropSpec, *, width: int = 32) -> Any:
    """A crop with its label (b, h, w, 2) in; the log-odds of a good label (b, 1) and the features before the mean out.

    Mean over the whole crop and one dense layer, so that the class activation map is exact (Zhou et al. 2016,
    "Learning deep features for discriminative localization").
    """
    layers = keras().layers
    crop = keras().Input((window.height, window.width, 2), name="crop")
    x = _convolution(crop, width // 2, strides=2)  # (b, 24, 32, 16)
    x = _convolution(x, width, strides=2)  # (b, 12, 16, 32)
    x = layers.Add()([x, _convolution(x, width)])
    features = _convolution(x, 2 * width, size=1)  # (b, 12, 16, 64); each sees some 21 pixels around it
    answer = layers.Dense(1, name="good")(layers.GlobalAveragePooling2D()(features))
    return keras().Model(crop, [answer, features], name="quality")


def _convolution(x: Any, channels: int, *, size: int = 3, strides: int = 1) -> Any:
    layers = keras().layers
    x = layers.Conv2D(channels, size, strides=strides, padding="same", use_bias=False)(x)
    return layers.ReLU(6)(layers.BatchNormalization(momentum=0.95)(x))


def learn(
    model: Any, eyes: EyeDataset, said: QualityBatch | None, cutting: CropPipeline, settings: QualitySettings
) -> Iterator[tuple[int, float]]:
    """Trains on labels spoilt on purpose and on what people said, if anything; yields the step and its loss."""
    keras().utils.set_random_seed(settings.seed)
    rate = keras().optimizers.schedules.CosineDecay(settings.learning_rate, settings.steps, alpha=0.02)
    tf = tensorflow()

    def loss(inputs: Any, present: Any, good: Any) -> Any:
        odds = model(tf.reshape(inputs, (-1, *inputs.shape[2:])), training=True)[0]
        return judgement_loss(tf.reshape(odds, tf.shape(present)), present, good)

    stream = islice(_batches(eyes, said, cutting, settings), settings.steps)
    yield from enumerate(train_steps(model, adam(rate), loss, stream), start=1)


def _batches(
    eyes: EyeDataset, said: QualityBatch | None, cutting: CropPipeline, settings: QualitySettings
) -> Iterator[Batch]:
    rng, convert = np.random.default_rng(settings.seed), tensorflow().constant
    from_people = round(settings.judged_share * settings.batch) if said is not None else 0
    while True:
        which = rng.integers(len(eyes), size=settings.batch - from_people)
        batch = judged_singly(displaced(eyes, which, cutting, CorruptionConfig(), rng))
        if said is not None and from_people:
            batch = _joined(batch, _drawn_from(said, from_people, rng))
        yield tuple(map(convert, batch))


def judgement_loss(odds: Any, present: Any, good: Any) -> Any:
    """Cross-entropy of verdicts (n,) on the eyes (n, 2): good when every eye is, bad when any is, whichever that be.

    The second is the noisy-or of multiple instance learning (Maron, Lozano-Pérez 1998).
    """
    tf = tensorflow()
    all_good = tf.reduce_sum(tf.math.log_sigmoid(odds) * present, axis=1)
    any_bad = tf.math.log(-tf.math.expm1(tf.minimum(all_good, -1e-6)))
    return -tf.reduce_mean(good * all_good + (1 - good) * any_bad)


def judge(model: Any, drawn: RenderedLabels) -> QualityVerdicts:
    """The probability that each label is good, and the class activation map of its being bad."""
    odds: NDArray[np.float32]
    features: NDArray[np.float32]
    odds, features = model.predict(drawn.inputs(), batch_size=128, verbose=0)
    weights, bias = model.get_layer("good").get_weights()
    maps: NDArray[np.float32] = -(features @ weights[:, 0]) - bias[0]
    return QualityVerdicts((1 / (1 + np.exp(-odds[:, 0]))).astype(np.float32), maps)


def judge_pairs(model: Any, judged: QualityBatch) -> NDArray[np.float32]:
    """The probability, for each verdict (n,), that all its eyes are labelled well."""
    flat = judged.inputs.reshape(-1, *judged.inputs.shape[2:])
    odds: NDArray[np.float32] = model.predict(flat, batch_size=128, verbose=0)[0].reshape(judged.present.shape)
    good: NDArray[np.float32] = (1 / (1 + np.exp(-odds)) ** judged.present).prod(axis=1)
    return good


@dataclass(frozen=True, slots=True)
class LocalisationScore:
    """How well the maps of spoilt labels point at the fault; pixels of the crop.

    Chance is the peak of another spoilt label's map, which knows where faults usually are.
    """

    count: int
    distance: float  # from the peak to the wrong point or the true pupil, whichever is nearer; median
    chance: float  # the same of other labels' peaks
    nearer: float  # share of labels whose own peak is nearer than another's


def pointing(
    verdicts: QualityVerdicts, shown: CorruptedLabels, cutting: CropPipeline, *, seed: int = 0
) -> LocalisationScore:
    """Of the labels that were moved; those called closed have no wrong point."""
    moved = np.flatnonzero(~shown.good & ~shown.drawn.closed)
    peaks = _peaks(verdicts.maps[moved], cutting.window)
    faults = np.stack([shown.drawn.centres[moved], shown.truth[moved]], axis=1)
    others = peaks[_derangement(len(moved), np.random.default_rng(seed))]
    own, strange = _nearest(peaks, faults), _nearest(others, faults)
    return LocalisationScore(
        len(moved), float(np.median(own)), float(np.median(strange)), float((own < strange).mean())
    )


def _peaks(maps: NDArray[np.float32], window: CropSpec) -> NDArray[np.float32]:
    rows, columns = maps.shape[1:]
    row, column = np.unravel_index(maps.reshape(len(maps), -1).argmax(axis=1), (rows, columns))
    step = np.array([window.width / columns, window.height / rows])
    peaks: NDArray[np.float32] = ((np.column_stack([column, row]) + 0.5) * step - 0.5).astype(np.float32)
    return peaks


def _nearest(peaks: NDArray[np.float32], faults: NDArray[np.float32]) -> NDArray[np.float32]:
    away: NDArray[np.float32] = np.linalg.norm(faults - peaks[:, None], axis=2).min(axis=1)
    return away


def _derangement(count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Everybody gets somebody else's."""
    order = rng.permutation(count)
    other = np.empty(count, np.int64)
    other[order] = np.roll(order, 1)
    return other


def _joined(first: QualityBatch, second: QualityBatch) -> QualityBatch:
    return QualityBatch(*(np.concatenate(parts) for parts in zip(first, second, strict=True)))


def _drawn_from(said: QualityBatch, count: int, rng: np.random.Generator) -> QualityBatch:
    """Good and bad ones in equal parts, where there are both."""
    wanted = np.where(said.good > 0.5, 1 / max(said.good.sum(), 1), 1 / max((1 - said.good).sum(), 1))
    which = rng.choice(len(said.good), count, p=wanted / wanted.sum())
    return QualityBatch(said.inputs[which], said.present[which], said.good[which])
