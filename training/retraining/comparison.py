"""Paired comparison of two pupil models on the same samples, with a bootstrap bound on the change of the error."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from livecam.core.interfaces import PupilDetector
from livecam.core.types import Face, Frame, Image, Pupil, Side
from livecam.store.judging import block_of
from livecam.store.samples import EyeLabel, Sample, StoredSample
from training.data.store_samples import face_of

# Why a new model must be better for sure: docs/decisions/judged-by-random-samples.md
MISS = 0.25  # of the pupil distance: what a pupil costs that is farther away than this
DRAWS = 10_000
CONFIDENCE = 0.95

FEWEST_BLOCKS = 5  # with fewer the spread between them says nothing
# A change that is sure on hundreds of eyes may still be of no account: this much of what it was, in pupil distances
# and in states, is.
_LEAST_POSITION, _LEAST_STATE = 0.0005, 0.01
_BLOCK_SECONDS = 10.0  # frames of a recording that are nearer are hardly two observations
_MANY_RECORDINGS = 10

PictureOf = Callable[[str], Image]


class Comparison(NamedTuple):
    """Mean errors of two models over the same samples; the bounds are those of the difference, new less old."""

    samples: int
    old: float
    new: float
    bound: float  # with 95 % the difference is below this
    floor: float = float("-inf")  # with 95 % it is above this

    @property
    def better(self) -> bool:
        return self.bound < 0

    @property
    def worse(self) -> bool:
        return self.floor > 0


class GuardVerdict(NamedTuple):
    """Errors on eyes of other people: drawn ones, a portrait that looks ahead, elsewhere, and blinks."""

    position: Comparison  # pupil distances
    state: Comparison  # share of eyes
    most: float  # share by which the error of position may grow

    @property
    def worse(self) -> bool:
        """For sure, and by more than is of no account."""
        allowed = max(self.most * self.position.old, _LEAST_POSITION)
        return self.position.floor > allowed or self.state.floor > max(self.most * self.state.old, _LEAST_STATE)


class SampleErrors(NamedTuple):
    """What a model does wrong in each of n samples."""

    position: NDArray[np.float64]  # (n,) of the worse eye, pupil distances, 0..MISS; NaN where no open eye was found
    state: NDArray[np.float64]  # (n,) 1 where an open eye was called closed, a closed one open, or one was not found


class ModelVerdict(NamedTuple):
    """Position and state, judged apart: one state that flips would outweigh the places of fifty samples."""

    position: Comparison  # pupil distances
    state: Comparison  # share of samples

    @property
    def better(self) -> bool:
        """In one for sure, and in the other not worse for sure."""
        return (self.position.better and not self.state.worse) or (self.state.better and not self.position.worse)


def is_better(verdict: ModelVerdict, convention: Comparison) -> bool:
    """Whether a model earned its place: at the iris circle, or by answers that follow the offset on its card, and in
    the other it is not worse for sure."""
    harmless = not verdict.position.worse and not verdict.state.worse
    return (verdict.better and not convention.worse) or (convention.better and harmless)


def errors(detector: PupilDetector, samples: Iterable[StoredSample], picture_of: PictureOf) -> SampleErrors:
    """What `detector` does wrong in each sample."""
    found = [list(_of_eyes(detector, stored, picture_of(stored.sample.id))) for stored in samples]
    return SampleErrors(
        np.array([np.fmax.reduce([eye.position for eye in eyes]) for eyes in found], np.float64),
        np.array([max(eye.state for eye in eyes) for eyes in found], np.float64),
    )


class _EyeError(NamedTuple):
    position: float
    state: float


def _of_eyes(detector: PupilDetector, stored: StoredSample, picture: Image) -> Iterator[_EyeError]:
    frame, face = Frame(picture, 0, 0.0), face_of(stored.sample)
    left, right = detector.detect(detector.cropper(frame, face))
    found = {Side.LEFT: left, Side.RIGHT: right}
    yield from (_error(found[label.side], label, face) for label in stored.resolved.labels if not label.occluded)


def _error(pupil: Pupil | None, label: EyeLabel, face: Face) -> _EyeError:
    if pupil is None or pupil.state.shows_iris is not label.state.shows_iris:
        return _EyeError(float("nan"), 1.0)
    if not label.state.shows_iris or label.centre is None:
        return _EyeError(float("nan"), 0.0)
    away = np.hypot(pupil.centre.x - label.centre.x, pupil.centre.y - label.centre.y) / face.pupil_distance
    return _EyeError(min(float(away), MISS), 0.0)


def blocks(samples: Sequence[StoredSample]) -> list[Hashable]:
    """What is drawn as a whole, of each sample: its recording where there are many, else ten seconds of it."""
    if len({stored.sample.session for stored in samples}) >= _MANY_RECORDINGS:
        return [stored.sample.session for stored in samples]
    return [_block(stored.sample) for stored in samples]


def _block(sample: Sample) -> Hashable:
    recording, number = block_of(sample)
    return (recording, number) if number < 0 else (recording, int(sample.seconds // _BLOCK_SECONDS))


def judged(old: SampleErrors, new: SampleErrors, of: Sequence[Hashable]) -> ModelVerdict:
    """Two models on the same samples, `of` these blocks."""
    both = np.isfinite(old.position) & np.isfinite(new.position)
    placed = [block for block, is_placed in zip(of, both, strict=True) if is_placed]
    return ModelVerdict(compared(old.position[both], new.position[both], placed), compared(old.state, new.state, of))


def compared(old: ArrayLike, new: ArrayLike, of: Sequence[Hashable] | None = None, *, seed: int = 0) -> Comparison:
    """Errors of two models on the same samples, (n,) each, by a paired bootstrap of blocks (Efron, Tibshirani 1993).

    Samples of one block are drawn together; without `of` each is a block. Without samples, or with fewer than
    `FEWEST_BLOCKS` blocks, nothing is better than anything.
    """
    before, after = np.asarray(old, np.float64), np.asarray(new, np.float64)
    if before.shape != after.shape:
        raise ValueError(f"{before.shape} old and {after.shape} new errors")
    if not len(before):
        return Comparison(0, float("nan"), float("nan"), float("inf"))
    number = {block: index for index, block in enumerate(dict.fromkeys(of if of is not None else range(len(before))))}
    member = np.array([number[block] for block in (of if of is not None else range(len(before)))])
    if len(number) < FEWEST_BLOCKS:
        return Comparison(len(before), float(before.mean()), float(after.mean()), float("inf"))
    sums, counts = np.bincount(member, after - before), np.bincount(member)
    drawn = np.random.default_rng(seed).integers(len(number), size=(DRAWS, len(number)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    floor, bound = np.quantile(means, [1 - CONFIDENCE, CONFIDENCE])
    return Comparison(len(before), float(before.mean()), float(after.mean()), float(bound), float(floor))
