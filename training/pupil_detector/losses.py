"""The loss of the heat map network: cross-entropy, L1 of the centre, log-sigma, radius and openness."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from livecam.perception.pupils.network.model_card import CropSpec, Decoding
from training.data.augmentation import Batch
from training.engine.tensorflow import tensorflow

CELL_SIGMA = 0.8  # of the target's blob, in cells


@dataclass(frozen=True, slots=True)
class LossWeights:
    heat: float = 1.0
    distance: float = 0.35  # a crop pixel
    sigma: float = 0.25
    radius: float = 0.3
    openness: float = 0.6
    unseen: float = 0.05  # what the place of an iris counts that no one can see


def loss(
    batch: tuple[Any, ...], logits: Any, numbers: Any, *, window: CropSpec, decoding: Decoding, weights: LossWeights
) -> Any:
    """The mean loss of a batch of (centres, radii, visible, weights) as tensors."""
    tf = tensorflow()
    centres, radii, visible, trust = batch
    seen = trust * (weights.unseen + (1 - weights.unseen) * tf.clip_by_value((visible - 0.05) / 0.2, 0, 1))
    step = tf.constant([window.width / decoding.columns, window.height / decoding.rows], tf.float32)
    cells = (centres + 0.5) / step - 0.5
    target = blobs(cells, decoding)
    flat = tf.reshape(logits, (-1, decoding.rows * decoding.columns))
    heat = tf.nn.softmax_cross_entropy_with_logits(target, flat)
    away = (expectation(flat, decoding) - cells) * step
    distance = tf.sqrt(tf.reduce_sum(away**2, axis=1) + 1e-3)
    log_sigma = tf.clip_by_value(numbers[:, 2], -3.0, 4.0)
    # The density of a distance whose scale is sigma in two dimensions.
    likelihood = tf.stop_gradient(distance) * tf.exp(-log_sigma) + 2 * log_sigma
    wrong_radius = tf.abs(numbers[:, 0] * decoding.radius_step - tf.math.log(radii / decoding.radius_unit))
    opened = tf.clip_by_value((visible - 0.06) / 0.12, 0, 1)
    openness = tf.nn.sigmoid_cross_entropy_with_logits(opened, numbers[:, 1])
    placed = (
        weights.heat * heat + weights.distance * distance + weights.sigma * likelihood + weights.radius * wrong_radius
    )
    return tf.reduce_mean(seen * placed + trust * weights.openness * openness)


def blobs(cells: Any, decoding: Decoding) -> Any:
    """Normalised Gaussians around points in cells, (n, rows * columns)."""
    tf = tensorflow()
    x = tf.exp(-0.5 * ((tf.range(decoding.columns, dtype=tf.float32) - cells[:, :1]) / CELL_SIGMA) ** 2)
    y = tf.exp(-0.5 * ((tf.range(decoding.rows, dtype=tf.float32) - cells[:, 1:]) / CELL_SIGMA) ** 2)
    both = tf.reshape(y[:, :, None] * x[:, None, :], (-1, decoding.rows * decoding.columns)) + 1e-9
    return both / tf.reduce_sum(both, axis=1, keepdims=True)


def expectation(flat: Any, decoding: Decoding) -> Any:
    """The soft-argmax of logits (n, rows * columns), in cells, (n, 2)."""
    tf = tensorflow()
    row, column = np.mgrid[: decoding.rows, : decoding.columns].reshape(2, -1).astype(np.float32)
    return tf.nn.softmax(flat) @ tf.constant(np.column_stack([column, row]))


def tensors(batch: Batch) -> tuple[Any, ...]:
    """A batch's labels as the loss takes them."""
    convert = tensorflow().convert_to_tensor
    return tuple(convert(labels) for labels in (batch.centres, batch.radii, batch.visible, batch.weights))
