"""Pupil smoothing, relative to the eye they move in, so that a moving head is not smoothed twice."""

from __future__ import annotations

import cmath
from dataclasses import replace

from livecam.core.filters import OneEuroFilter, OneEuroParams, PerFaceState
from livecam.core.interfaces import PupilPair
from livecam.core.types import EyeState, Face, Point, Pupil, Side

# In pupil distances. A glance is quick and small, so its filter opens sooner than that of the head.
_PLACE = OneEuroParams(rest_hz=1.5, per_speed=25.0)
_RADIUS = OneEuroParams(rest_hz=0.7, per_speed=5.0)
_CONFIDENCE = OneEuroParams(rest_hz=3.0, per_speed=0.0)


class PupilSmoother:
    """Steadies the pupils of a moving picture; a new track id starts afresh."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Everybody starts afresh, as when another detector takes over: its answers are not those of the one before."""
        self._filters = PerFaceState(lambda: {side: _EyeFilter() for side in Side})

    def smooth(self, pupils: PupilPair, face: Face, seconds: float) -> PupilPair:
        """The pupils found in the picture of this moment, steadied on their face; None stays None."""
        filters = self._filters.get(face.track_id, seconds)
        return PupilPair(
            *(
                pupil and filters[side].smoothed(pupil, face, side, seconds)
                for side, pupil in ((Side.LEFT, pupils.left), (Side.RIGHT, pupils.right))
            )
        )


class _EyeFilter:
    def __init__(self) -> None:
        self._place, self._radius = OneEuroFilter[complex](_PLACE), OneEuroFilter[float](_RADIUS)
        self._confidence, self._state = OneEuroFilter[float](_CONFIDENCE), EyeState.OPEN

    def smoothed(self, pupil: Pupil, face: Face, side: Side, seconds: float) -> Pupil:
        unit = max(face.pupil_distance, 1.0)
        # Complex numbers x + iy: to divide by the axis is to measure along and across the line of the eyes.
        middle, axis = _middle(face, side), cmath.rect(unit, face.roll)
        centre = self._place((complex(*pupil.centre) - middle) / axis, seconds) * axis + middle
        return replace(
            pupil,
            centre=Point(centre.real, centre.imag),
            radius=self._radius(pupil.radius / unit, seconds) * unit,
            confidence=self._smooth_confidence(pupil, seconds),
        )

    def _smooth_confidence(self, pupil: Pupil, seconds: float) -> float:
        # A blink changes at once what a confidence is about.
        if pupil.state is not self._state:
            self._confidence, self._state = OneEuroFilter(_CONFIDENCE), pupil.state
        return self._confidence(pupil.confidence, seconds)


def _middle(face: Face, side: Side) -> complex:
    """Of the eye's corners."""
    (x0, y0), *_, (x1, y1), _, _ = face.lids(side).tolist()
    return complex(x0 + x1, y0 + y1) / 2
