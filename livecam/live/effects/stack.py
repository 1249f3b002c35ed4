"""The effect of a run: packs stacked in order, drawn on every face as the controls say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from livecam.core.errors import LivecamError, PackError
from livecam.core.types import Image, Scene, check_image
from livecam.live.effects.controls import EffectControls, StrengthRamp, TriggerBinding
from livecam.live.effects.easing import smooth
from livecam.live.effects.face_state.fluster import trigger_strength
from livecam.live.effects.face_state.signals import SignalSummary
from livecam.live.effects.face_state.tracker import FaceState, FaceStateTracker
from livecam.live.effects.library.loading import LoadedPack, PackLoader
from livecam.live.effects.library.locations import entries
from livecam.live.effects.packs.pack import Moment, PackMemory
from livecam.live.effects.packs.python_code import EffectContext, PaintedFace
from livecam.live.effects.triggers import StackTriggers
from livecam.settings import EffectSettings, Trigger

if TYPE_CHECKING:
    from livecam.live.effects.spotlight import LightSource


class SelectableEffect:
    """The packs that the controls name, one over the other; an unknown name or a broken pack is a LivecamError.

    A spotlight follows `lights`; without them, the faces. `faces` are the states of the last frame, with their signals.
    """

    def __init__(
        self,
        settings: EffectSettings,
        lights: LightSource | None = None,
        *,
        say: Callable[[str], None] = lambda text: None,
    ) -> None:
        self.controls = EffectControls.starting(settings)
        self.faces: Sequence[FaceState] = ()
        self.signal_summary = SignalSummary()
        self._settings, self._say = settings, say
        self._loader = PackLoader(EffectContext(self.controls, settings, lights), say)
        self._text = self.controls.style
        self._entries = entries(self._text)
        self._packs = [self._loader.get(entry) for entry in self._entries]
        self._refused = ""
        self._since: dict[str, float] = {}  # by entry, seconds of the frame in which it joined the stack
        self._tracker = FaceStateTracker(settings.hold_ms / 1000, settings.fade_ms / 1000)
        self._memories: dict[tuple[str, int], PackMemory] = {}
        self._failing: set[int] = set()  # packs whose Python has failed
        self._ramp = StrengthRamp(self.controls)
        self._triggers = StackTriggers(self.controls)
        self._seconds = 0.0

    def watching(self) -> AbstractContextManager[None]:
        """While it lasts, packs are loaded beside the picture, and anew when somebody saves a file of theirs."""
        return self._loader.running()

    @property
    def packs(self) -> Sequence[LoadedPack]:
        """What is drawn now, from back to front."""
        return tuple(self._packs)

    @property
    def level(self) -> float:
        """How flustered the first face is, 0..1, whatever the trigger; 0 when there is none."""
        return self._tracker.level

    @property
    def armed(self) -> tuple[str, ...]:
        """The signals of a face at which something may come out by itself; none while the effect is off."""
        return self._triggers.armed([loaded.pack.manifest for loaded in self._packs])

    def draw(self, scene: Scene) -> Image:
        """The frame with its effects, a new image; without faces or strength it is a copy."""
        check_image(scene.frame.image)
        seconds = scene.frame.timestamp
        elapsed, self._seconds = max(0.0, seconds - self._seconds), seconds
        self._choose(seconds)
        power = self._ramp.power(seconds, elapsed)
        self.faces = self._tracker.update(scene, elapsed)
        if self.faces:
            self.signal_summary.add(self.faces[0].signals)
        self._forget()
        self._triggers.begin(self._tracker.keys)
        image: Image | None = None
        for entry, loaded in zip(self._entries, self._packs, strict=True):
            binding = self._triggers.binding(loaded.pack.manifest)
            out = [self._out(entry, binding, state, elapsed) for state in self.faces]
            if loaded.scene_effect is not None:
                image = self._drawn_whole(loaded, scene, image, self._share_of_all(out, binding))
                continue
            image = scene.frame.image.copy() if image is None else image
            for index, state in reversed(list(enumerate(self.faces))):
                moment = self._moment(entry, state, power, elapsed, out[index], is_first=index == 0)
                if moment.power > 0:
                    self._draw_face(image, (entry, loaded), state, moment)
        return scene.frame.image.copy() if image is None else image

    def _choose(self, seconds: float) -> None:
        """Takes over what the controls name as soon as it is loaded; the former stack is drawn until then."""
        text = self.controls.style
        if text not in (self._text, self._refused):
            try:
                wanted = entries(text)
                packs = self._loader.request(wanted)
            except LivecamError as error:
                self._refused = text
                self.controls.style = self._text
                self._say(str(error))
                return
            if packs is not None:
                self._text, self._entries, self._refused = text, wanted, ""
        elif text == self._text:
            self._refused = ""
        current = self._loader.request(self._entries)
        self._packs = self._packs if current is None else current
        self._since = {entry: self._since.get(entry, seconds) for entry in self._entries}

    def _forget(self) -> None:
        present = set(self._tracker.keys)
        self._memories = {key: memory for key, memory in self._memories.items() if key[1] in present}

    def _out(self, entry: str, binding: TriggerBinding | None, state: FaceState, elapsed: float) -> tuple[float, float]:
        """How much of an effect a face has brought out, 0..1, and since when, in seconds of the frame."""
        if binding is None:
            return (0.0 if self.controls.clean else 1.0), 0.0
        trigger = self._triggers.update(entry, binding, state, self._seconds, elapsed)
        return trigger.share, trigger.appeared

    def _share_of_all(self, out: Sequence[tuple[float, float]], binding: TriggerBinding | None) -> float:
        """Of an effect on the whole picture, which any face brings out."""
        if binding is None:
            return 0.0 if self.controls.clean else 1.0
        return max((share for share, _ in out), default=0.0)

    def _moment(
        self, entry: str, state: FaceState, power: float, elapsed: float, out: tuple[float, float], *, is_first: bool
    ) -> Moment:
        if self.controls.trigger is Trigger.AUTO:
            power *= trigger_strength(state.fluster)
        power *= out[0]
        since = max(state.since, self._since[entry], self._ramp.appeared, out[1])
        opacity = state.opacity * smooth(power, 0.0, 0.2)
        return Moment(self._seconds, elapsed, max(0.0, self._seconds - since), power, opacity, is_first)

    def _draw_face(self, image: Image, chosen: tuple[str, LoadedPack], state: FaceState, moment: Moment) -> None:
        entry, loaded = chosen
        memory = self._memories.setdefault((entry, state.key), PackMemory())
        loaded.pack.draw(image, state, moment, memory, self._settings.accessories)
        if loaded.code is None or id(loaded) in self._failing:
            return
        painted = PaintedFace(state, loaded.pack.folder, moment.seconds, moment.power, moment.opacity)
        try:
            loaded.code.draw(image, painted)
        except PackError as error:
            # Said once; the layers go on, and so does the picture.
            self._failing.add(id(loaded))
            self._say(str(error))

    def _drawn_whole(self, loaded: LoadedPack, scene: Scene, image: Image | None, share: float) -> Image | None:
        """With so much of the effect, 0..1; the image as it was where there is none."""
        assert loaded.scene_effect is not None
        if id(loaded) in self._failing:
            return image
        under = scene if image is None else replace(scene, frame=replace(scene.frame, image=image))
        drawn = loaded.scene_effect.draw(under)
        if share >= 1:
            return drawn
        return image if share <= 0 else _blended(under.frame.image, drawn, share)


def _blended(under: Image, drawn: Image, share: float) -> Image:
    return cv2.addWeighted(drawn, share, under, 1 - share, 0).astype(np.uint8, copy=False)
