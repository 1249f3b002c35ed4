"""Confidence calibration of the handcrafted ring detector, on faces made from portraits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.crop import EyeCrop, EyePair
from livecam.core.types import Face, Frame, Point, Side
from livecam.perception.pupils.handcrafted.confidence import LogisticWeights, RingEvidence, probability
from livecam.perception.pupils.handcrafted.detector import IrisEvidence, RingPupilDetector, find_irises
from training.data.dataset import Random
from training.data.portraits import LabelledPortrait, read_labels
from training.engine.calibration import as_rarely_missed, calibration_error, fit_logistic
from training.synthesis.compose_faces import compose_face
from training.synthesis.eye_parameters import CLOSED_BELOW

_NEAR = 0.05  # of the distance between the pupils
_PENALTY = 1e-4
# What composed faces have too much or too little of: open eyes that are missed, as a share of open ones, and shut eyes,
# each of which counts so many times. Chosen on webcam photographs.
_MISSED, _SHUT = 0.02, 4


class LabelledEyes(NamedTuple):
    """A pair of eyes cut for the handcrafted detector, and the truth about it; `open` is whether irises can be seen."""

    eyes: EyePair
    left: Point
    right: Point
    open: bool


class CalibrationCase(NamedTuple):
    """What the detector saw of one eye, whether it was right about the place, and whether the eye was open."""

    evidence: RingEvidence
    hit: bool
    open: bool
    eye: bool = True  # whether there is an eye at all

    @property
    def shut(self) -> bool:
        return self.eye and not self.open


class RingConfidence(NamedTuple):
    """The two constants of livecam.perception.pupils.handcrafted.confidence."""

    confidence: LogisticWeights
    openness: LogisticWeights

    def as_source(self) -> str:
        """Their lines in that module."""
        return "\n".join(f"{name.upper()} = {_as_source(fitted)}" for name, fitted in self._asdict().items())


def _as_source(fitted: LogisticWeights) -> str:
    weights = ", ".join(f"{weight:.3g}" for weight in fitted.weights)
    return f"LogisticWeights(RingEvidence({weights}), {fitted.constant:.3g})"


def fit_ring_confidence(examples: Iterable[LabelledEyes]) -> RingConfidence:
    """The weights for the confidence (a closed eye is a miss) and for the openness."""
    return fit_observations(observe(examples))


def observe(examples: Iterable[LabelledEyes]) -> list[CalibrationCase]:
    return [seen for example in examples for seen in _both(example)]


def fit_observations(seen: list[CalibrationCase]) -> RingConfidence:
    evidence, hits, opened, _ = (np.array(each) for each in zip(*seen, strict=True))
    weighed = np.repeat(np.arange(len(seen)), [_SHUT if one.shut else 1 for one in seen])
    places = weighed[as_rarely_missed(hits[weighed], (opened & ~hits)[weighed], _MISSED)]
    return RingConfidence(_weights(evidence[places], hits[places]), _weights(evidence[weighed], opened[weighed]))


def confidence_error(seen: list[CalibrationCase], confidence: LogisticWeights) -> float:
    """The expected calibration error of the confidences on eyes that were not fitted."""
    return calibration_error([probability(one.evidence, confidence) for one in seen], [one.hit for one in seen])


def _both(example: LabelledEyes) -> tuple[CalibrationCase, CalibrationCase]:
    distance = float(np.hypot(example.left.x - example.right.x, example.left.y - example.right.y))
    left, right = find_irises(example.eyes)
    return (
        _observed(left, example.eyes.left, example.left, distance, example),
        _observed(right, example.eyes.right, example.right, distance, example),
    )


def _observed(
    found: IrisEvidence, eye: EyeCrop, truth: Point, distance: float, example: LabelledEyes
) -> CalibrationCase:
    x, y = eye.to_frame((found.iris.x, found.iris.y))
    near = float(np.hypot(x - truth.x, y - truth.y)) <= _NEAR * distance
    return CalibrationCase(found.evidence, example.open and near, example.open, example.left != _NOWHERE)


def _weights(evidence: NDArray[np.float64], hits: NDArray[np.bool_]) -> LogisticWeights:
    *slopes, constant = fit_logistic(evidence, hits, penalty=_PENALTY).tolist()
    return LogisticWeights(RingEvidence(*slopes), constant)


_NOWHERE_SHARE = 0.1  # of the faces are also shown where there are no eyes, and as often over noise
_SMALLEST_PX = 30.0  # between the pupils: a person at three metres
_NOWHERE = Point(-1e6, -1e6)


def fit_folder(folder: Path, count: int = 24) -> RingConfidence:
    """The constants of livecam/perception/pupils/handcrafted/confidence.py from the portraits of a folder and its
    labels.csv, the test people left out; DatasetError when labels or pictures are missing. The same folder always gives
    the same constants."""
    portraits = enumerate(read_labels(folder, folder / "labels.csv"))
    return fit_ring_confidence(
        shown for seed, portrait in portraits for shown in calibration_faces(portrait, count, seed)
    )


def calibration_faces(portrait: LabelledPortrait, count: int, seed: int) -> Iterator[LabelledEyes]:
    """So many faces composed from one portrait, as landmarks of every face detector cut their eyes.

    Some are cut where there are no eyes, as after landmarks that went wrong, and some out of noise.
    """
    rng, pupils = np.random.default_rng(seed), RingPupilDetector()
    # The finder reads red alone, and composed faces are grey: they are composed of the red.
    for shown in compose_face(portrait, count, seed, red_only=True):
        if shown.pupil_distance < _SMALLEST_PX:
            continue
        left, right = (Point(*shown.truth[side].tolist()) for side in (Side.LEFT, Side.RIGHT))
        is_open = max(shown.visible.values()) >= CLOSED_BELOW
        yield LabelledEyes(pupils.cropper(shown.frame, shown.face), left, right, is_open)
        if rng.random() < _NOWHERE_SHARE:
            away = pupils.cropper(shown.frame, _astray(shown.face, rng))
            noise = pupils.cropper(_noise(shown.frame, rng), shown.face)
            yield from (LabelledEyes(eyes, _NOWHERE, Point(0, 0), False) for eyes in (away, noise))


def _astray(face: Face, rng: Random) -> Face:
    """The face taken to be where it is not, so far that no eye is cut in its place."""
    angle, distance = rng.uniform(0, 2 * np.pi), rng.uniform(0.45, 0.9) * face.pupil_distance
    away = distance * np.array([np.cos(angle), np.sin(angle)])
    return replace(face, landmarks=(face.landmarks + away).astype(np.float32))


def _noise(frame: Frame, rng: Random) -> Frame:
    """A picture of the same size in which there is nothing, as of a covered camera."""
    noise = rng.integers(0, 255, frame.image.shape, np.uint8)
    return replace(frame, image=cv2.GaussianBlur(noise, (0, 0), rng.uniform(0.5, 5)).astype(np.uint8))
