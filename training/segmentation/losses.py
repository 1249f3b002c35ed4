"""Losses for a target that is one pixel in two thousand."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from training.tensors import tensorflow


class LossName(StrEnum):
    """How a mask is compared with the truth."""

    WEIGHTED = "weighted"
    FOCAL = "focal"
    TVERSKY = "tversky"


def centre_focal(wanted: Any, logits: Any) -> Any:
    """CenterNet's focal loss (Zhou, Wang, Krähenbühl 2019) of a map that is 1 at centres and falls off around them.

    `wanted` and `logits` have the same shape; the sum is divided by the number of centres.
    """
    tf = tensorflow()
    peak = tf.cast(wanted > 0.999, tf.float32)
    right = tf.sigmoid(logits)
    found = peak * (1 - right) ** 2 * tf.nn.softplus(-logits)
    empty = (1 - peak) * (1 - wanted) ** 4 * right**2 * tf.nn.softplus(logits)
    return tf.reduce_sum(found + empty) / tf.maximum(tf.reduce_sum(peak), 1.0)


def mask_loss(wanted: Any, logits: Any, name: LossName, *, weights: tuple[float, float] = (1.0, 10.0)) -> Any:
    """Of a mask 0..1; `weights` are those of a pixel of background and of target in the weighted cross-entropy."""
    return {LossName.WEIGHTED: _weighted, LossName.FOCAL: _focal, LossName.TVERSKY: _tversky}[name](
        wanted, logits, weights
    )


def _weighted(wanted: Any, logits: Any, weights: tuple[float, float]) -> Any:
    tf = tensorflow()
    crossed = weights[1] * wanted * tf.nn.softplus(-logits) + weights[0] * (1 - wanted) * tf.nn.softplus(logits)
    return tf.reduce_mean(crossed)


def _focal(wanted: Any, logits: Any, weights: tuple[float, float]) -> Any:
    """Lin et al. 2017 with gamma 2; alpha from the weights."""
    tf = tensorflow()
    right = tf.sigmoid(logits)
    found = weights[1] * wanted * (1 - right) ** 2 * tf.nn.softplus(-logits)
    empty = weights[0] * (1 - wanted) * right**2 * tf.nn.softplus(logits)
    return tf.reduce_mean(found + empty)


def _tversky(wanted: Any, logits: Any, _weights: tuple[float, float]) -> Any:
    """Salehi et al. 2017: a missed pixel costs 0.7, a wrong one 0.3; over the whole batch, as most crops are empty."""
    tf = tensorflow()
    said = tf.sigmoid(logits)
    both = tf.reduce_sum(said * wanted)
    missed = tf.reduce_sum((1 - said) * wanted)
    wrong = tf.reduce_sum(said * (1 - wanted))
    return 1 - (both + 1) / (both + 0.7 * missed + 0.3 * wrong + 1)
