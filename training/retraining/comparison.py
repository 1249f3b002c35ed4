"""Paired comparison of two pupil models on the same samples, with a bootstrap bound on the change of the error."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from livecam.core.interfaces import PupilDetector
from livecam.core.types import EyeState, Face, Frame, Image, Pupil, Side
from livecam.store.samples import EyeLabel, StoredSample
from training.data.store_samples import face_of

# Why a new model must be better for sure: docs/decisions/judged-by-random-samples.md
MISS = 0.25  # of the pupil distance: what a pupil costs that was not found, or farther away than this
DRAWS = 10_000
CONFIDENCE = 0.95

PictureOf = Callable[[str], Image]


class Comparison(NamedTuple):
    """Mean errors in pupil distances over the same samples; the bound is that of the difference, new less old."""

    samples: int
    old: float
    new: float
    bound: float  # with 95 % the difference is below this

    @property
    def better(self) -> bool:
        return self.bound < 0


def errors(detector: PupilDetector, samples: Iterable[StoredSample], picture_of: PictureOf) -> NDArray[np.float64]:
    """The worse eye's error in each sample, (n,), 0..MISS; a closed eye called open is a miss, and the other way."""
    return np.array([max(_of_eyes(detector, stored, picture_of(stored.sample.id))) for stored in samples], np.float64)


def _of_eyes(detector: PupilDetector, stored: StoredSample, picture: Image) -> Iterator[float]:
    frame, face = Frame(picture, 0, 0.0), face_of(stored.sample)
    left, right = detector.detect(detector.cropper(frame, face))
    found = {Side.LEFT: left, Side.RIGHT: right}
    yield from (_error(found[label.side], label, face) for label in stored.resolved.labels if not label.occluded)


def _error(pupil: Pupil | None, label: EyeLabel, face: Face) -> float:
    if pupil is None or pupil.state is not label.state:
        return MISS
    if label.state is EyeState.CLOSED or label.centre is None:
        return 0.0
    away = np.hypot(pupil.centre.x - label.centre.x, pupil.centre.y - label.centre.y) / face.pupil_distance
    return min(float(away), MISS)


def compared(old: ArrayLike, new: ArrayLike, *, seed: int = 0) -> Comparison:
    """Errors of two models on the same samples, (n,) each, by a paired bootstrap (Efron, Tibshirani 1993).

    Without samples nothing is better than anything.
    """
    before, after = np.asarray(old, np.float64), np.asarray(new, np.float64)
    if before.shape != after.shape:
        raise ValueError(f"{before.shape} old and {after.shape} new errors")
    if not len(before):
        return Comparison(0, float("nan"), float("nan"), float("inf"))
    drawn = np.random.default_rng(seed).integers(len(before), size=(DRAWS, len(before)))
    bound = np.quantile((after - before)[drawn].mean(axis=1), CONFIDENCE)
    return Comparison(len(before), float(before.mean()), float(after.mean()), float(bound))
