"""What the keys of the window change while the effect runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
        """The style after the present one, and after the last the first."""
        self.style = names[(names.index(self.style) + 1) % len(names)]
