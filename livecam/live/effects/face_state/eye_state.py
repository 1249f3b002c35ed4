"""Open or closed eyes over time: weighs noisy measurements, so that lids do not flicker; blinks and winks."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log
from typing import NamedTuple

from livecam.core.types import SIDES, EyeState, FaceObservation, Gaze, Pupil, Side
from livecam.live.effects.easing import ramp, smooth, towards
from livecam.live.effects.face_state.frame import FaceFrame

# Doubtful single eyes were the flicker that disturbed most. A longer ramp lost blinks, a shortest duration of a state
# lagged.
_WEIGHED_SECONDS = 0.05
_CONVINCED = 0.3
# How far apart the signs of two eyes are when one of them winks; in between they are taken for one another's doubt.
_WINK, _SURE_WINK = 1.5, 1.75
_WINK_APERTURE, _WINK_WIDTH = 0.6, 0.75  # of the other eye's; of one that is turned away too little is seen
_MEETING = 0.45  # of the usual aperture, below which an eye without a pupil counts as shut
_UNSEEN_SHUT, _UNSEEN_OPEN = -0.9, 0.6
_BLINK = 0.67  # of the aperture a moment ago, both eyes together; an iris may still seem to be there


@dataclass(frozen=True, slots=True)
class EyeAperture:
    """How far the lids of an eye are apart."""

    relative: float  # 1 is this person's usual
    width: float = 1.0  # 1 is an eye seen from the front, less on the side that is turned away
    change: float = 1.0  # 1 is as a moment ago; they come together quickly in a blink only


@dataclass(frozen=True, slots=True)
class LidDecision:
    """What has been made of the signs so far."""

    weight: float  # -1 surely shut .. 1 surely open
    shut: bool

    @classmethod
    def first(cls, sign: float) -> LidDecision:
        return cls(sign, sign < 0)

    def after(self, sign: float, elapsed: float) -> tuple[LidDecision, float]:
        """The verdict `elapsed` seconds later, and how many of them it has been standing as it does."""
        weight = sign + (self.weight - sign) * exp(-elapsed / _WEIGHED_SECONDS)
        limit = _CONVINCED if self.shut else -_CONVINCED
        if (weight < limit) == self.shut:
            return LidDecision(weight, self.shut), elapsed
        # Told to the fraction of a frame, so that it does not depend on the frame rate.
        passed = _WEIGHED_SECONDS * log((self.weight - sign) / (limit - sign)) if limit != sign else elapsed
        return LidDecision(weight, not self.shut), elapsed - min(max(passed, 0.0), elapsed)


OPEN = LidDecision(1.0, shut=False)


def openness_evidence(observation: FaceObservation, apertures: dict[Side, EyeAperture]) -> dict[Side, float]:
    """For each eye what this frame says: -1 surely shut .. 1 surely open.

    Eyes close together: unless one clearly winks, both get the mean of what is seen of the two, in which an eye that
    is turned away counts less.
    """
    if sum(aperture.change for aperture in apertures.values()) < _BLINK * len(apertures):
        return dict.fromkeys(apertures, _UNSEEN_SHUT)
    own = {side: _sign(observation.pupil(side), apertures[side]) for side in SIDES}
    if _winks(own, apertures):
        return own
    seen = {side: aperture.width**2 for side, aperture in apertures.items()}
    return dict.fromkeys(own, sum(own[side] * seen[side] for side in own) / sum(seen.values()))


def _sign(pupil: Pupil | None, aperture: EyeAperture) -> float:
    if pupil is None or pupil.state is EyeState.HIDDEN:
        return _UNSEEN_SHUT if aperture.relative < _MEETING else _UNSEEN_OPEN
    # The confidence of a closed eye ends below a half, and says how much of an iris there seemed to be after all.
    return pupil.confidence if pupil.state.shows_iris else -1 + min(pupil.confidence, 0.5)


def _winks(own: dict[Side, float], apertures: dict[Side, EyeAperture]) -> bool:
    shut, wide = sorted(own, key=lambda side: own[side])
    if apertures[shut].width < _WINK_WIDTH * apertures[wide].width:
        return False
    apart = own[wide] - own[shut]
    narrower = apertures[shut].relative < _WINK_APERTURE * apertures[wide].relative
    return apart > (_WINK if narrower else _SURE_WINK)


_LID_SECONDS = 0.045  # from open to shut
_GAZE_SECONDS, _UNSURE_GAZE_SECONDS = 0.03, 0.4
_OPENNESS_SECONDS, _WIDTH_SECONDS, _SURE_SECONDS = 0.08, 0.15, 0.1
_WIDENS_SECONDS, _NARROWS_SECONDS = 0.15, 0.35  # how soon a new aperture is that of a moment ago
_SURE_GAZE = 0.7  # confidence
_LARGEST_RADIUS = 0.16  # of an iris, in pupil distances; people have 0.0935
_STRAIGHT = Gaze(0.0, 0.0)


class IrisPose(NamedTuple):
    """Where an iris is on its face, in the face's units from the middle of the eye's corners."""

    along: float
    below: float
    radius: float


@dataclass(frozen=True, slots=True)
class EyePose:
    """One eye as a style draws it."""

    side: Side
    gaze: Gaze
    openness: float  # 1 is this person's usual, 0.3..1.25
    width: float  # 1 is an eye seen from the front, 0.5..1.1; less on the side that is turned away
    lid: float  # 0 open .. 1 shut, moving between the two
    shut: bool  # what is to be drawn, with hysteresis
    iris: IrisPose | None = None  # the last that was seen
    sure: float = 0.0  # 0..1, how far that can be relied upon; fades when the iris is not seen
    verdict: LidDecision = OPEN


class EyeStateTracker:
    """Both eyes of one face."""

    def __init__(self) -> None:
        self._eyes: dict[Side, EyePose] = {}
        self._usual = {Side.LEFT: 0.0, Side.RIGHT: 0.0}
        self._recent = {Side.LEFT: 0.0, Side.RIGHT: 0.0}

    def update(self, observation: FaceObservation, face: FaceFrame, elapsed: float) -> dict[Side, EyePose]:
        """The eyes now, `elapsed` seconds after the last call."""
        apertures = {side: self._aperture(side, face, elapsed) for side in SIDES}
        seen = openness_evidence(observation, apertures)
        now = {side: (apertures[side], seen[side], elapsed) for side in SIDES}
        self._eyes = {side: self._eye(side, observation, face, now[side]) for side in SIDES}
        return self._eyes

    def _eye(
        self, side: Side, observation: FaceObservation, face: FaceFrame, now: tuple[EyeAperture, float, float]
    ) -> EyePose:
        aperture, sign, elapsed = now
        gaze, steadiness = _gaze(observation, side)
        openness, width = min(max(aperture.relative, 0.3), 1.25), face.eye_widths[side]
        iris, sure = _iris(observation, side, face)
        before = self._eyes.get(side)
        if before is None:
            verdict = LidDecision.first(sign)
            shut = verdict.shut
            return EyePose(side, gaze or _STRAIGHT, openness, width, float(shut), shut, iris, sure, verdict)
        verdict, standing = before.verdict.after(sign, elapsed)
        lid = ramp(before.lid, float(verdict.shut), standing, _LID_SECONDS)
        return EyePose(
            side,
            _moved(before.gaze, gaze or before.gaze, elapsed, steadiness),
            towards(before.openness, openness, elapsed, _OPENNESS_SECONDS),
            towards(before.width, width, elapsed, _WIDTH_SECONDS),
            lid,
            lid > 0.3 if before.shut else lid >= 0.7,
            iris or before.iris,
            towards(before.sure, sure, elapsed, _SURE_SECONDS),
            verdict,
        )

    def _aperture(self, side: Side, face: FaceFrame, elapsed: float) -> EyeAperture:
        now = face.aperture(side)
        recent = self._recent[side] or max(now, 1e-3)
        self._recent[side] = towards(recent, now, elapsed, _WIDENS_SECONDS if now > recent else _NARROWS_SECONDS)
        return EyeAperture(self._relative_aperture(side, now, elapsed), face.eye_widths[side], now / recent)

    def _relative_aperture(self, side: Side, aperture: float, elapsed: float) -> float:
        """The aperture in units of what is usual for this eye: learnt fast upwards, forgotten slowly."""
        usual = self._usual[side]
        if usual == 0:
            usual = max(aperture, 0.22)
        usual = towards(usual, max(aperture, 0.15), elapsed, 0.7 if aperture > usual else 20.0)
        self._usual[side] = usual
        return aperture / usual


def _gaze(observation: FaceObservation, side: Side) -> tuple[Gaze | None, float]:
    """The gaze of the eye, or that of the other when only that is open, and the time constant to follow it with.

    None when neither is known. A gaze that is hardly seen moves the eye slowly, and gives way to a surer one.
    """
    other = Side.LEFT if side is Side.RIGHT else Side.RIGHT
    known = [(pupil.confidence, gaze) for each in (side, other) if (pupil := observation.pupil(each))
             and pupil.state.shows_iris and (gaze := observation.gaze(each)) is not None]  # fmt: skip
    if not known:
        return None, _GAZE_SECONDS
    own_first = known[0] if known[0][0] >= _SURE_GAZE else max(known, key=lambda seen: seen[0])
    sure = smooth(own_first[0], 0.2, _SURE_GAZE)
    return own_first[1], _UNSURE_GAZE_SECONDS + (_GAZE_SECONDS - _UNSURE_GAZE_SECONDS) * sure


def _iris(observation: FaceObservation, side: Side, face: FaceFrame) -> tuple[IrisPose | None, float]:
    pupil = observation.pupil(side)
    if pupil is None or not pupil.state.shows_iris:
        return None, 0.0
    middle = face.eye(side)
    x, y = (pupil.centre.x - middle.x) / face.unit, (pupil.centre.y - middle.y) / face.unit
    along, below = x * face.across.x + y * face.across.y, y * face.across.x - x * face.across.y
    return IrisPose(along, below, min(pupil.radius / face.unit, _LARGEST_RADIUS)), smooth(pupil.confidence, 0.05, 0.4)


def _moved(before: Gaze, now: Gaze, elapsed: float, time_constant: float) -> Gaze:
    horizontal = towards(before.horizontal, now.horizontal, elapsed, time_constant)
    return Gaze(horizontal, towards(before.vertical, now.vertical, elapsed, time_constant))
