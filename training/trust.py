"""Fits what the handcrafted finder may claim: the constants of livecam.pupils.trust from labelled eyes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from livecam.core.crop import EyeCrop, EyePair
from livecam.core.scene import Point
from livecam.pupils.handcrafted import Reading, read
from livecam.pupils.trust import Signs, Weights, probability
from training.calibration import calibration_error, fit_logistic

_NEAR = 0.05  # of the distance between the pupils
_PENALTY = 1e-4


class Labelled(NamedTuple):
    """A pair of eyes cut for the handcrafted finder, and the truth about it; `open` is whether irises can be seen."""

    eyes: EyePair
    left: Point
    right: Point
    open: bool


class Observation(NamedTuple):
    """What the finder saw of one eye, whether it was right about the place, and whether the eye was open."""

    signs: Signs
    hit: bool
    open: bool


class Trust(NamedTuple):
    """The two constants of livecam.pupils.trust."""

    confidence: Weights
    openness: Weights


def fit_trust(examples: Iterable[Labelled]) -> Trust:
    """The weights for the confidence (a closed eye is a miss) and for the openness."""
    return fit_observations(observe(examples))


def observe(examples: Iterable[Labelled]) -> list[Observation]:
    return [seen for example in examples for seen in _both(example)]


def fit_observations(seen: list[Observation]) -> Trust:
    signs = np.array([one.signs for one in seen])
    return Trust(_weights(signs, [one.hit for one in seen]), _weights(signs, [one.open for one in seen]))


def trust_error(seen: list[Observation], confidence: Weights) -> float:
    """The expected calibration error of the confidences on eyes that were not fitted."""
    return calibration_error([probability(one.signs, confidence) for one in seen], [one.hit for one in seen])


def _both(example: Labelled) -> tuple[Observation, Observation]:
    distance = float(np.hypot(example.left.x - example.right.x, example.left.y - example.right.y))
    left, right = read(example.eyes)
    return (
        _observed(left, example.eyes.left, example.left, distance, example.open),
        _observed(right, example.eyes.right, example.right, distance, example.open),
    )


def _observed(reading: Reading, eye: EyeCrop, truth: Point, distance: float, is_open: bool) -> Observation:
    x, y = eye.to_frame((reading.spot.x, reading.spot.y))
    near = float(np.hypot(x - truth.x, y - truth.y)) <= _NEAR * distance
    return Observation(reading.signs, is_open and near, is_open)


def _weights(signs: NDArray[np.float64], hits: list[bool]) -> Weights:
    *slopes, constant = fit_logistic(signs, hits, penalty=_PENALTY).tolist()
    return Weights(Signs(*slopes), constant)
