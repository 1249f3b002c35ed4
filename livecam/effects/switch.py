"""Eases what the keys change at a stroke: the effect swells and shrinks, and springs when it appears."""

from __future__ import annotations

from livecam.effects.controls import EffectControls
from livecam.effects.motion import ramp

_SECONDS = 0.15  # from nothing to full strength


class Switch:
    """The strength as it is drawn."""

    def __init__(self, controls: EffectControls) -> None:
        self._controls = controls
        self._style = controls.style
        self._power: float | None = None
        self.appeared = 0.0  # seconds of the frame in which the effect, or its present style, was last switched on

    def power(self, seconds: float, elapsed: float) -> float:
        """0..1 now, `elapsed` seconds after the last call; the first call has the full strength at once."""
        wanted = self._controls.strength if self._controls.enabled else 0.0
        if self._controls.style != self._style or (self._power == 0 and wanted > 0):
            self._style, self.appeared = self._controls.style, seconds
        self._power = wanted if self._power is None else ramp(self._power, wanted, elapsed, _SECONDS)
        return self._power
