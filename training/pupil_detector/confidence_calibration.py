"""Confidence calibration of the network pupil detector, on composed faces of held-out people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecam.core.types import Side
from livecam.perception.pupils.network.detector import NetworkPupilDetector, confidence_features
from livecam.perception.pupils.network.model_card import PupilConfidenceCalibration
from training.engine.calibration import as_rarely_missed, calibration_error, fit_logistic, logistic
from training.synthesis.compose_faces import CompositeFace
from training.synthesis.eye_parameters import CLOSED_BELOW

_NEAR = 0.05  # of the distance between the pupils
# Share of misses among the open eyes that a confidence is fitted to: composed faces are harder than webcams, where
# 1.2 % are missed. With less than .015 shut eyes are trusted too.
_MISSED = 0.015


@dataclass(frozen=True, slots=True, eq=False)
class CalibrationData:
    """What the network said of the eyes of staged faces, left before right."""

    features: NDArray[np.float64]  # (n, 4)
    errors: NDArray[np.float64]  # (n,) of the pupil distance
    visible: NDArray[np.float64]  # (n,)
    openness: NDArray[np.float64]  # (n,) log-odds
    groups: NDArray[np.str_]  # (n,)

    @property
    def hits(self) -> NDArray[np.bool_]:
        """A closed eye has no pupil to be right about."""
        return (self.errors <= _NEAR) & self.open

    @property
    def open(self) -> NDArray[np.bool_]:
        return self.visible >= CLOSED_BELOW

    def chosen(self, which: NDArray[Any]) -> CalibrationData:
        return CalibrationData(
            self.features[which], self.errors[which], self.visible[which], self.openness[which], self.groups[which]
        )


def judge(network: NetworkPupilDetector, faces: Iterable[CompositeFace]) -> CalibrationData:
    """Runs the network over staged faces as the live program would."""
    features, errors, visible, openness, groups = [], [], [], [], []
    for face in faces:
        eyes = network.cropper(face.frame, face.face)
        predictions = network.predict(eyes)
        features += list(confidence_features(eyes, predictions))
        for k, side in enumerate((Side.LEFT, Side.RIGHT)):
            errors.append(float(np.hypot(*(np.array(predictions[k].centre) - face.truth[side]))) / face.pupil_distance)
            visible.append(face.visible[side])
            openness.append(predictions[k].openness)
            groups.append(face.group)
    return CalibrationData(
        np.array(features, np.float64),
        np.array(errors, np.float64),
        np.array(visible, np.float64),
        np.array(openness, np.float64),
        np.array(groups),
    )


def calibrate(judged: CalibrationData) -> tuple[PupilConfidenceCalibration, float]:
    """The weights of a card, and the expected calibration error on the faces they were fitted on."""
    weights = fit_logistic(judged.features, judged.hits)
    error = calibration_error(logistic(judged.features, weights), judged.hits)
    reach, spread, openness, disagreement, bias = map(float, weights)
    return (
        PupilConfidenceCalibration(reach=reach, spread=spread, openness=openness, disagreement=disagreement, bias=bias),
        float(error),
    )


def as_on_webcams(judged: CalibrationData, missed: float = _MISSED) -> CalibrationData:
    """The same eyes, copied so that open ones are missed as rarely as on webcams."""
    return judged.chosen(as_rarely_missed(judged.hits, judged.open & ~judged.hits, missed))


def scores(judged: CalibrationData) -> dict[str, float]:
    """Shares within 2.5 and 5 % by group, single eyes with a visible iris."""
    table = {}
    for group in ("ahead", "gaze"):
        errors = judged.errors[(judged.groups == group) & (judged.visible >= CLOSED_BELOW)]
        for near in (0.025, _NEAR):
            table[f"{group}_within_{near:g}"] = float((errors <= near).mean()) if len(errors) else float("nan")
    return table
