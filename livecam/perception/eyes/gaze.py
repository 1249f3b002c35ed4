"""Gaze: where an eye points inside its own opening, and where the gaze of a person rests."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from livecam.core.filters import PerFaceState
from livecam.core.types import EyeState, Face, FaceObservation, Gaze, Pupil, Side

# An iris in the middle of a wide opening can travel about this share of the eye's width to each side and up or down.
_HORIZONTAL_REACH = 0.25
_VERTICAL_REACH = 0.15


def gaze(face: Face, side: Side, pupil: Pupil | None) -> Gaze | None:
    """The gaze of one eye, None without a pupil."""
    if pupil is None:
        return None
    horizontal, vertical = iris_position(face, side, pupil)
    return Gaze(min(max(horizontal, -1.0), 1.0), min(max(vertical, -1.0), 1.0))


def iris_position(face: Face, side: Side, pupil: Pupil) -> tuple[float, float]:
    """As `gaze`, without its limits: how far the iris is from where it rests in the average person, right and down."""
    (x0, y0), _, _, (x1, y1), _, _ = face.lids(side).tolist()
    width = max(math.hypot(x1 - x0, y1 - y0), 1.0)
    right, down = (pupil.centre.x - (x0 + x1) / 2) / width, (pupil.centre.y - (y0 + y1) / 2) / width
    # The line of both eyes is steadier than the one through an eye's own two corners, a quarter as far apart.
    cos, sin = math.cos(face.roll), math.sin(face.roll)
    rest = face.pupil_rest
    outward = rest.outward if side is Side.LEFT else -rest.outward
    horizontal = (right * cos + down * sin - outward - rest.right) / _HORIZONTAL_REACH
    vertical = (down * cos - right * sin + rest.above) / _VERTICAL_REACH
    return horizontal, vertical


# Whose eyes are deep, narrow or slanted has the irises elsewhere between the corners than people have on average: a
# standard deviation of 0.1 to 0.15 up and down, of 0.06 to 0.08 to the side (50 portraits). A gaze rests ahead more
# than anywhere else, so its running mean, in which glances count little, tells where that is.
_KNOWN_S = 1.0  # seconds of gaze that the average person is worth
_MEMORY_S = 30.0
_GLANCE = 0.35  # a gaze further from the mean counts as if it were this far
_FARTHEST = Gaze(0.12, 0.3)  # a rest is no further than this from that of the average person
_SURE = 0.5  # confidence
_AHEAD = Gaze(0.0, 0.0)


class GazeRest:
    """Moves the gaze of every face so that (0, 0) is where it rests; a new track id starts with the average person."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Everybody starts afresh."""
        self._rests = PerFaceState(_Rest)

    def centred(self, observation: FaceObservation, seconds: float) -> FaceObservation:
        """The same observation with gazes from where this person's rests."""
        rest = self._rests.get(observation.face.track_id, seconds).update(observation, seconds)
        return replace(
            observation, left_gaze=_from(observation.left_gaze, rest), right_gaze=_from(observation.right_gaze, rest)
        )


@dataclass(slots=True)
class _Rest:
    mean: Gaze = _AHEAD
    weight: float = _KNOWN_S  # seconds of gaze in the mean
    seconds: float | None = None

    def update(self, observation: FaceObservation, seconds: float) -> Gaze:
        elapsed = 0.0 if self.seconds is None else max(seconds - self.seconds, 0.0)
        self.seconds = seconds
        now = _both(observation)
        if now is None or elapsed == 0.0:
            return self.mean
        self.weight = min(self.weight + elapsed, _MEMORY_S)
        share = elapsed / self.weight
        self.mean = Gaze(
            *(
                min(max(old + share * min(max(new - old, -_GLANCE), _GLANCE), -farthest), farthest)
                for old, new, farthest in zip(self.mean, now, _FARTHEST, strict=True)
            )
        )
        return self.mean


def _both(observation: FaceObservation) -> Gaze | None:
    """The mean gaze of both eyes; None unless both are open and surely seen."""
    for pupil in (observation.left, observation.right):
        if pupil is None or pupil.state is not EyeState.OPEN or pupil.confidence < _SURE:
            return None
    left, right = observation.left_gaze, observation.right_gaze
    if left is None or right is None:
        return None
    return Gaze((left.horizontal + right.horizontal) / 2, (left.vertical + right.vertical) / 2)


def _from(gaze: Gaze | None, rest: Gaze) -> Gaze | None:
    if gaze is None:
        return None
    return Gaze(*(min(max(now - middle, -1.0), 1.0) for now, middle in zip(gaze, rest, strict=True)))
