"""How near the pupils found in a clip are to the true ones, eye by eye, and whether their confidences are honest."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from livecam.benchmark.accuracy import HIT, THRESHOLDS
from livecam.benchmark.calibration import CalibrationError, Verdict, expected_calibration_error
from livecam.benchmark.clips.clip_truth import TrueFace, Truth
from livecam.core.types import EyeState, FaceObservation, Scene, Side


class PupilScore(NamedTuple):
    """Of the faces that were found: errors are distances to the true centre in true pupil distances."""

    eyes: int  # truly open ones
    within: tuple[float, ...]  # share of them within each of THRESHOLDS
    calibration_error: CalibrationError | None  # closed ones too: they have no pupil to be right about

    def as_json(self) -> dict[str, Any]:
        return {
            "eyes": self.eyes,
            **{f"e{limit:g}": round(share, 4) for limit, share in zip(THRESHOLDS, self.within, strict=True)},
            "calibration_error": self.calibration_error and round(self.calibration_error.error, 4),
            "calibration_chance": self.calibration_error and round(self.calibration_error.chance, 4),
        }


@dataclass(slots=True)
class PupilCounter:
    """Compares the pupils of scenes with the truth."""

    truth: Truth
    _errors: list[float] = field(default_factory=list)
    _verdicts: list[Verdict] = field(default_factory=list)

    def add(self, scene: Scene) -> None:
        for face in self.truth.get(scene.frame.index, ()):
            found = face.found_in(scene.faces)
            for side in Side if found is not None else ():
                assert found is not None
                self._judge(face, found, side)

    def _judge(self, face: TrueFace, found: FaceObservation, side: Side) -> None:
        true, pupil = face.eye(side), found.pupil(side)
        if true.state not in (EyeState.OPEN, EyeState.CLOSED):
            return
        error = math.inf if pupil is None else math.dist(pupil.centre, true.centre) / face.pupil_distance
        if true.state is EyeState.OPEN:
            self._errors.append(error)
        if pupil is not None:
            self._verdicts.append(Verdict(pupil.confidence, true.state is EyeState.OPEN and error <= HIT))

    def score(self) -> PupilScore:
        count = max(len(self._errors), 1)
        within = tuple(sum(error <= limit for error in self._errors) / count for limit in THRESHOLDS)
        return PupilScore(len(self._errors), within, expected_calibration_error(self._verdicts))
