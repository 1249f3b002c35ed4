"""How well the gaze that is told follows the true pupils of a clip, and where it rests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from livecam.benchmark.clips.clip_truth import TrueFace, Truth
from livecam.core.types import EyeState, FaceObservation, Gaze, Pupil, Scene, Side
from livecam.perception.eyes.gaze import gaze

_FEWEST = 10  # moments that a correlation is worth telling of


class GazeScore(NamedTuple):
    """Pearson's correlation of the told gaze with the true one, the mean of both eyes; None for a still gaze."""

    horizontal: float | None
    vertical: float | None
    rest: Gaze | None  # what is told where the true pupils are looking ahead, by a straight line through all moments
    moments: int

    def as_json(self) -> dict[str, Any]:
        return {
            "horizontal": None if self.horizontal is None else round(self.horizontal, 4),
            "vertical": None if self.vertical is None else round(self.vertical, 4),
            "rest": None if self.rest is None else [round(value, 4) for value in self.rest],
            "moments": self.moments,
        }


@dataclass(slots=True)
class GazeCounter:
    """Compares scenes with the truth while both eyes of a face are open."""

    truth: Truth
    _told: list[Gaze] = field(default_factory=list)
    _true: list[Gaze] = field(default_factory=list)

    def add(self, scene: Scene) -> None:
        for face in self.truth.get(scene.frame.index, ()):
            found = face.found_in(scene.faces)
            if found is None or EyeState.CLOSED in {face.left.state, face.right.state}:
                continue
            told = _mean(found.left_gaze, found.right_gaze)
            if told is not None:
                self._told.append(told)
                self._true.append(face.gaze or _true_gaze(face, found))

    def score(self) -> GazeScore:
        if len(self._told) < _FEWEST:
            return GazeScore(None, None, None, len(self._told))
        told, true = np.array(self._told), np.array(self._true)
        lines = [np.polyfit(true[:, axis], told[:, axis], 1) for axis in (0, 1)]
        across, down = (float(np.corrcoef(told[:, axis], true[:, axis])[0, 1]) for axis in (0, 1))
        return GazeScore(across, down, Gaze(*(float(line[1]) for line in lines)), len(self._told))


def _true_gaze(face: TrueFace, found: FaceObservation) -> Gaze:
    """Of the true pupils between the corners that were found: what is judged is pupils, smoothing and rest."""
    eyes = [gaze(found.face, side, Pupil(face.eye(side).centre, 1.0, 1.0)) for side in Side]
    mean = _mean(*eyes)
    assert mean is not None
    return mean


def _mean(left: Gaze | None, right: Gaze | None) -> Gaze | None:
    if left is None or right is None:
        return None
    return Gaze((left.horizontal + right.horizontal) / 2, (left.vertical + right.vertical) / 2)
