"""Face states: all that effects know of each face, followed from frame to frame and computed once a frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from livecam.core.types import FaceObservation, Scene, Side
from livecam.live.effects.face_state.eye_state import EyePose, EyeStateTracker
from livecam.live.effects.face_state.fluster import FlusterEstimator
from livecam.live.effects.face_state.frame import FaceFrame, face_frame
from livecam.live.effects.face_state.measures import measured
from livecam.live.effects.face_state.persistence import FacePersistence, FadingFace
from livecam.live.effects.face_state.signals import SignalEstimator, Signals


@dataclass(frozen=True, slots=True, eq=False)
class FaceState:
    """One face as effects see it; `key` stays the same when the face is found again under a new track id."""

    key: int
    observation: FaceObservation
    face: FaceFrame
    eyes: dict[Side, EyePose]
    fluster: float  # 0..1
    signals: Signals
    since: float  # seconds of the frame in which it was first seen
    opacity: float  # 0..1: 1 while it is seen or held, less while it fades
    shared: dict[Side | None, Mapping[str, float]] = field(default_factory=dict)  # what the first pack worked out of it

    @property
    def seed(self) -> float:
        """Another for every face, so that two people do not tremble alike."""
        return 2.4 * self.key


@dataclass(slots=True)
class _Memory:
    """What is remembered of a face from frame to frame."""

    since: float
    lids: EyeStateTracker = field(default_factory=EyeStateTracker)
    fluster: FlusterEstimator = field(default_factory=FlusterEstimator)
    signals: SignalEstimator = field(default_factory=SignalEstimator)


class FaceStateTracker:
    """The states of the faces of every frame; a face that is lost is held and then fades, `hold` and `fade` seconds."""

    def __init__(self, hold: float, fade: float) -> None:
        self._persistence = FacePersistence(hold, fade)
        self._memories: dict[int, _Memory] = {}

    @property
    def keys(self) -> Sequence[int]:
        """The keys of the faces that are remembered."""
        return tuple(self._memories)

    @property
    def level(self) -> float:
        """How flustered the first face is, 0..1; 0 when there is none."""
        return next(iter(self._memories.values())).fluster.level if self._memories else 0.0

    def update(self, scene: Scene, elapsed: float) -> list[FaceState]:
        """The faces to draw on now, those seen first; `elapsed` seconds after the last call."""
        present = self._persistence.update(scene)
        start = scene.frame.timestamp
        self._memories = {face.key: self._memories.get(face.key) or _Memory(start) for face in present}
        states = [self._state(face, elapsed) for face in present]
        return [state for state in states if state is not None]

    def _state(self, fading: FadingFace, elapsed: float) -> FaceState | None:
        face = face_frame(fading.observation.face)
        if face is None:
            return None
        memory = self._memories[fading.key]
        eyes = memory.lids.update(fading.observation, face, elapsed)
        memory.fluster.update(eyes, elapsed)
        signals = memory.signals.update(measured(fading.observation.face, face), fading.observation, elapsed)
        return FaceState(
            fading.key, fading.observation, face, eyes, memory.fluster.level, signals, memory.since, fading.opacity
        )
