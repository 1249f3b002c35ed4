"""What is usual for a person's eyes: how far the lids are apart, how clearly an iris shows."""

from __future__ import annotations

import math
from dataclasses import dataclass

from livecam.core.types import Face, Side

# The usual value of an eye is a running maximum: it follows a wider eye at once, a narrower one hardly. Blinks last a
# fifth of a second, so they leave it where it is; a person who comes to squint is believed after half a minute.
_RISE_S, _FALL_S = 0.25, 25.0
# In widths of the eye: narrower eyes than the least are not taken for somebody's usual, nor wider ones than the most,
# which are seen where a turned head foreshortens the width.
_LEAST_OPENING, _MOST_OPENING = 0.17, 0.4
_LEAST_OPENNESS = 4.0  # log-odds


def lid_opening(face: Face, side: Side) -> float:
    """The mean distance of the upper from the lower lid, in widths of the eye, 0.4 at most."""
    (x0, y0), (x1, y1), (x2, y2), (x3, y3), (x4, y4), (x5, y5) = face.lids(side).tolist()
    width = math.hypot(x3 - x0, y3 - y0)
    return min((math.hypot(x1 - x5, y1 - y5) + math.hypot(x2 - x4, y2 - y4)) / 2 / max(width, 1e-6), _MOST_OPENING)


@dataclass(slots=True)
class RunningMaximum:
    """The largest value of late, slowly forgotten; never less than `least`."""

    least: float
    value: float = 0.0

    def update(self, now: float, elapsed: float) -> float:
        """The maximum `elapsed` seconds after the last call."""
        if self.value == 0.0:
            self.value = max(now, self.least)
            return self.value
        seconds = _RISE_S if now > self.value else _FALL_S
        self.value = max(self.value + (now - self.value) * (1 - math.exp(-elapsed / seconds)), self.least)
        return self.value


@dataclass(slots=True)
class UsualEye:
    """One eye of one person: what its lids and its iris usually show."""

    opening: RunningMaximum
    openness: RunningMaximum

    @classmethod
    def unknown(cls) -> UsualEye:
        return cls(RunningMaximum(_LEAST_OPENING), RunningMaximum(_LEAST_OPENNESS))
