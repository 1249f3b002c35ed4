"""Face persistence: an effect is held on a face that blinks out, then faded, and taken over when it returns."""

from __future__ import annotations

from dataclasses import dataclass

from livecam.core.types import Face, FaceObservation, Scene
from livecam.live.effects.easing import ramp

_RETURN_SECONDS = 0.12  # a face that comes back while it fades is whole again after this time

# What was remembered of a face is joined to its new track id here: docs/decisions/track-ids.md


@dataclass(slots=True, eq=False)
class FadingFace:
    """One face and how much of it there is: 1 while it is seen or held, less while it fades."""

    key: int  # stays the same when the face is found again under a new identity
    track_id: int
    observation: FaceObservation
    seen: float  # seconds
    opacity: float = 1.0


class FacePersistence:
    """The faces of the last frames; `hold` and `fade` in seconds."""

    def __init__(self, hold: float, fade: float) -> None:
        self._hold, self._fade = hold, fade
        self._faces: list[FadingFace] = []
        self._seconds = 0.0
        self._next_key = 0

    def update(self, scene: Scene) -> list[FadingFace]:
        """The faces to draw now, those seen first."""
        seconds = scene.frame.timestamp
        if seconds < self._seconds or scene.frame.scene_cut:  # The source began anew.
            self._faces = []
        elapsed, self._seconds = max(0.0, seconds - self._seconds), seconds
        seen = self._seen(scene, elapsed)
        lost = [face for face in self._faces if face not in seen and not _is_covered(face, seen)]
        for face in lost:
            face.opacity = min(face.opacity, remaining(seconds - face.seen, self._hold, self._fade))
        self._faces = seen + [face for face in lost if face.opacity > 0]
        return self._faces

    def _seen(self, scene: Scene, elapsed: float) -> list[FadingFace]:
        known = {face.track_id: face for face in self._faces}
        missing = [
            face
            for face in self._faces
            if face.track_id not in {observation.face.track_id for observation in scene.faces}
        ]
        seen = []
        for observation in scene.faces:
            face = (
                known.pop(observation.face.track_id, None)
                or _matching_lost_face(missing, observation.face)
                or self._new(observation)
            )
            if face in missing:
                missing.remove(face)
            face.track_id, face.observation, face.seen = observation.face.track_id, observation, scene.frame.timestamp
            face.opacity = ramp(face.opacity, 1.0, elapsed, _RETURN_SECONDS)
            seen.append(face)
        return seen

    def _new(self, observation: FaceObservation) -> FadingFace:
        self._next_key += 1
        return FadingFace(self._next_key, observation.face.track_id, observation, self._seconds)


def remaining(absence: float, hold: float, fade: float) -> float:
    """How much is left, 1..0, of what has not been seen for `absence` seconds: all while it is held, then less."""
    if absence <= hold + 1e-6:
        return 1.0
    return max(0.0, 1.0 - (absence - hold) / fade) if fade > 0 else 0.0


def _matching_lost_face(missing: list[FadingFace], face: Face) -> FadingFace | None:
    """The lost face that this one must be: about as large, at nearly the same place."""
    for lost in missing:
        if (
            _box_distance(lost.observation.face, face) < 0.6
            and 0.6 < _box_size(lost.observation.face) / _box_size(face) < 1.7
        ):
            return lost
    return None


def _is_covered(lost: FadingFace, seen: list[FadingFace]) -> bool:
    return any(_box_distance(lost.observation.face, face.observation.face) < 1.0 for face in seen)


def _box_distance(one: Face, other: Face) -> float:
    """The distance of the middles of two boxes, in the widths of the larger."""
    x = one.box.x + one.box.width / 2 - other.box.x - other.box.width / 2
    y = one.box.y + one.box.height / 2 - other.box.y - other.box.height / 2
    return float((x * x + y * y) ** 0.5 / max(_box_size(one), _box_size(other)))


def _box_size(face: Face) -> float:
    return max(face.box.width, 1.0)
