"""Signals of a face: mouth open, smile, brows, frown, head pose, winks, blinks, looking away, leaning in.

What is usual for this person is learnt over the first seconds and followed slowly after; a signal is how far they are
from it, smoothed, with hysteresis for what is on or off. Packs read the values, triggers the events.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import exp, hypot, pi
from operator import attrgetter

from livecam.core.types import SIDES, EyeState, FaceObservation, Side
from livecam.live.effects.easing import smooth
from livecam.live.effects.face_state.measures import Measures

_ON, _OFF = 0.6, 0.4
_LEARNING_SECONDS, _UNKNOWN_SECONDS = 2.5, 0.5  # of the first seconds; before the second nothing is said
_FOLLOWING_SECONDS, _AT_REST = 30.0, 0.25  # how slowly rest is followed then, and below which signal
_SMOOTH_SECONDS = 0.06
FULL_TURN = pi / 4  # of the head, that counts as 1
_BLINK_SECONDS, _WINK_SECONDS = 0.5, 0.12  # a blink is over sooner, a wink lasts longer

# What rest may be at most, so that somebody who laughs from the first frame is not taken for their own rest.
_REST = {
    "lips_apart": (0.0, 0.08),
    "mouth_width": (0.65, 0.95),
    "corners_up": (-0.3, 0.0),
    "brows_up": (0.22, 0.52),
    "brows_apart": (0.2, 0.6),
    "inner_brows_up": (0.15, 0.5),
    "yaw": (-0.35, 0.35),
    "pitch": (-0.5, 0.5),
    "size": (1.0, 1e6),
}


@dataclass(frozen=True, slots=True)
class Signals:
    """One face in one frame. Values are 0..1; those of the head's turn -1..1, with 0 at rest."""

    mouth_open: float = 0.0
    smile: float = 0.0
    brows: float = 0.0  # raised
    frown: float = 0.0
    yaw: float = 0.0  # to the image-right
    pitch: float = 0.0  # down
    roll: float = 0.0  # clockwise in the picture; not taken from rest
    wink_left: float = 0.0  # the subject's own left
    wink_right: float = 0.0
    blink: float = 0.0
    looking_away: float = 0.0
    leaning_in: float = 0.0
    active: frozenset[str] = frozenset()  # the names of those that are on, with hysteresis
    events: frozenset[str] = frozenset()  # those that came on in this frame, a blink when the eyes open again
    calibrated: bool = False  # what is usual for this person is known

    def values(self) -> Mapping[str, float]:
        """Every value by its name."""
        return dict(zip(SIGNAL_NAMES, _every_value(self), strict=True))


SIGNAL_NAMES = tuple(field.name for field in fields(Signals) if field.name not in ("active", "events", "calibrated"))
_every_value = attrgetter(*SIGNAL_NAMES)


class SignalSummary:
    """What the signals of the largest face came to over a run."""

    def __init__(self) -> None:
        self._frames = 0
        self._sums = dict.fromkeys(SIGNAL_NAMES, 0.0)
        self._largest = dict.fromkeys(SIGNAL_NAMES, 0.0)
        self._events = dict.fromkeys(SIGNAL_NAMES, 0)

    def add(self, signals: Signals) -> None:
        """Takes those of one frame."""
        self._frames += 1
        for name, value in signals.values().items():
            self._sums[name] += value
            self._largest[name] = max(self._largest[name], abs(value))
        for name in signals.events:
            self._events[name] += 1

    def report(self) -> Mapping[str, Mapping[str, float]]:
        """By signal its mean, its largest size and how often it came on; nothing without a face."""
        if not self._frames:
            return {}
        return {
            name: {
                "mean": round(self._sums[name] / self._frames, 4),
                "max": round(self._largest[name], 4),
                "events": self._events[name],
            }
            for name in SIGNAL_NAMES
        }


class SignalEstimator:
    """The signals of one face over time."""

    def __init__(self) -> None:
        self._rest: dict[str, float] = {}
        self._age = 0.0
        self._values = dict.fromkeys(SIGNAL_NAMES, 0.0)
        self._active: frozenset[str] = frozenset()
        self._shut_for = 0.0
        self._winking = {Side.LEFT: 0.0, Side.RIGHT: 0.0}
        self.signals = Signals()

    def update(self, measures: Measures, observation: FaceObservation, elapsed: float) -> Signals:
        """The signals now, `elapsed` seconds after the last call."""
        self._learn(measures, elapsed)
        known = smooth(self._age, _UNKNOWN_SECONDS, 2 * _UNKNOWN_SECONDS)
        now = {name: known * value for name, value in self._raw(measures).items()}
        now |= self._eyes(observation, now["yaw"], elapsed)
        now["roll"] = _limited(measures.roll / FULL_TURN)
        values, keep = self._values, exp(-elapsed / _SMOOTH_SECONDS)
        for name, value in now.items():
            values[name] = value + (values[name] - value) * keep
        blinked = self._blinked(observation, elapsed)
        active = frozenset([name for name, value in values.items() if self._is_on(name, abs(value))])
        events = active - self._active - {"blink"} | ({"blink"} if blinked else set())
        self._active = active
        self.signals = Signals(**self._values, active=active, events=events, calibrated=self._age >= _LEARNING_SECONDS)
        return self.signals

    def _is_on(self, name: str, size: float) -> bool:
        return size >= _ON or (size >= _OFF and name in self._active)

    def _learn(self, measures: Measures, elapsed: float) -> None:
        # What was before the first frame is not known.
        self._age += elapsed if self._rest else 0.0
        learning = self._age < _LEARNING_SECONDS
        # The mean of all there was so far, then an exponential one.
        keep = exp(-elapsed / (max(self._age, 1e-3) if learning else _FOLLOWING_SECONDS))
        rest = self._rest
        for name, (lowest, highest) in _REST.items():
            value = min(max(float(getattr(measures, name)), lowest), highest)
            before = rest.get(name, value)
            rest[name] = value + (before - value) * keep if learning or self._resting(name) else before

    def _resting(self, name: str) -> bool:
        return all(abs(self._values[signal]) < _AT_REST for signal in _JUDGED_BY.get(name, (name,)))

    def _raw(self, now: Measures) -> dict[str, float]:
        rest = self._rest
        wider, lifted = now.mouth_width - rest["mouth_width"], now.corners_up - rest["corners_up"]
        closer = rest["brows_apart"] - now.brows_apart
        lower = rest["inner_brows_up"] - now.inner_brows_up
        return {
            "mouth_open": smooth(now.lips_apart - rest["lips_apart"], 0.03, 0.36),
            "smile": smooth(wider + 1.2 * lifted, 0.03, 0.24),
            "brows": smooth(now.brows_up - rest["brows_up"], 0.02, 0.13),
            "frown": smooth(closer + lower, 0.02, 0.12),
            "yaw": _limited((now.yaw - rest["yaw"]) / FULL_TURN),
            "pitch": _limited((now.pitch - rest["pitch"]) / FULL_TURN),
            "leaning_in": smooth(now.size / rest["size"], 1.08, 1.45),
        }

    def _eyes(self, observation: FaceObservation, yaw: float, elapsed: float) -> dict[str, float]:
        for side, other in ((Side.LEFT, Side.RIGHT), (Side.RIGHT, Side.LEFT)):
            alone = observation.state(side) is EyeState.CLOSED and observation.state(other).shows_iris
            self._winking[side] = self._winking[side] + elapsed if alone else 0.0
        winks = {side: float(seconds >= _WINK_SECONDS) for side, seconds in self._winking.items()}
        return {
            "wink_left": winks[Side.LEFT],
            "wink_right": winks[Side.RIGHT],
            "blink": float(observation.both_closed),
            "looking_away": max(smooth(_averted(observation), 0.4, 0.85), smooth(abs(yaw), 0.4, 0.8)),
        }

    def _blinked(self, observation: FaceObservation, elapsed: float) -> bool:
        """Whether the eyes have opened again after a moment."""
        if observation.both_closed:
            self._shut_for += elapsed
            return False
        blinked = 0 < self._shut_for <= _BLINK_SECONDS and self._age > _UNKNOWN_SECONDS
        self._shut_for = 0.0
        return blinked


def _averted(observation: FaceObservation) -> float:
    """How far the gaze is from straight ahead, both eyes together: one who squints looks nowhere else."""
    gazes = [gaze for side in SIDES if observation.state(side).shows_iris and (gaze := observation.gaze(side))]
    if not gazes:
        return 0.0
    return hypot(sum([gaze.horizontal for gaze in gazes]), sum([gaze.vertical for gaze in gazes])) / len(gazes)


# The signals that say whether a measure is at rest, where its name is not that of the signal.
_JUDGED_BY = {
    "lips_apart": ("mouth_open",),
    "mouth_width": ("smile", "mouth_open"),
    "corners_up": ("smile", "mouth_open"),
    "brows_up": ("brows", "frown"),
    "brows_apart": ("frown",),
    "inner_brows_up": ("brows", "frown"),
    "size": ("leaning_in",),
}


def _limited(value: float) -> float:
    return min(max(value, -1.0), 1.0)
