"""Annotator agreement: between people, and of a person with themselves on repeats (distances, Cohen's kappa)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from livecam.core.types import Side
from livecam.store.labels import judgement_of, pupil_distance
from livecam.store.resolution import resolve_labels
from livecam.store.samples import EyeLabel, LabelEvent, Sample


@dataclass(frozen=True, slots=True)
class Annotation:
    """One person's say on one sample."""

    right: bool | None  # whether the prediction was right; None when it was not asked that way
    labels: Mapping[Side, EyeLabel]
    unit: float  # the pupil distance, pixels


@dataclass(frozen=True, slots=True)
class Distance:
    """Between two points given for one eye."""

    pixels: float
    share: float  # of the pupil distance
    placed: bool  # both were placed by hand; the others are predictions that were accepted


def annotation_of(
    sample: Sample, events: Iterable[LabelEvent], annotator: str, *, repeat: bool = False
) -> Annotation | None:
    """None when that person has decided nothing of it."""
    theirs = [event for event in events if event.annotator == annotator and event.is_repeat is repeat]
    resolved = resolve_labels(theirs, annotator=annotator, repeats=repeat)
    if resolved.annotator is None:
        return None
    labels = {label.side: label for label in resolved.labels}
    return Annotation(judgement_of(theirs), labels, normalising_distance(labels, sample))


def normalising_distance(labels: Mapping[Side, EyeLabel], sample: Sample) -> float:
    """The distance between the labelled pupils, pixels; that of the eyes where one of them is not to be seen."""
    centres = [label.centre for label in labels.values() if label.centre]
    return math.dist(*centres) if len(centres) == 2 else pupil_distance(sample)


def judgements(pairs: Iterable[tuple[Annotation, Annotation]]) -> Sequence[tuple[bool, bool]]:
    """Of the samples that both judged."""
    return [(a.right, b.right) for a, b in pairs if a.right is not None and b.right is not None]


def states(pairs: Iterable[tuple[Annotation, Annotation]]) -> Sequence[tuple[str, str]]:
    """Open or closed, of the eyes that both labelled."""
    return [
        (a.labels[side].state, b.labels[side].state) for a, b in pairs for side in a.labels.keys() & b.labels.keys()
    ]


def distances(pairs: Iterable[tuple[Annotation, Annotation]]) -> Sequence[Distance]:
    """Of the eyes that both gave a point for; the unit is the first one's."""
    return [
        Distance(pixels := math.dist(one.centre, other.centre), pixels / a.unit, one.moved and other.moved)
        for a, b in pairs
        for side in sorted(a.labels.keys() & b.labels.keys())
        if (one := a.labels[side]).centre and (other := b.labels[side]).centre
    ]


def kappa(pairs: Sequence[tuple[object, object]]) -> float | None:
    """Agreement beyond chance of two raters, 1 is all of it (Cohen, 1960).

    None where chance alone would agree always: with no pairs, or when both only ever said the same one thing.
    """
    count = len(pairs)
    kinds = {kind for pair in pairs for kind in pair}
    if len(kinds) < 2:
        return None
    agreed = sum(one == other for one, other in pairs) / count
    chance = sum(
        sum(one == kind for one, _ in pairs) * sum(other == kind for _, other in pairs) / count**2 for kind in kinds
    )
    return (agreed - chance) / (1 - chance)
