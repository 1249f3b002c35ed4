"""Open, half, closed or hidden: the state of both eyes, by one picture, or by what was usual for them before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from livecam.core.filters import PerFaceState
from livecam.core.interfaces import PupilPair
from livecam.core.types import EyeState, Face, IrisVisibility, Pupil, Side
from livecam.perception.eyes.usual import UsualEye, lid_opening

# In a single picture. Squints and small faces lower the openness of one open eye in four, so the lids must agree.
_HALF_OPENNESS, _HALF_OPENING = 5.0, 0.2  # log-odds; widths of the eye
# In a stream: a level is 1 for an eye that shows what it usually does, and near 0 for one that is shut. Chosen on
# clips by leaving each out in turn: docs/experiments.md, "Eye states".
_USUAL_LIDS = 0.75
_MOST_OPENNESS = 12.0
# Of a person whose iris is usually this clear it is enough that it goes; the fainter, the more of a lid must show.
_CLEAR_IRIS, _FAINT_IRIS = 6.0, 4.0  # log-odds
_REOPENS = 0.08  # above the level at which an eye is shut it is open again
# Of the usual opening: lids that stay this far apart for so long, or an iris that long only doubted, are not of a shut
# eye. Eyes that are shut look covered for .3 s at most in all clips, drawn sunglasses in nine frames of ten.
_APART = 0.9
_APART_SECONDS, _COVERED_SECONDS = 0.5, 0.2
_CLOSED_CONFIDENCE, _HIDDEN_CONFIDENCE = 0.49, 0.4  # at most


class _Levels(NamedTuple):
    """Below which an eye is shut, and half shut; in how many pictures in a row a blink must show."""

    shut: float
    half: float
    other: float  # how far above `shut` the wider eye of a blink may be
    lids: float  # what the opening of the lids weighs in a level
    pictures: int
    tells_covered: bool  # whether what covers an eye is told from a shut lid


_CLEAR = _Levels(shut=0.05, half=0.45, other=0.05, lids=0.3, pictures=1, tells_covered=True)
_UNCLEAR = _Levels(shut=0.1, half=0.25, other=0.15, lids=0.5, pictures=2, tells_covered=False)


def states_of_picture(pupils: PupilPair, face: Face) -> PupilPair:
    """The pupils of a single picture with the states of their eyes, each by itself: nothing usual is known."""
    return PupilPair(*(pupil and _seen(pupil, face, side) for side, pupil in _by_side(pupils).items()))


def _seen(pupil: Pupil, face: Face, side: Side) -> Pupil:
    evidence = pupil.evidence
    if evidence is None:
        return pupil
    if evidence.covered:
        return _with_state(pupil, EyeState.HIDDEN)
    if pupil.state is EyeState.CLOSED:
        return pupil
    narrow = evidence.openness < _HALF_OPENNESS and lid_opening(face, side) < _HALF_OPENING
    return _with_state(pupil, EyeState.HALF if narrow else EyeState.OPEN)


def _with_state(pupil: Pupil, state: EyeState) -> Pupil:
    most = {EyeState.CLOSED: _CLOSED_CONFIDENCE, EyeState.HIDDEN: _HIDDEN_CONFIDENCE}.get(state, 1.0)
    return replace(pupil, state=state, confidence=min(pupil.confidence, most))


def _by_side(pupils: PupilPair) -> Mapping[Side, Pupil | None]:
    return {Side.LEFT: pupils.left, Side.RIGHT: pupils.right}


class EyeStateFilter:
    """The states of eyes in a moving picture; a new track id starts afresh."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Everybody starts afresh, as when another detector takes over: what it finds usual is not the same."""
        self._memories = PerFaceState(_Memory)

    def update(self, pupils: PupilPair, face: Face, seconds: float) -> PupilPair:
        """The pupils found in the picture of this moment, with the states of their eyes.

        `face` has landmarks that were not smoothed. Pupils of a detector that tells no evidence stay as they are.
        """
        found = {side: pupil.evidence for side, pupil in _by_side(pupils).items() if pupil and pupil.evidence}
        if not found:
            return pupils
        openings = {side: lid_opening(face, side) for side in found}
        states = self._memories.get(face.track_id, seconds).update(found, openings, seconds)
        return PupilPair(
            *(
                pupil and (_with_state(pupil, states[side]) if side in states else pupil)
                for side, pupil in _by_side(pupils).items()
            )
        )


class _Sight(NamedTuple):
    """One eye in one picture, compared with what is usual for it."""

    level: float
    lids: float  # share of the usual opening
    covered: bool
    limits: _Levels


@dataclass(slots=True)
class _EyeMemory:
    usual: UsualEye = field(default_factory=UsualEye.unknown)
    state: EyeState = EyeState.OPEN
    narrow: int = 0  # pictures in a row in which it was below the level of a shut eye
    apart: float = (
        0.0  # seconds for which its lids were apart or it looked covered while it seemed shut, less the others
    )
    covered: float = 0.0  # seconds, up and down between 0 and _COVERED_SECONDS

    def sight(self, evidence: IrisVisibility, opening: float, elapsed: float) -> _Sight:
        openness = min(max(evidence.openness, -_MOST_OPENNESS), _MOST_OPENNESS)
        lids = opening / self.usual.opening.update(opening, elapsed)
        usual = self.usual.openness.update(openness, elapsed)
        faint = min(max((_CLEAR_IRIS - usual) / (_CLEAR_IRIS - _FAINT_IRIS), 0.0), 1.0)
        limits = _CLEAR if evidence.clear else _UNCLEAR
        level = openness / usual + limits.lids * (lids - _USUAL_LIDS) - faint * evidence.shut
        return _Sight(level, lids, evidence.covered, limits)

    @property
    def slack(self) -> float:
        """By how much a level must be higher for the eye to open again."""
        return _REOPENS if self.state is EyeState.CLOSED else 0.0

    def decide(self, sight: _Sight, elapsed: float, *, blinks: bool) -> EyeState:
        """The state now, `elapsed` seconds after the last one."""
        shut = blinks or sight.level < sight.limits.shut + self.slack
        self.narrow = self.narrow + 1 if shut else 0
        doubtful = sight.lids > _APART or (sight.covered and sight.limits.tells_covered)
        self.apart = (
            min(max(self.apart + (elapsed if doubtful else -elapsed), 0.0), 2 * _APART_SECONDS) if shut else 0.0
        )
        hides = (sight.covered and not shut) or self.apart > _APART_SECONDS
        self.covered = min(max(self.covered + (elapsed if hides else -elapsed), 0.0), _COVERED_SECONDS)
        self.state = self._state(sight)
        return self.state

    def _state(self, sight: _Sight) -> EyeState:
        if self.covered >= _COVERED_SECONDS or (self.state is EyeState.HIDDEN and self.covered > 0):
            return EyeState.HIDDEN
        if self.narrow >= sight.limits.pictures:
            return EyeState.CLOSED
        return EyeState.HALF if sight.level < sight.limits.half else EyeState.OPEN


class _Memory:
    """Both eyes of one face."""

    def __init__(self) -> None:
        self._eyes = {side: _EyeMemory() for side in Side}
        self._seconds: float | None = None

    def update(
        self, seen: Mapping[Side, IrisVisibility], openings: Mapping[Side, float], seconds: float
    ) -> Mapping[Side, EyeState]:
        # A face that is first seen is believed at once.
        elapsed = _COVERED_SECONDS if self._seconds is None else max(seconds - self._seconds, 0.0)
        self._seconds = seconds
        sights = {side: self._eyes[side].sight(evidence, openings[side], elapsed) for side, evidence in seen.items()}
        blinks = self._blinks(sights)
        return {side: self._eyes[side].decide(sight, elapsed, blinks=blinks) for side, sight in sights.items()}

    def _blinks(self, sights: Mapping[Side, _Sight]) -> bool:
        """Whether the eyes taken together are shut: one of them may be seen less clearly, but not be open."""
        limit = min(sight.limits.shut + self._eyes[side].slack for side, sight in sights.items())
        other = min(sight.limits.other for sight in sights.values())
        levels = [sight.level for sight in sights.values()]
        return sum(levels) / len(levels) < limit and max(levels) < limit + other
