"""Offset of a person's labels from the iris circle: estimated from labels less answers, and taken off labels."""

from __future__ import annotations

import cmath
import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from livecam.core.errors import AssetError
from livecam.core.interfaces import PupilDetector
from livecam.core.types import Face, Frame, Point, Side
from livecam.perception.pupils.model_library import SHIPPED_NAME, model_changes, model_path
from livecam.perception.pupils.network.model_card import Convention, read_card
from livecam.store.samples import EyeLabel, Sample, StoredSample
from training.data.store_samples import face_of
from training.retraining.comparison import PictureOf

# Labels farther from the answers than this, pupil distances, are no habit of where to click. People and tools are
# known to differ by .01 to .02: docs/decisions/limbus-circle.md
_FARTHEST = 0.1
# How far answers for a clearly open eye lie off by themselves, pupil distances on each axis, whatever few labels say:
# the spread on webcams, docs/experiments.md
_LEAST_SPREAD = 0.006
# Three quarters of the eyes, two at least, must be nearer to a new offset: the median of labels that contradict each
# other is no habit, and the one open eye of a turned face tells of the model.
_FEWEST, _AGREE = 2, 0.75
# Log-odds from which an eye is open beyond doubt: what is collected is what answers are wrong about, half-closed eyes
# above all, and that is no habit of those who label.
CLEARLY_OPEN = 4.0


class LabelOffset(NamedTuple):
    """From the middle of the iris circle to where a person puts a pupil; pupil distances along the face."""

    right: float = 0.0  # to the image's right on a level face
    down: float = 0.0
    eyes: int = 0  # labelled eyes that it was estimated from

    @classmethod
    def of_card(cls, convention: Convention) -> LabelOffset:
        return cls(convention.person_right, convention.person_down, convention.person_eyes)

    def on_card(self, convention: Convention) -> Convention:
        return convention.model_copy(
            update={
                "person_right": round(self.right, 5),
                "person_down": round(self.down, 5),
                "person_eyes": self.eyes,
            }
        )

    def from_circle(self, point: Point, face: Face) -> Point:
        """Where the person would put an iris whose circle has its middle here."""
        step = complex(self.right, self.down) * face.pupil_distance * cmath.exp(1j * face.roll)
        return Point(point.x + step.real, point.y + step.imag)

    def to_circle(self, point: Point, face: Face) -> Point:
        return LabelOffset(-self.right, -self.down).from_circle(point, face)


class OffsetEstimate(NamedTuple):
    """An offset, and whether answers that follow it are nearer to labels than with the one that was known before."""

    offset: LabelOffset
    improves: bool = False


def estimated_offset(
    detector: PupilDetector, samples: Iterable[StoredSample], picture_of: PictureOf, known: LabelOffset
) -> OffsetEstimate:
    """The median, each axis by itself, of labels less the answers of a `detector` that tells the iris circle.

    Only pupils that a person placed count: one that was accepted as it was shown says nothing of a habit; and of these
    those of clearly open eyes, where there are any. Without any, or where they are too far off to be a habit, what was
    `known` before stays.
    """
    found = [step for stored in samples for step in _steps(detector, stored, picture_of)]
    if not found:
        return OffsetEstimate(known)
    steps = np.array([complex(step.right, step.down) for step in _clear_ones(found)])
    middle = complex(np.median(steps.real), np.median(steps.imag))
    if abs(middle) > _FARTHEST:
        return OffsetEstimate(known)
    improves = offset_improves(steps, middle, complex(known.right, known.down))
    return OffsetEstimate(LabelOffset(middle.real, middle.imag, len(found)), improves)


def offset_improves(steps: NDArray[np.complex128], middle: complex, known: complex) -> bool:
    """Whether it is expected to: a median of two axes is off by twice its squared error, and what it is away from the
    `known` one has grown by as much; and whether labels agree about it."""
    away = np.abs(steps - middle)
    spread = max(float(np.sqrt(np.mean(away**2) / 2)), _LEAST_SPREAD)
    error = math.sqrt(math.pi / 2 / len(steps)) * spread
    nearer = away < np.abs(steps - known)
    return len(steps) >= _FEWEST and abs(middle - known) > 2 * error and float(nearer.mean()) >= _AGREE


class _Step(NamedTuple):
    right: float
    down: float
    openness: float


def _clear_ones(found: Sequence[_Step]) -> Sequence[_Step]:
    return [step for step in found if step.openness >= CLEARLY_OPEN] or found


def _steps(detector: PupilDetector, stored: StoredSample, picture_of: PictureOf) -> Iterator[_Step]:
    labels = [label for label in stored.resolved.labels if label.moved and _is_placed(label)]
    if not labels:
        return
    face = face_of(stored.sample)
    pair = detector.detect(detector.cropper(Frame(picture_of(stored.sample.id), 0, 0.0), face))
    found = {Side.LEFT: pair.left, Side.RIGHT: pair.right}
    for label in labels:
        pupil = found[label.side]
        if pupil is None or not pupil.state.shows_iris or label.centre is None:
            continue
        away = complex(label.centre.x - pupil.centre.x, label.centre.y - pupil.centre.y)
        step = away * cmath.exp(-1j * face.roll) / max(face.pupil_distance, 1.0)
        yield _Step(step.real, step.imag, pupil.evidence.openness if pupil.evidence is not None else CLEARLY_OPEN)


def _is_placed(label: EyeLabel) -> bool:
    return label.centre is not None and label.state.shows_iris and all(map(math.isfinite, label.centre))


class ShownOffsets:
    """The offset that answers followed when a sample was kept: of the model that was in use then."""

    def __init__(self, store: Path) -> None:
        """Of the store in this folder; a model that is gone followed none."""
        changes = model_changes(store)
        self._since = [datetime.fromisoformat(change.when) for change in changes]
        self._offsets = [
            _offset_of(model_path(store, name)) for name in (SHIPPED_NAME, *(each.model for each in changes))
        ]

    def __call__(self, sample: Sample) -> LabelOffset:
        return self._offsets[bisect_right(self._since, sample.captured)]


def _offset_of(model: Path) -> LabelOffset:
    try:
        return LabelOffset.of_card(read_card(model)[0].convention)
    except AssetError:
        return LabelOffset()


def without_offset(
    samples: Iterable[StoredSample], offset: LabelOffset, shown: Callable[[Sample], LabelOffset]
) -> Sequence[StoredSample]:
    """The samples with the labels at the iris circle: less the offset where a person placed the pupil, less that of
    the answer that was `shown` where it was accepted."""
    return [_without(stored, offset, shown(stored.sample)) for stored in samples]


def _without(stored: StoredSample, offset: LabelOffset, shown: LabelOffset) -> StoredSample:
    face = face_of(stored.sample)
    labels = tuple(
        label
        if label.centre is None
        else replace(label, centre=(offset if label.moved else shown).to_circle(label.centre, face))
        for label in stored.resolved.labels
    )
    return replace(stored, resolved=replace(stored.resolved, labels=labels))
