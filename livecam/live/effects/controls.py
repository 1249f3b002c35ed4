"""Effect controls: the style, strength, switch and trigger that keys and the panel change while a run goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from livecam.live.effects.easing import ramp
from livecam.settings import EffectSettings, Trigger, TriggerMode

STRENGTH_STEP = 0.1


@dataclass(frozen=True, slots=True)
class TriggerBinding:
    """A signal that brings an effect out."""

    signal: Trigger
    mode: TriggerMode = TriggerMode.HOLD
    cooldown: float = 1.0  # seconds after the effect went before the signal brings it out again
    level: float = 0.6  # 0..1, how strong the signal has to be


@dataclass(slots=True)
class EffectControls:
    """The live state of the effect: written between two frames, read once a frame by the effect."""

    style: str
    strength: float  # 0..1
    enabled: bool
    trigger: Trigger | None = None  # None is what each effect says itself
    binding: TriggerBinding | None = None  # of a trigger that is a signal
    armed_by: EffectSettings = field(default_factory=EffectSettings)  # whose mode, cooldown and level a signal has
    clean: bool = False  # only what a trigger brings out is drawn, until somebody chooses or switches
    cuts: int = 0  # how often everything was taken off at once

    @classmethod
    def starting(cls, settings: EffectSettings) -> EffectControls:
        """As the settings say; with the trigger `key` the effect waits for its key."""
        made = cls(settings.style, settings.strength, enabled=True)
        made.arm(settings)
        return made

    def arm(self, settings: EffectSettings) -> None:
        """Takes over the trigger of the settings; what is off stays off, and `key` waits for its key."""
        self.trigger, self.binding, self.armed_by = settings.trigger, None, settings
        if settings.trigger is not None and settings.trigger.is_signal:
            self.binding = TriggerBinding(
                settings.trigger, settings.trigger_mode, settings.trigger_cooldown, settings.trigger_level
            )
        self.enabled = self.enabled and settings.trigger is not Trigger.KEY

    def choose(self, style: str) -> None:
        """Another effect, or list of them."""
        self.style, self.clean = style, False

    def toggle(self) -> None:
        """Changes over; a stack that began clean is shown whole."""
        self.enabled, self.clean = self.clean or not self.enabled, False

    def panic(self) -> None:
        """Takes everything off with the next frame; nothing comes out by itself before it is switched on again."""
        self.enabled = self.clean = False
        self.cuts += 1

    def stronger(self) -> None:
        self.strength = min(1.0, round(self.strength + STRENGTH_STEP, 3))

    def weaker(self) -> None:
        self.strength = max(0.0, round(self.strength - STRENGTH_STEP, 3))

    def next_style(self, names: Sequence[str]) -> None:
        """The style after the present one, and after the last, or after one that is not among them, the first."""
        place = names.index(self.style) + 1 if self.style in names else 0
        self.choose(names[place % len(names)])


_SECONDS = 0.15  # from nothing to full strength


class StrengthRamp:
    """The strength as it is drawn."""

    def __init__(self, controls: EffectControls) -> None:
        self._controls = controls
        self._power: float | None = None
        self._cuts = controls.cuts
        self.appeared = 0.0  # seconds of the frame in which the effect was last switched on

    def power(self, seconds: float, elapsed: float) -> float:
        """0..1 now, `elapsed` seconds after the last call; the first call has the full strength at once, and one after
        everything was taken off has none."""
        if self._cuts != self._controls.cuts:
            self._cuts, self._power = self._controls.cuts, 0.0
        wanted = self._controls.strength if self._controls.enabled else 0.0
        if self._power == 0 and wanted > 0:
            self.appeared = seconds
        self._power = wanted if self._power is None else ramp(self._power, wanted, elapsed, _SECONDS)
        return self._power
