"""Flustered eyes: the Effect that looks after every face in view and lets the chosen style draw it."""

from __future__ import annotations

from dataclasses import dataclass, field

from livecam.core.scene import Image, Scene
from livecam.effects.anatomy import anatomy
from livecam.effects.controls import EffectControls
from livecam.effects.fluster import Fluster, outbreak
from livecam.effects.lids import Lids
from livecam.effects.motion import smooth
from livecam.effects.overlays import load_all
from livecam.effects.portrait import Portrait
from livecam.effects.presence import Presence, Presences
from livecam.effects.styles import layers, style
from livecam.effects.switch import Switch
from livecam.settings import EffectSettings, Trigger


@dataclass(slots=True)
class _Memory:
    """What is remembered of a face from frame to frame."""

    since: float
    lids: Lids = field(default_factory=Lids)
    fluster: Fluster = field(default_factory=Fluster)


class Flustered:
    """Draws the controls' style on every look; with the trigger `auto`, as strongly as each face is flustered.

    An unknown style is a SettingsError, an overlay picture that is missing or broken an AssetError.
    """

    def __init__(self, settings: EffectSettings, controls: EffectControls | None = None) -> None:
        self.controls = controls or EffectControls.starting(settings)
        style(self.controls.style)
        load_all()
        self._settings = settings
        self._presences = Presences(settings.hold_ms / 1000, settings.fade_ms / 1000)
        self._memories: dict[int, _Memory] = {}
        self._seconds = 0.0
        self._switch = Switch(self.controls)

    @property
    def level(self) -> float:
        """How flustered the first face is, 0..1, whatever the trigger; 0 when there is none."""
        return next(iter(self._memories.values())).fluster.level if self._memories else 0.0

    def draw(self, scene: Scene) -> Image:
        """The frame with its effect, a new image; without faces or strength it is a copy."""
        image = scene.frame.image.copy()
        elapsed = max(0.0, scene.frame.seconds - self._seconds)
        self._seconds = scene.frame.seconds
        power = self._switch.power(self._seconds, elapsed)
        portraits = [self._portrait(face, power, elapsed) for face in self._present(scene)]
        chosen = style(self.controls.style)
        accessories = chosen.accessories if self._settings.accessories is None else self._settings.accessories
        for portrait in reversed([portrait for portrait in portraits if portrait is not None]):
            for layer in layers(chosen, accessories):
                layer(image, portrait)
        return image

    def _present(self, scene: Scene) -> list[Presence]:
        present = self._presences.update(scene)
        start = scene.frame.seconds
        self._memories = {face.key: self._memories.get(face.key) or _Memory(start) for face in present}
        return present

    def _portrait(self, presence: Presence, power: float, elapsed: float) -> Portrait | None:
        face = anatomy(presence.look.face)
        if face is None:
            return None
        memory = self._memories[presence.key]
        eyes = memory.lids.update(presence.look, face, elapsed)
        memory.fluster.update(eyes, elapsed)
        if self._settings.trigger is Trigger.AUTO:
            power *= outbreak(memory.fluster.level)
        if power <= 0:
            return None
        return Portrait(
            look=presence.look,
            face=face,
            eyes=eyes,
            seconds=self._seconds,
            age=max(0.0, self._seconds - max(memory.since, self._switch.appeared)),
            seed=2.4 * presence.key,
            power=power,
            opacity=presence.opacity * smooth(power, 0.0, 0.2),
        )
