"""Flustered eyes: the effect that looks after every face in view and lets the chosen style draw it."""

from __future__ import annotations

from dataclasses import dataclass, field

from livecam.core.types import Image, Scene
from livecam.drawing.sprites import load_all
from livecam.live.effects.controls import EffectControls, StrengthRamp
from livecam.live.effects.easing import smooth
from livecam.live.effects.face_state.context import DrawContext
from livecam.live.effects.face_state.eye_state import EyeStateTracker
from livecam.live.effects.face_state.fluster import FlusterEstimator, trigger_strength
from livecam.live.effects.face_state.frame import face_frame
from livecam.live.effects.face_state.persistence import FacePersistence, FadingFace
from livecam.live.effects.styles.registry import layers, style
from livecam.settings import EffectSettings, Trigger


@dataclass(slots=True)
class _Memory:
    """What is remembered of a face from frame to frame."""

    since: float
    lids: EyeStateTracker = field(default_factory=EyeStateTracker)
    fluster: FlusterEstimator = field(default_factory=FlusterEstimator)


class Flustered:
    """Draws the controls' style on every look; with the trigger `auto`, as strongly as each face is flustered.

    An unknown style is a SettingsError, an overlay picture that is missing or broken an AssetError.
    """

    def __init__(self, settings: EffectSettings, controls: EffectControls | None = None) -> None:
        self.controls = controls or EffectControls.starting(settings)
        style(self.controls.style)
        load_all()
        self._settings = settings
        self._persistence = FacePersistence(settings.hold_ms / 1000, settings.fade_ms / 1000)
        self._memories: dict[int, _Memory] = {}
        self._seconds = 0.0
        self._ramp = StrengthRamp(self.controls)

    @property
    def level(self) -> float:
        """How flustered the first face is, 0..1, whatever the trigger; 0 when there is none."""
        return next(iter(self._memories.values())).fluster.level if self._memories else 0.0

    def draw(self, scene: Scene) -> Image:
        """The frame with its effect, a new image; without faces or strength it is a copy."""
        image = scene.frame.image.copy()
        elapsed = max(0.0, scene.frame.timestamp - self._seconds)
        self._seconds = scene.frame.timestamp
        power = self._ramp.power(self._seconds, elapsed)
        contexts = [self._context(face, power, elapsed) for face in self._present(scene)]
        chosen = style(self.controls.style)
        accessories = chosen.accessories if self._settings.accessories is None else self._settings.accessories
        for context in reversed([context for context in contexts if context is not None]):
            for layer in layers(chosen, accessories):
                layer(image, context)
        return image

    def _present(self, scene: Scene) -> list[FadingFace]:
        present = self._persistence.update(scene)
        start = scene.frame.timestamp
        self._memories = {face.key: self._memories.get(face.key) or _Memory(start) for face in present}
        return present

    def _context(self, fading_face: FadingFace, power: float, elapsed: float) -> DrawContext | None:
        face = face_frame(fading_face.observation.face)
        if face is None:
            return None
        memory = self._memories[fading_face.key]
        eyes = memory.lids.update(fading_face.observation, face, elapsed)
        memory.fluster.update(eyes, elapsed)
        if self._settings.trigger is Trigger.AUTO:
            power *= trigger_strength(memory.fluster.level)
        if power <= 0:
            return None
        return DrawContext(
            observation=fading_face.observation,
            face=face,
            eyes=eyes,
            seconds=self._seconds,
            age=max(0.0, self._seconds - max(memory.since, self._ramp.appeared)),
            seed=2.4 * fading_face.key,
            power=power,
            opacity=fading_face.opacity * smooth(power, 0.0, 0.2),
        )
