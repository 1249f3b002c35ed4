"""Follows one eye over time, so that a lid that flickers in the measurements does not flicker in the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from livecam.core.scene import EyeState, Gaze, Look, Side
from livecam.effects.anatomy import Anatomy
from livecam.effects.motion import ramp, smooth, towards
from livecam.effects.shutting import OPEN, Aperture, Verdict, signs

_LID_SECONDS = 0.045  # from open to shut
_GAZE_SECONDS, _UNSURE_GAZE_SECONDS = 0.03, 0.4
_OPENNESS_SECONDS, _WIDTH_SECONDS, _SURE_SECONDS = 0.08, 0.15, 0.1
_WIDENS_SECONDS, _NARROWS_SECONDS = 0.15, 0.35  # how soon a new aperture is that of a moment ago
_SURE_GAZE = 0.7  # confidence
_LARGEST_RADIUS = 0.16  # of an iris, in pupil distances; people have 0.0935
_STRAIGHT = Gaze(0.0, 0.0)


class Iris(NamedTuple):
    """Where an iris is on its face, in the face's units from the middle of the eye's corners."""

    along: float
    below: float
    radius: float


@dataclass(frozen=True, slots=True)
class Eye:
    """One eye as a style draws it."""

    side: Side
    gaze: Gaze
    openness: float  # 1 is this person's usual, 0.3..1.25
    width: float  # 1 is an eye seen from the front, 0.5..1.1; less on the side that is turned away
    lid: float  # 0 open .. 1 shut, moving between the two
    shut: bool  # what is to be drawn, with hysteresis
    iris: Iris | None = None  # the last that was seen
    sure: float = 0.0  # 0..1, how far that can be relied upon; fades when the iris is not seen
    verdict: Verdict = OPEN


class Lids:
    """Both eyes of one face."""

    def __init__(self) -> None:
        self._eyes: dict[Side, Eye] = {}
        self._usual = {Side.LEFT: 0.0, Side.RIGHT: 0.0}
        self._recent = {Side.LEFT: 0.0, Side.RIGHT: 0.0}

    def update(self, look: Look, face: Anatomy, elapsed: float) -> dict[Side, Eye]:
        """The eyes now, `elapsed` seconds after the last call."""
        apertures = {side: self._aperture(side, face, elapsed) for side in Side}
        seen = signs(look, apertures)
        self._eyes = {side: self._eye(side, look, face, (apertures[side], seen[side], elapsed)) for side in Side}
        return self._eyes

    def _eye(self, side: Side, look: Look, face: Anatomy, now: tuple[Aperture, float, float]) -> Eye:
        aperture, sign, elapsed = now
        gaze, steadiness = _gaze(look, side)
        openness, width = min(max(aperture.relative, 0.3), 1.25), face.eye_widths[side]
        iris, sure = _iris(look, side, face)
        before = self._eyes.get(side)
        if before is None:
            verdict = Verdict.first(sign)
            shut = verdict.shut
            return Eye(side, gaze or _STRAIGHT, openness, width, float(shut), shut, iris, sure, verdict)
        verdict, standing = before.verdict.after(sign, elapsed)
        lid = ramp(before.lid, float(verdict.shut), standing, _LID_SECONDS)
        return Eye(
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

    def _aperture(self, side: Side, face: Anatomy, elapsed: float) -> Aperture:
        now = face.aperture(side)
        recent = self._recent[side] or max(now, 1e-3)
        self._recent[side] = towards(recent, now, elapsed, _WIDENS_SECONDS if now > recent else _NARROWS_SECONDS)
        return Aperture(self._relative_aperture(side, face, elapsed), face.eye_widths[side], now / recent)

    def _relative_aperture(self, side: Side, face: Anatomy, elapsed: float) -> float:
        """The aperture in units of what is usual for this eye: learnt fast upwards, forgotten slowly."""
        aperture, usual = face.aperture(side), self._usual[side]
        if usual == 0:
            usual = max(aperture, 0.22)
        usual = towards(usual, max(aperture, 0.15), elapsed, 0.7 if aperture > usual else 20.0)
        self._usual[side] = usual
        return aperture / usual


def _gaze(look: Look, side: Side) -> tuple[Gaze | None, float]:
    """The gaze of the eye, or that of the other when only that is open, and the time constant to follow it with.

    None when neither is known. A gaze that is hardly seen moves the eye slowly, and gives way to a surer one.
    """
    other = Side.LEFT if side is Side.RIGHT else Side.RIGHT
    known = [(pupil.confidence, gaze) for each in (side, other) if (pupil := look.pupil(each))
             and pupil.state is EyeState.OPEN and (gaze := look.gaze(each)) is not None]  # fmt: skip
    if not known:
        return None, _GAZE_SECONDS
    own_first = known[0] if known[0][0] >= _SURE_GAZE else max(known, key=lambda seen: seen[0])
    sure = smooth(own_first[0], 0.2, _SURE_GAZE)
    return own_first[1], _UNSURE_GAZE_SECONDS + (_GAZE_SECONDS - _UNSURE_GAZE_SECONDS) * sure


def _iris(look: Look, side: Side, face: Anatomy) -> tuple[Iris | None, float]:
    pupil = look.pupil(side)
    if pupil is None or pupil.state is EyeState.CLOSED:
        return None, 0.0
    middle = face.eye(side)
    x, y = (pupil.centre.x - middle.x) / face.unit, (pupil.centre.y - middle.y) / face.unit
    along, below = x * face.across.x + y * face.across.y, y * face.across.x - x * face.across.y
    return Iris(along, below, min(pupil.radius / face.unit, _LARGEST_RADIUS)), smooth(pupil.confidence, 0.05, 0.4)


def _moved(before: Gaze, now: Gaze, elapsed: float, time_constant: float) -> Gaze:
    return Gaze(*(towards(a, b, elapsed, time_constant) for a, b in zip(before, now, strict=True)))
