"""Lets a trained network find pupils as it is, so that a run that cannot be exported is judged like every finder."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import cv2
import numpy as np

from livecam.core.crop import EyeCrop, EyePair
from livecam.core.scene import EyeState, Point, Pupil
from livecam.core.seams import PupilPair
from livecam.pupils.card import logistic
from livecam.pupils.heatmap import Reading, normalised
from livecam.pupils.window import CornerCut
from training.learners import Learner


class BareNetwork:
    """A PupilFinder around a Keras network. Its confidence is only the probability that the eye is open."""

    def __init__(self, learner: Learner, model: Any) -> None:
        self._learner, self._model = learner, model

    @cached_property
    def cutter(self) -> CornerCut:
        return CornerCut(self._learner.cutting.window)

    def locate(self, eyes: EyePair) -> PupilPair:
        normalisation = self._learner.cutting.normalisation
        greys = [cv2.cvtColor(eye.patch, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False) for eye in eyes]
        crops = np.array([normalised(grey, normalisation) for grey in greys])[..., None]
        reading = self._learner.read(self._model.predict_on_batch(crops))
        left, right = (_pupil(eye, reading, k) for k, eye in enumerate(eyes))
        return PupilPair(left, right)


def _pupil(eye: EyeCrop, reading: Reading, which: int) -> Pupil:
    x, y = eye.to_frame(reading.centres[which]).tolist()
    is_open = logistic(float(reading.openness[which]))
    state = EyeState.OPEN if is_open >= 0.5 else EyeState.CLOSED
    return Pupil(Point(x, y), float(reading.radii[which]) / eye.scale, is_open, state)
