"""Sets up the window: its keys, the parts they switch, and what it displays."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field

from livecam.core.interfaces import Sink
from livecam.core.paths import UserFolder, user_folder
from livecam.core.runtime import screen_size
from livecam.core.types import Frame
from livecam.live.collection.collector import ToggleableCollector
from livecam.live.effects.face_state.signals import Signals
from livecam.live.effects.stack import SelectableEffect
from livecam.live.learning.factory import Learning
from livecam.live.sinks.recorder import Recorder, Snapshots
from livecam.live.sinks.window import WindowSink
from livecam.live.sinks.window_geometry import WindowMemory
from livecam.live.sound import SoundTrack
from livecam.live.telemetry import Telemetry
from livecam.live.ui.key_bindings import KeyBindings, StatusMessages, changed_keys
from livecam.live.ui.overlay import WindowOverlay
from livecam.perception.faces.factory import chosen
from livecam.perception.pupils.factory import SwitchableDetector
from livecam.settings import Settings, Trigger


@dataclass(slots=True)
class WindowSetup:
    """The parts of a run that keys can switch; without a window they stay as they were set."""

    settings: Settings
    pupils: SwitchableDetector
    effect: SelectableEffect
    collecting: ToggleableCollector
    learning: Learning
    telemetry: Telemetry
    messages: StatusMessages
    keys: KeyBindings | None = field(default=None, init=False)  # of the opened window

    def finished(self) -> bool:
        """Whether the person at the window has had enough."""
        return self.keys is not None and self.keys.finished

    def open(self, stack: ExitStack, *, mirrored: bool, keep_all: bool, sound: SoundTrack | None) -> Sink:
        """The window with all its keys, which `stack` closes; what is recorded in it has the `sound`."""
        output = self.settings.output
        recorder = stack.enter_context(
            Recorder(
                output.folder or user_folder(UserFolder.VIDEOS),
                say=self.messages.announce,
                keep_all=keep_all,
                sound=sound,
            )
        )
        snapshots = Snapshots(output.folder or user_folder(UserFolder.PICTURES))
        self.keys = KeyBindings(
            effect=self.effect.controls,
            pupils=self.pupils,
            recorder=recorder,
            snapshots=snapshots,
            collecting=self.collecting,
            learning=self.learning,
            notices=self.messages,
            mirrored=mirrored,
            keys=changed_keys(self.settings.keys.run),
        )
        overlay = WindowOverlay(
            telemetry=self.telemetry,
            controls=self.keys,
            pupils=self.pupils,
            recorder=recorder,
            collecting=self.collecting,
            learning=self.learning,
            faces=chosen(self.settings.faces.finder).value,
            fluster=self._fluster if self.settings.effect.trigger is Trigger.AUTO else _unknown,
            signals=self._signals,
            hud=output.hud,
        )
        self.keys.greet()
        place = user_folder(UserFolder.STATE) / "window.json"
        memory = WindowMemory(place, say=self.messages.announce, screen=screen_size())
        window = stack.enter_context(WindowSink(self.keys, overlay.draw, memory=memory))
        return SinkChain((recorder, snapshots, window))

    def _fluster(self) -> float | None:
        return self.effect.level

    def _signals(self) -> Signals | None:
        return self.effect.faces[0].signals if self.effect.faces else None


def _unknown() -> float | None:
    return None


@dataclass(frozen=True, slots=True)
class SinkChain:
    """Sinks that live and die with the window, which comes last: what a key keeps is what was seen when it was hit."""

    sinks: tuple[Sink, ...]

    def show(self, frame: Frame) -> None:
        for sink in self.sinks:
            sink.show(frame)
