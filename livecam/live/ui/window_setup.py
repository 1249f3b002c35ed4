"""Sets up the window: its keys, the parts they switch, and what it displays."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass

from livecam.core.interfaces import Sink
from livecam.core.paths import UserFolder, user_folder
from livecam.core.runtime import screen_size
from livecam.live.collection.collector import ToggleableCollector
from livecam.live.control.run_control import RunControl
from livecam.live.effects.face_state.signals import Signals
from livecam.live.effects.stack import SelectableEffect
from livecam.live.learning.factory import Learning
from livecam.live.sinks.recorder import Recorder
from livecam.live.sinks.window import WindowSink
from livecam.live.sinks.window_geometry import WindowMemory
from livecam.live.telemetry import Telemetry
from livecam.live.ui.key_bindings import KeyBindings, changed_keys
from livecam.live.ui.overlay import WindowOverlay
from livecam.perception.faces.factory import chosen
from livecam.perception.pupils.factory import SwitchableDetector
from livecam.settings import Settings, Trigger


@dataclass(slots=True)
class WindowSetup:
    """What a window needs to show a run and to steer it."""

    settings: Settings
    control: RunControl
    pupils: SwitchableDetector
    effect: SelectableEffect
    collecting: ToggleableCollector
    learning: Learning
    recorder: Recorder
    telemetry: Telemetry

    def open(self, stack: ExitStack) -> Sink:
        """The window with all its keys, which `stack` closes."""
        keys = KeyBindings(self.control, self.learning, keys=changed_keys(self.settings.keys.run))
        overlay = WindowOverlay(
            telemetry=self.telemetry,
            controls=keys,
            pupils=self.pupils,
            recorder=self.recorder,
            collecting=self.collecting,
            learning=self.learning,
            faces=chosen(self.settings.faces.finder).value,
            fluster=self._fluster,
            signals=self._signals,
            armed=lambda: self.effect.armed,
            hud=self.settings.output.hud,
        )
        keys.greet(self.settings.effect.trigger)
        place = user_folder(UserFolder.STATE) / "window.json"
        memory = WindowMemory(place, say=self.control.notices.announce, screen=screen_size())
        return stack.enter_context(WindowSink(keys, overlay.draw, memory=memory))

    def _fluster(self) -> float | None:
        return self.effect.level if self.effect.controls.trigger is Trigger.AUTO else None

    def _signals(self) -> Signals | None:
        return self.effect.faces[0].signals if self.effect.faces else None
