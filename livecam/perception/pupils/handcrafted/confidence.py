"""Confidence of the ring detector: how far an iris can be trusted, and whether the eye is open."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from livecam.core.types import EyeState, IrisVisibility
from livecam.perception.pupils.handcrafted.localization import IrisCandidate
from livecam.perception.pupils.handcrafted.ring_filter import Plane

_ACROSS, _DOWN = 4, 5  # patch pixels around the centre that tell an iris from a line of lashes
_IN_LINE, _BESIDE = slice(4, 7), (slice(0, 3), slice(8, 11))  # rows of that window
_MOST_WHEN_CLOSED = 0.45  # confidence
_OPEN_ENOUGH = 0.5
# Noise has rings as strong as this (sixteen pictures of white noise, sharp and blurred), and no weights of the evidence
# tell it from dark rooms: 4 % of webcam photographs are weaker, two thirds of them right.
_NOISE_RING, _MOST_IN_NOISE = 0.145, 0.49


class RingEvidence(NamedTuple):
    """What speaks for an iris, each of size one or so."""

    ring: float  # response of the ring
    weaker_ring: float  # the smaller one of both eyes'
    blur: float  # logarithm of the spread of good places, patch pixels
    apart: float  # how differently the two eyes look, 0..4
    margin: float  # how much better the place is than its best rival, 0..0.4
    thinness: float  # how much darker the middle rows are than those above and below: lashes are a line, irises are not
    opening: float  # between the lids' landmarks, in iris radii, 0..1.2


class LashLine(NamedTuple):
    """The darkest row of an eye: the lashes of a lid that is shut, or the middle of an iris."""

    below: float  # where an iris rests, in iris radii
    contrast: float  # standard deviations by which the rows above and below it are brighter


class LogisticWeights(NamedTuple):
    """A logistic function: a weight for each part of the evidence, and a constant."""

    weights: RingEvidence
    constant: float


# Made by `livecam-train rings` on faces composed from the London and Canada portraits, the test people left out: they
# look aside, close, are made up, with glints and shadows, dark, blurred and noisy; and on places without an eye.
CONFIDENCE = LogisticWeights(RingEvidence(-4.91, 21.4, -1.07, -1.1, 6.86, -1.13, 2.87), -3.32)
OPENNESS = LogisticWeights(RingEvidence(-5.85, 28, -0.324, -1.17, 5.21, -0.909, 4.29), -6.19)


def probability(evidence: RingEvidence, model: LogisticWeights) -> float:
    score = sum(part * weight for part, weight in zip(evidence, model.weights, strict=True)) + model.constant
    return 1 / (1 + math.exp(-min(max(score, -30.0), 30.0)))


def classify(evidence: RingEvidence) -> tuple[float, EyeState]:
    """The confidence, and whether an iris can be seen; an eye that is closed claims less than a half."""
    confidence = probability(evidence, CONFIDENCE)
    if evidence.weaker_ring < _NOISE_RING:
        confidence = min(confidence, _MOST_IN_NOISE)
    if probability(evidence, OPENNESS) >= _OPEN_ENOUGH:
        return confidence, EyeState.OPEN
    return min(confidence, _MOST_WHEN_CLOSED), EyeState.CLOSED


# What a strong ring without lashes across it is worth; an eye whose lids are apart while nothing of the kind is seen is
# covered. Chosen by hand on clips and on drawn sunglasses, reflections and hands: docs/experiments.md, "Eye states".
_RING_WORTH, _NO_RING = 15.0, 0.4  # of the sum of the eye's own ring and the weaker one of both
_LASHES_WORTH, _USUAL_THINNESS = 2.0, 0.5
_COVERED, _LIDS_APART = 4.0, 0.95
# A shut lid shows a clear line well below where the iris was. Where a picture shows no line clearly, as in small faces,
# a ring that is missing says little. Chosen on clips, each left out in turn.
_LOW_WORTH, _LINE_WORTH, _NO_LINE = 1.3, 0.7, 2.8


def visibility(evidence: RingEvidence, line: LashLine, confidence: float) -> IrisVisibility:
    """How clearly the ring of an iris is seen, whatever the landmarks of the lids say, and the lashes of a shut lid."""
    ring = _RING_WORTH * (evidence.ring + evidence.weaker_ring - _NO_RING)
    openness = ring - _LASHES_WORTH * (evidence.thinness - _USUAL_THINNESS)
    covered = openness + 10 * confidence < _COVERED and evidence.opening > _LIDS_APART
    shut = _LOW_WORTH * line.below + _LINE_WORTH * line.contrast - _NO_LINE
    return IrisVisibility(openness, covered, clear=False, shut=shut)


def thinness(levels: Plane, iris: IrisCandidate) -> float:
    """Standard deviations by which the rows through an iris are darker than those above and below it."""
    x, y = round(iris.x), round(iris.y)
    window: NDArray[np.float32] = levels[y - _DOWN : y + _DOWN + 1, x - _ACROSS : x + _ACROSS + 1]
    rows = window.sum(axis=1)
    beside = sum(float(rows[part].sum()) for part in _BESIDE) / 6
    return (beside - float(rows[_IN_LINE].sum()) / 3) / (2 * _ACROSS + 1)


_LINE_REACH = 8  # rows above and below an iris in which its darkest row lies
_AWAY = 10, 16  # rows from the darkest one to skin


def lash_contrast(levels: Plane, iris: IrisCandidate) -> float:
    """Standard deviations by which the skin above and below is brighter than the darkest row near an iris."""
    x, y = round(iris.x), round(iris.y)
    rows = levels[:, x - _ACROSS : x + _ACROSS + 1].sum(axis=1)
    top = max(y - _LINE_REACH, 0)
    darkest = top + int(rows[top : y + _LINE_REACH + 1].argmin())
    near, far = _AWAY
    above, below = rows[max(darkest - far, 0) : max(darkest - near + 1, 0)], rows[darkest + near : darkest + far + 1]
    around = (float(above.sum()) + float(below.sum())) / max(len(above) + len(below), 1)
    return (around - float(rows[darkest])) / (2 * _ACROSS + 1)
