"""The perception pipeline: a Frame becomes a Scene, with faces, the pupils of each, and gaze."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from livecam.core.interfaces import FaceDetector, PupilDetector, PupilPair
from livecam.core.timing import Timer, untimed
from livecam.core.types import Face, FaceObservation, Frame, Scene, Side
from livecam.perception.eyes.gaze import GazeRest, gaze
from livecam.perception.eyes.states import EyeStateFilter, states_of_picture
from livecam.perception.faces.smoothing import FaceSmoother
from livecam.perception.pupils.smoothing import PupilSmoother


@dataclass(frozen=True, slots=True)
class Smoothing:
    """What steadies a moving picture; it remembers every face, so each run has its own."""

    faces: FaceSmoother = field(default_factory=FaceSmoother)
    pupils: PupilSmoother = field(default_factory=PupilSmoother)


@dataclass(frozen=True, slots=True)
class EyeHistory:
    """What a moving picture tells of eyes: their states by what is usual for a person, and where a gaze rests.

    It remembers every face, so each run has its own.
    """

    states: EyeStateFilter = field(default_factory=EyeStateFilter)
    rest: GazeRest = field(default_factory=GazeRest)

    def forget(self) -> None:
        """Everybody starts afresh, as when another detector takes over."""
        self.states.forget()
        self.rest.forget()


def _nobody() -> int:
    return 0


@dataclass(frozen=True, slots=True)
class Perception:
    """The detectors, and for moving pictures what steadies their answers and what is known of each face's eyes.

    Without a history every picture is judged by itself.
    """

    faces: FaceDetector
    pupils: PupilDetector
    smoothing: Smoothing | None = None
    history: EyeHistory | None = None
    unfollowed: Callable[[], int] = _nobody  # faces that the detector found beside those it follows

    def see(self, frame: Frame, timer: Timer = untimed) -> Scene:
        """The frame with an observation for every face, the largest first.

        `timer` measures the stages `faces`, `crop`, `pupil` and `smooth`.
        """
        with timer("faces"):
            found = self.faces.detect(frame)
        if not self.smoothing:
            return self.look_at(frame, found, timer)
        with timer("smooth"):
            steady = self.smoothing.faces.smooth(found, frame.timestamp)
        seen = zip(steady, found, strict=True)
        observed = tuple(self._observe(frame, face, timer, unsmoothed=raw) for face, raw in seen)
        return Scene(frame, observed, self.unfollowed())

    def look_at(self, frame: Frame, faces: Sequence[Face], timer: Timer = untimed) -> Scene:
        """The frame with an observation for each of these faces, in their order."""
        observed = tuple(self._observe(frame, face, timer, unsmoothed=face) for face in faces)
        return Scene(frame, observed, self.unfollowed())

    def _observe(self, frame: Frame, face: Face, timer: Timer, *, unsmoothed: Face) -> FaceObservation:
        with timer("crop"):
            eyes = self.pupils.cropper(frame, face)
        with timer("pupil"):
            # Lids that were steadied come together too late to tell a blink.
            pupils = self._with_states(self.pupils.detect(eyes), unsmoothed, frame.timestamp)
        if self.smoothing:
            with timer("smooth"):
                pupils = self.smoothing.pupils.smooth(pupils, face, frame.timestamp)
        left, right = pupils
        found = FaceObservation(face, left, right, gaze(face, Side.LEFT, left), gaze(face, Side.RIGHT, right))
        return self.history.rest.centred(found, frame.timestamp) if self.history else found

    def _with_states(self, pupils: PupilPair, face: Face, seconds: float) -> PupilPair:
        if self.history:
            return self.history.states.update(pupils, face, seconds)
        return states_of_picture(pupils, face)
