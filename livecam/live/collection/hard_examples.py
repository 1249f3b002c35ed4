"""Hard-example detection, in the loop and in microseconds: low confidence, jumps, flags, random draws.

Below which confidence an eye is unsure is the setting `collect.low`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import NamedTuple

import numpy as np

from livecam.core.filters import PerFaceState
from livecam.core.types import EyeState, Face, FaceObservation, Pupil, Scene, Side
from livecam.live.collection.random_sampling import PoissonSampler
from livecam.settings import CollectSettings
from livecam.store.samples import SamplingReason

# Unsure is relative: with nothing to keep the threshold climbs, so that a good clip still gives its least sure faces, a
# handful of them.
#
# Log-odds a second. A face that is kept lowers it by what five seconds raise it: at most twelve a minute are only the
# least sure. Slow, so that it is not at its highest again a second after an event.
_RISE = 0.07
_FALL = 5 * _RISE
# Of faces with two half-open eyes one in five fails (of others one in eighty), however sure the eyes are.
_SQUINT = 3.0  # log-odds
_HIGHEST = 0.7  # above it one answer in forty is wrong, as often as in a random frame
_LONGEST_THRESHOLD_STEP = 0.5  # seconds


class AdaptiveThreshold:
    """`lowest` is always worth keeping; above it a good detector in good light still gives its least sure faces."""

    def __init__(self, lowest: float) -> None:
        self._lowest = _log_odds(lowest)
        self._highest = max(self._lowest, _log_odds(_HIGHEST))
        self._height, self._last = self._lowest, 0.0

    def is_below(self, confidence: float, seconds: float) -> bool:
        """Whether a face seen at `seconds` is doubtful."""
        step, self._last = min(max(seconds - self._last, 0.0), _LONGEST_THRESHOLD_STEP), seconds
        self._height = min(self._height + _RISE * step, self._highest)
        return _log_odds(confidence) < self._height

    def lower(self) -> None:
        """A doubtful face was kept: the next one will have to be more so, for a while."""
        self._height = max(self._height - _FALL, self._lowest)


def _log_odds(probability: float) -> float:
    inside = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(inside / (1 - inside))


# The other detector may look at one frame in so many: half of what would still not be felt.
_FRAMES_A_PROBE = 20
# Glances are made with both eyes: both pupils that leap as one are a glance, unless they go this many times as far as
# would do for one alone.
_TOGETHER = 2.5
SMALLEST_PUPIL_DISTANCE = 22.0  # pixels
_SURE_FACE = 0.5
_NOSE_TIP = 30
_PROFILE = 0.05  # of the way from one eye to the other: the nose of a face that turns so far hides an eye
_LONGEST_STEP = 0.15  # seconds: over a longer pause an eye may have gone anywhere


@dataclass(frozen=True, slots=True)
class Candidate:
    """A face of a scene and why to keep it; without a reason the other detector is to be asked. Worth is 0..1."""

    scene: Scene
    observation: FaceObservation
    reason: SamplingReason | None
    priority: float = 0.0

    @property
    def seconds(self) -> float:
        return self.scene.frame.timestamp

    @property
    def track_id(self) -> int:
        return self.observation.face.track_id


# What low confidence does not tell fails far more rarely, and is kept where the same event has nothing more doubtful.
_LEAPS = 0.5
EVENT_SECONDS = 0.5  # a blink with its edges; docs/experiments.md, "What collecting catches"


class WorstOfEvent:
    """Holds the most doubtful candidate of each face until nothing more doubtful of it came for so many seconds.

    Most failures last a frame or two, at the edges of blinks; the first doubtful frame is rarely the one that fails.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._held: dict[int, Candidate] = {}
        self._over: list[Candidate] = []

    def offer(self, candidate: Candidate) -> None:
        self._end(candidate.seconds)
        held = self._held.get(candidate.track_id)
        if held is None or candidate.priority > held.priority:
            self._held[candidate.track_id] = candidate

    def due(self, seconds: float) -> Candidate | None:
        """The most doubtful of those whose event is over; it is held no longer."""
        self._end(seconds)
        self._over.sort(key=lambda candidate: candidate.priority)
        return self._over.pop() if self._over else None

    def drop(self, drawn: Candidate) -> None:
        """Lets go of the same face in the same frame, which is kept already."""
        same = drawn.track_id, drawn.seconds
        self._over = [each for each in self._over if (each.track_id, each.seconds) != same]
        self._held = {track: each for track, each in self._held.items() if (track, each.seconds) != same}

    def drain(self) -> Sequence[Candidate]:
        """All that are held, which then are not."""
        held = [*self._over, *self._held.values()]
        self._over.clear()
        self._held.clear()
        return held

    def _end(self, now: float) -> None:
        for track, candidate in list(self._held.items()):
            if not 0 <= now - candidate.seconds < self._seconds:
                self._over.append(self._held.pop(track))


class _PupilPositions(NamedTuple):
    """Where the pupils were in their eyes, pupil distances; None for one that is closed or was not found."""

    seconds: float
    left: complex | None
    right: complex | None


class HardExampleDetector:
    """Looks at every scene of a run, in order."""

    def __init__(
        self,
        settings: CollectSettings,
        sampler: PoissonSampler,
        random: Random,
        event_seconds: float = EVENT_SECONDS,
    ) -> None:
        self._settings, self._sampler, self._random = settings, sampler, random
        self._last_positions = PerFaceState[list[_PupilPositions]](list)
        self._last_states = PerFaceState[list[tuple[float, tuple[bool, bool]]]](list)
        self._threshold = AdaptiveThreshold(settings.low)
        self._events = WorstOfEvent(min(event_seconds, settings.gap_seconds))
        self._before: Scene | None = None
        self._flagged = False
        self._credit = 0
        self._last: dict[int, float] = {}  # when each face was last proposed

    def flag(self) -> None:
        """The next scene with a face is kept, whatever it shows."""
        self._flagged = True

    def evaluate(self, scene: Scene) -> Candidate | None:
        """A face to keep, and the reason: of this scene, or what was most doubtful in one of half a second ago.

        A random moment goes before doubt: hard frames are part of what the camera sees.
        """
        self._credit = min(self._credit + 1, _FRAMES_A_PROBE)
        scene, seconds = scene if self._flagged else _with_usable_faces(scene), scene.frame.timestamp
        if not scene.faces:
            return self._most_doubtful(seconds)
        by_doubt = sorted(filter(self._is_free, self._doubtful(scene)), key=lambda candidate: candidate.priority)
        for candidate in {each.track_id: each for each in by_doubt}.values():
            self._events.offer(candidate)
        self._before = scene
        is_due = self._sampler.is_due(seconds)
        if self._flagged:
            self._flagged = False
            return self._kept(Candidate(scene, scene.faces[0], SamplingReason.FLAG, 1.0))
        if is_due:
            self._sampler.taken()
            drawn = Candidate(scene, self._random.choice(scene.faces), SamplingReason.RANDOM, 0.5)
            self._events.drop(drawn)
            return self._kept(drawn)
        if (doubtful := self._most_doubtful(seconds)) is not None:
            return doubtful
        if self._credit == _FRAMES_A_PROBE:
            return self._kept(Candidate(scene, self._random.choice(scene.faces), None))
        return None

    def flush(self) -> Sequence[Candidate]:
        """What is still held when a run ends, or another detector takes over."""
        return self._events.drain()

    def _most_doubtful(self, seconds: float) -> Candidate | None:
        candidate = self._events.due(seconds)
        if candidate is None:
            return None
        self._last[candidate.track_id] = candidate.seconds
        self._threshold.lower()
        return self._kept(candidate)

    def evaluate_flagged(self, scene: Scene) -> Candidate | None:
        """While collecting is switched off, only what the person asks for is kept."""
        return self.evaluate(scene) if self._flagged else None

    def _kept(self, candidate: Candidate) -> Candidate:
        # What is kept is looked at by the other detector too, and paid for before it is asked for its own sake.
        self._credit -= _FRAMES_A_PROBE
        return candidate

    def _doubtful(self, scene: Scene) -> Iterator[Candidate]:
        for observation in scene.faces:
            jump = self._jump(observation, scene.frame.timestamp)
            if jump > self._settings.jump:
                yield Candidate(scene, observation, SamplingReason.JUMP, _LEAPS + min(jump, 0.1))
            if self._flips(observation, scene.frame.timestamp) and (flipped := self._seen_before(observation)):
                yield flipped
            if observation.left_state is not observation.right_state and _is_wink(observation):
                yield Candidate(scene, observation, SamplingReason.LOW, _LEAPS)
            confidence = _confidence_less_squint(observation)
            if self._threshold.is_below(confidence, scene.frame.timestamp):
                yield Candidate(scene, observation, SamplingReason.LOW, 0.9 - 0.4 * confidence)

    def _is_free(self, candidate: Candidate) -> bool:
        """Whether the face was not proposed a moment ago; others may have been."""
        last = self._last.get(candidate.track_id, -math.inf)
        return not 0 <= candidate.seconds - last < self._settings.gap_seconds

    def _flips(self, observation: FaceObservation, seconds: float) -> bool:
        """Whether an eye is what it was two frames ago, and was not in between: no lid is so quick."""
        memory = self._last_states.get(observation.face.track_id, seconds)
        memory.append((seconds, _shows(observation)))
        del memory[:-3]
        if len(memory) < 3 or not 0 < memory[2][0] - memory[0][0] <= _LONGEST_STEP:
            return False
        first, middle, last = (shown for _, shown in memory)
        return any(a == c != b for a, b, c in zip(first, middle, last, strict=True))

    def _seen_before(self, observation: FaceObservation) -> Candidate | None:
        """The face one frame ago, when an eye was what it is no longer."""
        scene = self._before
        if scene is None:
            return None
        same = [each for each in scene.faces if each.face.track_id == observation.face.track_id]
        return Candidate(scene, same[0], SamplingReason.JUMP, _LEAPS) if same else None

    def _jump(self, observation: FaceObservation, seconds: float) -> float:
        """How far, in pupil distances, a pupil leapt in its eye since the frame before in a way no eye does."""
        memory = self._last_positions.get(observation.face.track_id, seconds)
        now = _PupilPositions(
            seconds, *(_positions(observation.face, observation.pupil(side), side) for side in (Side.LEFT, Side.RIGHT))
        )
        before = memory[0] if memory else None
        memory[:] = [now]
        if before is None or not 0 < seconds - before.seconds <= _LONGEST_STEP:
            return 0.0
        if before.left is None or before.right is None or now.left is None or now.right is None:
            return 0.0
        left, right = now.left - before.left, now.right - before.right
        return max(abs(left - right), abs(left + right) / 2 / _TOGETHER)


def least_confidence(observation: FaceObservation) -> float:
    """That position or state of an eye is right, of the worse one; 0 for a pupil that was not found.

    A closed eye has no position to be wrong about, and is as sure as its openness is low: of two closed ones, that of
    the surer, for they close together. A hidden one tells nothing.
    """
    return min(answer_confidence(observation, side) for side in Side)


def _confidence_less_squint(observation: FaceObservation) -> float:
    """The least confidence, less of a face whose eyes are both told half open."""
    confidence = least_confidence(observation)
    if {observation.left_state, observation.right_state} != {EyeState.HALF}:
        return confidence
    return 1 / (1 + math.exp(_SQUINT - _log_odds(confidence)))


def answer_confidence(observation: FaceObservation, side: Side) -> float:
    pupil = observation.pupil(side)
    if pupil is None:
        return 0.0
    if pupil.state is EyeState.HIDDEN:
        return 1.0
    if pupil.state is not EyeState.CLOSED:
        return pupil.confidence
    if pupil.evidence is None:  # no more is known than what both eyes say together
        return 1.0 if observation.both_closed else pupil.confidence
    closed = (observation.left, observation.right) if observation.both_closed else (pupil,)
    openness = min(each.evidence.openness for each in closed if each is not None and each.evidence is not None)
    return 1 / (1 + math.exp(min(max(openness, -50.0), 50.0)))


def _shows(observation: FaceObservation) -> tuple[bool, bool]:
    return observation.left_state.shows_iris, observation.right_state.shows_iris


def _is_wink(observation: FaceObservation) -> bool:
    """One eye shut, the other wide open: people wink rarely, and detectors err often."""
    return {observation.left_state, observation.right_state} == {EyeState.OPEN, EyeState.CLOSED}


def _with_usable_faces(scene: Scene) -> Scene:
    """Without faces that a person cannot label, or that are none."""
    faces = tuple(observation for observation in scene.faces if is_usable(observation.face))
    return scene if len(faces) == len(scene.faces) else replace(scene, faces=faces)


def is_usable(face: Face) -> bool:
    """Large enough to see an iris, surely a face, and not so far in profile that the far eye is hidden."""
    return face.pupil_distance >= SMALLEST_PUPIL_DISTANCE and face.confidence >= _SURE_FACE and not _is_profile(face)


def _is_profile(face: Face) -> bool:
    """Whether the bridge of the nose stands beside one of the eyes instead of between them."""
    right, left = (face.lids(side)[[0, 3]].mean(axis=0) for side in (Side.RIGHT, Side.LEFT))
    across = left - right
    share = float(np.dot(face.landmarks[_NOSE_TIP] - right, across)) / max(float(np.dot(across, across)), 1.0)
    return not _PROFILE <= share <= 1 - _PROFILE


def _positions(face: Face, pupil: Pupil | None, side: Side) -> complex | None:
    if pupil is None or not pupil.state.shows_iris:
        return None
    (x0, y0), *_, (x1, y1), _, _ = face.lids(side).tolist()
    return (complex(*pupil.centre) - complex(x0 + x1, y0 + y1) / 2) / max(face.pupil_distance, 1.0)
