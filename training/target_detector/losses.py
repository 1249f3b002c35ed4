"""Losses of the target networks: focal loss of centres; weighted cross-entropy, focal or Tversky loss of the mask."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.engine.files import DatasetError
from training.engine.tensorflow import tensorflow
from training.target_detector.data.dataset import LabelledPage


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


SANE = 20.0  # of a target's pixel; those of the background have 1
MOST = 50.0


class ClassBalance(NamedTuple):
    """Pixels by their label value."""

    counts: NDArray[np.int64]  # (256,)

    @property
    def background(self) -> int:
        return int(self.counts[:128].sum())

    @property
    def target(self) -> int:
        return int(self.counts[128:].sum())

    @property
    def share(self) -> float:
        """Of all pixels, that of the target's."""
        return self.target / max(self.target + self.background, 1)

    @property
    def printed(self) -> tuple[float, float]:
        """The tutorial's weights of background and target, 1 / (pixels of background) and 1: nearly every pixel is
        taken for the target, as a wrong one costs nothing."""
        return 1.0 / max(self.background, 1), 1.0

    @property
    def sane(self) -> tuple[float, float]:
        """Weights that keep the background's say: a target's pixel counts 20 times, up to 50 where it is rarer."""
        return 1.0, float(np.clip(np.sqrt(1 / max(self.share, 1e-9)), SANE / 2, MOST))


def balance(pages: Sequence[LabelledPage]) -> ClassBalance:
    """Counts the label values of all pages, one page at a time."""
    counts = np.zeros(256, np.int64)
    for page in pages:
        counts += np.bincount(page.mask().ravel(), minlength=256)
    return ClassBalance(counts)


def chosen(name: str, pages: Sequence[LabelledPage]) -> tuple[float, float]:
    """`sane`, `printed`, or two numbers with a comma between; DatasetError for anything else."""
    if name in ("sane", "printed"):
        return tuple(getattr(balance(pages), name))
    try:
        background, target = (float(part) for part in name.split(","))
    except ValueError as fault:
        raise DatasetError(f"the weights '{name}' must be sane, printed, or two numbers such as 1,20") from fault
    if not (0 < background < np.inf and 0 < target < np.inf):
        raise DatasetError(f"the weights '{name}' must both be above 0")
    return background, target
