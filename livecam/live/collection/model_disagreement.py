"""Model disagreement: asks the pupil detector that is not in use what it makes of a face."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from livecam.core.errors import LivecamError
from livecam.core.interfaces import PupilDetector, PupilPair
from livecam.core.types import EyeState, FaceObservation, Frame, Pupil, Side
from livecam.settings import PupilDetectorName
from livecam.store.samples import Prediction

Say = Callable[[str], None]
DISPUTED_STATE = 0.1  # pupil distances that two states which differ are worth
_SURE_OPENNESS = 4.0  # log-odds beyond which a state is sure: 2 % to be wrong
_SIDES = (Side.LEFT, Side.RIGHT)


class NamedDetector(NamedTuple):
    """A detector of pupils, its name, and how to ask which version it is."""

    name: str
    detector: PupilDetector
    version: Callable[[], str]


class SecondDetector:
    """Each detector is opened when it is first asked; one that cannot be is told about once, and then does without."""

    def __init__(self, openers: Mapping[str, Callable[[], NamedDetector]], say: Say) -> None:
        self._openers, self._say = openers, say
        self._opened: dict[str, NamedDetector | None] = {}

    def predictions(self, frame: Frame, observation: FaceObservation, detector: str) -> Sequence[Prediction]:
        """What the one that is not called `detector` says of both eyes, frame pixels; empty when it cannot be asked."""
        other = self._other(detector)
        if other is None:
            return ()
        found = other.detector.detect(other.detector.cropper(frame, observation.face))
        return predictions(other.name, other.version(), found)

    def _other(self, detector: str) -> NamedDetector | None:
        name = (PupilDetectorName.CPU if detector == PupilDetectorName.TFLITE else PupilDetectorName.TFLITE).value
        if name not in self._opened:
            self._opened[name] = self._open(name)
        return self._opened[name]

    def _open(self, name: str) -> NamedDetector | None:
        try:
            return self._openers[name]()
        except LivecamError as error:
            self._say(f"{error}; frames are collected without a second opinion")
            return None


def predictions(detector: str, version: str, found: PupilPair) -> tuple[Prediction, ...]:
    """Left, then right. The store knows open and closed eyes, as detectors and people who label say it."""
    return tuple(
        Prediction(detector, version, side, pupil and replace(pupil, state=_labelled(pupil.state)))
        for side, pupil in zip(_SIDES, found, strict=True)
    )


def _labelled(state: EyeState) -> EyeState:
    return EyeState.CLOSED if state is EyeState.CLOSED else EyeState.OPEN


def disagreement(observation: FaceObservation, others: Sequence[Prediction]) -> float:
    """How far, in pupil distances, the worse eye's pupils are apart.

    Where one finds an eye closed and the other an iris, they are `DISPUTED_STATE` apart, unless the detector in use is
    sure of the state; 0 for an eye that either did not find.
    """
    unit = max(observation.face.pupil_distance, 1.0)
    return max((_apart(observation.pupil(each.side), each.pupil, unit) for each in others), default=0.0)


def _apart(one: Pupil | None, other: Pupil | None, unit: float) -> float:
    if one is None or other is None:
        return 0.0
    if one.state.shows_iris and other.state.shows_iris:
        return math.dist(one.centre, other.centre) / unit
    differ = {one.state.shows_iris, other.state.shows_iris} == {True, False}
    is_unsure = one.evidence is not None and not one.evidence.covered and abs(one.evidence.openness) < _SURE_OPENNESS
    return DISPUTED_STATE if differ and is_unsure else 0.0
