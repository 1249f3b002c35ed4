"""Triggers: a signal of a face that brings an effect out, while it lasts or until it comes again."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from math import inf

from livecam.live.effects.controls import EffectControls, TriggerBinding
from livecam.live.effects.easing import ramp
from livecam.live.effects.face_state.signals import Signals
from livecam.live.effects.face_state.tracker import FaceState
from livecam.live.effects.packs.manifest import PackManifest
from livecam.settings import Trigger, TriggerMode

_HYSTERESIS = 0.2  # of a signal, between coming on and going off
_RAMP_SECONDS = 0.15


def own_binding(manifest: PackManifest) -> TriggerBinding | None:
    """What the effect.toml says; None where it says nothing."""
    if manifest.trigger is None:
        return None
    return TriggerBinding(manifest.trigger, manifest.trigger_mode, manifest.trigger_cooldown, manifest.trigger_level)


@dataclass(slots=True)
class FaceTrigger:
    """One binding on one face. It waits until the signals are calibrated and the signal has been at rest once, so that
    nothing comes out because somebody smiles already."""

    share: float = 0.0  # 0..1, how much of the effect there is now
    appeared: float = 0.0  # seconds of the frame in which the effect last came out
    _is_out: bool = False
    _was_on: bool = True
    _gone: float = -inf  # seconds of the frame in which it last went

    def update(self, binding: TriggerBinding, signals: Signals, seconds: float, elapsed: float) -> float:
        """How much of the effect there is, `elapsed` seconds after the last call."""
        wanted = self._wanted(binding, signals, seconds)
        if wanted and not self._is_out:
            self.appeared = seconds
        if self._is_out and not wanted:
            self._gone = seconds
        self._is_out = wanted
        self.share = ramp(self.share, float(wanted), elapsed, _RAMP_SECONDS)
        return self.share

    def _wanted(self, binding: TriggerBinding, signals: Signals, seconds: float) -> bool:
        if not signals.calibrated:
            return False
        came = self._came(binding, signals)
        ready = seconds - self._gone >= binding.cooldown
        if binding.mode is TriggerMode.HOLD:
            return self._was_on and (self._is_out or (came and ready))
        if came and self._is_out:
            return seconds - self.appeared < binding.cooldown
        return self._is_out or (came and ready)

    def _came(self, binding: TriggerBinding, signals: Signals) -> bool:
        """Whether the signal came on in this frame. A blink that is waited for comes when the eyes open again, for
        only then it is one."""
        value = abs(signals.values()[binding.signal])
        is_on = value >= (binding.level - _HYSTERESIS if self._was_on else binding.level)
        was_on, self._was_on = self._was_on, is_on
        if binding.signal is Trigger.BLINK and binding.mode is TriggerMode.TOGGLE:
            return "blink" in signals.events
        return is_on and not was_on


@dataclass(slots=True)
class StackTriggers:
    """The triggers of a stack of effects, one for each effect and face; the controls go before the effects."""

    controls: EffectControls
    _faces: dict[tuple[str, int], FaceTrigger] = field(default_factory=dict)
    _cuts: int = 0

    def begin(self, present: Container[int]) -> None:
        """At the start of a frame: forgets faces that are gone, and everything when all was taken off."""
        if not self.controls.enabled or self._cuts != self.controls.cuts:
            self._faces.clear()
        self._cuts = self.controls.cuts
        self._faces = {key: trigger for key, trigger in self._faces.items() if key[1] in present}

    def binding(self, manifest: PackManifest) -> TriggerBinding | None:
        """What brings this effect out now; None where it needs nothing of the kind."""
        return own_binding(manifest) if self.controls.trigger is None else self.controls.binding

    def armed(self, manifests: Sequence[PackManifest]) -> tuple[str, ...]:
        """The signals that something may come out at, `auto` among them; none while the effect is off."""
        if not self.controls.enabled:
            return ()
        if self.controls.trigger is Trigger.AUTO:
            return (Trigger.AUTO.value,)
        bindings = [self.binding(manifest) for manifest in manifests]
        return tuple(dict.fromkeys(binding.signal.value for binding in bindings if binding is not None))

    def update(
        self, entry: str, binding: TriggerBinding, state: FaceState, seconds: float, elapsed: float
    ) -> FaceTrigger:
        """The trigger of an effect on a face, brought up to date once a frame."""
        trigger = self._faces.setdefault((entry, state.key), FaceTrigger())
        trigger.update(binding, state.signals, seconds, elapsed)
        return trigger
