"""Effect controls: the style, strength and switch that keys change while a run goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from livecam.live.effects.easing import ramp
from livecam.settings import EffectSettings, Trigger

STRENGTH_STEP = 0.1


@dataclass(slots=True)
class EffectControls:
    """The live state of the effect: written by whoever handles the keys, read once a frame by the effect."""

    style: str
    strength: float  # 0..1
    enabled: bool

    @classmethod
    def starting(cls, settings: EffectSettings) -> EffectControls:
        """As the settings say; with the trigger `key` the effect waits for its key."""
        return cls(settings.style, settings.strength, settings.trigger is not Trigger.KEY)

    def toggle(self) -> None:
        self.enabled = not self.enabled

    def stronger(self) -> None:
        self.strength = min(1.0, round(self.strength + STRENGTH_STEP, 3))

    def weaker(self) -> None:
        self.strength = max(0.0, round(self.strength - STRENGTH_STEP, 3))

    def next_style(self, names: Sequence[str]) -> None:
        """The style after the present one, and after the last, or after one that is not among them, the first."""
        place = names.index(self.style) + 1 if self.style in names else 0
        self.style = names[place % len(names)]


_SECONDS = 0.15  # from nothing to full strength


class StrengthRamp:
    """The strength as it is drawn."""

    def __init__(self, controls: EffectControls) -> None:
        self._controls = controls
        self._power: float | None = None
        self.appeared = 0.0  # seconds of the frame in which the effect was last switched on

    def power(self, seconds: float, elapsed: float) -> float:
        """0..1 now, `elapsed` seconds after the last call; the first call has the full strength at once."""
        wanted = self._controls.strength if self._controls.enabled else 0.0
        if self._power == 0 and wanted > 0:
            self.appeared = seconds
        self._power = wanted if self._power is None else ramp(self._power, wanted, elapsed, _SECONDS)
        return self._power
