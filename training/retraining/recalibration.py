"""Recalibration of a round's model on labels it has not learnt from: its confidence, and when an eye is closed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from livecam.core.types import Frame, Side
from livecam.perception.pupils.network.detector import NetworkPupilDetector
from livecam.perception.pupils.network.model_card import PupilConfidenceCalibration, log_odds, logistic
from livecam.store.samples import StoredSample
from training.data.store_samples import face_of
from training.engine.calibration import calibration_error
from training.pupil_detector import confidence_calibration
from training.pupil_detector.confidence_calibration import CalibrationData
from training.retraining.comparison import PictureOf
from training.synthesis.compose_faces import CompositeFace

# A few labels may turn a confidence a little, many as far as they say (Platt 1999, with normal priors).
_SLOPE_DEVIATION, _SHIFT_DEVIATION = 0.25, 1.0
_STEPS = 50
_TO_REPORT = 30  # eyes, below which an error of the calibration says nothing
_LEAST_GAIN = 2  # eyes that another level must get right, so that it is no accident
_PULL = 0.5  # eyes that a step of one away from the level in use must earn
_FARTHEST = 2.0  # log-odds from even


class Recalibrated(NamedTuple):
    """What a card is given."""

    calibration: PupilConfidenceCalibration
    closed_below: float
    error: float | None  # expected calibration error on these labels; None when they are few


def recalibrated(network: NetworkPupilDetector, samples: Iterable[StoredSample], picture_of: PictureOf) -> Recalibrated:
    """From labels at the iris circle; without any, what the card says already."""
    card = network.card
    faces = [staged for stored in samples for staged in _staged(stored, picture_of)]
    if not faces:
        return Recalibrated(card.calibration, card.decoding.closed_below, None)
    data = confidence_calibration.judge(network, faces)
    known = ~np.isnan(data.visible)
    data = data.chosen(known)
    if not len(data.errors):
        return Recalibrated(card.calibration, card.decoding.closed_below, None)
    calibration = _turned(card.calibration, data)
    stated = _stated(calibration, data)
    error = float(calibration_error(stated, data.hits)) if len(stated) >= _TO_REPORT else None
    return Recalibrated(calibration, closed_level(data.openness, data.open, card.decoding.closed_below), error)


def _staged(stored: StoredSample, picture_of: PictureOf) -> Sequence[CompositeFace]:
    """A labelled sample as the calibration wants its faces; an eye that nobody can see is NaN."""
    face = face_of(stored.sample)
    truth = {side: face.lids(side)[[0, 3]].mean(axis=0).astype(np.float64) for side in Side}
    visible = dict.fromkeys(Side, float("nan"))
    for label in stored.resolved.labels:
        if label.occluded:
            continue
        visible[label.side] = 0.8 if label.state.shows_iris and label.centre is not None else 0.0
        if label.centre is not None:
            truth[label.side] = np.array(label.centre, np.float64)
    if all(np.isnan(share) for share in visible.values()):
        return []
    return [CompositeFace(Frame(picture_of(stored.sample.id), 0, 0.0), face, truth, visible, "labelled")]


def _turned(before: PupilConfidenceCalibration, data: CalibrationData) -> PupilConfidenceCalibration:
    """The confidence as log-odds times a slope plus a shift, both found by Newton's method."""
    odds = _odds(before, data)
    columns, hits = np.column_stack([odds, np.ones(len(odds))]), data.hits.astype(np.float64)
    weights, start = np.array([1.0, 0.0]), np.array([1.0, 0.0])
    precision = np.diag([_SLOPE_DEVIATION**-2.0, _SHIFT_DEVIATION**-2.0])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(columns @ weights, -30, 30)))
        slope = columns.T @ (chance - hits) + precision @ (weights - start)
        curve = columns.T @ (columns * (chance * (1 - chance))[:, None]) + precision
        step = np.linalg.solve(curve, slope)
        weights = weights - np.clip(step, -1, 1)
    slope_, shift = max(float(weights[0]), 0.1), float(weights[1])
    values = {name: value * slope_ for name, value in before.model_dump().items()}
    return PupilConfidenceCalibration(**{**values, "bias": values["bias"] + shift})


def _odds(calibration: PupilConfidenceCalibration, data: CalibrationData) -> NDArray[np.float64]:
    weights = np.array([calibration.reach, calibration.spread, calibration.openness, calibration.disagreement])
    odds: NDArray[np.float64] = data.features @ weights + calibration.bias
    return odds


def _stated(calibration: PupilConfidenceCalibration, data: CalibrationData) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-np.clip(_odds(calibration, data), -60, 60)))


def closed_level(openness: NDArray[np.float64], is_open: NDArray[np.bool_], before: float) -> float:
    """The openness, as a probability, below which an eye is closed: that with the fewest wrong states.

    `openness` (n,) log-odds. The level `before` stays unless another gets two eyes more right; of those that do, the
    nearest wins.
    """
    if is_open.all() or not is_open.any():
        return before
    now = log_odds(before)
    ordered = np.sort(openness)
    levels = np.clip((ordered[1:] + ordered[:-1]) / 2, -_FARTHEST, _FARTHEST)

    def wrong(level: float) -> int:
        return int(((openness >= level) != is_open).sum())

    best = min(levels.tolist(), key=lambda level: (wrong(level) + _PULL * abs(level - now), abs(level - now)))
    return round(logistic(best), 4) if wrong(now) - wrong(best) >= _LEAST_GAIN else before
