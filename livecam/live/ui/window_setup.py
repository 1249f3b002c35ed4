"""Sets up the window: its keys, the parts they switch, and what it displays."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass

from livecam.core.interfaces import Sink
from livecam.core.types import Frame
from livecam.live.collection.collector import ToggleableCollector
from livecam.live.effects.factory import SelectableEffect
from livecam.live.sinks.recorder import Recorder, Snapshots
from livecam.live.sinks.window import WindowSink
from livecam.live.telemetry import Telemetry
from livecam.live.ui.key_bindings import KeyBindings, StatusMessages
from livecam.live.ui.overlay import WindowOverlay
from livecam.perception.faces.factory import chosen
from livecam.perception.pupils.factory import SwitchableDetector
from livecam.settings import Settings, Trigger


@dataclass(frozen=True, slots=True)
class WindowSetup:
    """The parts of a run that keys can switch; without a window they stay as they were set."""

    pupils: SwitchableDetector
    effect: SelectableEffect
    collecting: ToggleableCollector
    telemetry: Telemetry
    notices: StatusMessages

    def window(
        self, settings: Settings, stack: ExitStack, *, mirrored: bool, keep_all: bool
    ) -> tuple[Sink, KeyBindings]:
        """The window with all its keys, and the controls that tell when the person has had enough."""
        folder = settings.output.folder
        recorder = stack.enter_context(Recorder(folder, say=self.notices.say, keep_all=keep_all))
        snapshots = Snapshots(folder)
        controls = KeyBindings(
            effect=self.effect.controls,
            pupils=self.pupils,
            recorder=recorder,
            snapshots=snapshots,
            collecting=self.collecting,
            notices=self.notices,
            mirrored=mirrored,
        )
        dashboard = WindowOverlay(
            telemetry=self.telemetry,
            controls=controls,
            pupils=self.pupils,
            recorder=recorder,
            collecting=self.collecting,
            faces=chosen(settings.faces.finder).value,
            fluster=self._level if settings.effect.trigger is Trigger.AUTO else _unknown,
            hud=settings.output.hud,
        )
        window = stack.enter_context(WindowSink(controls, dashboard.draw))
        return SinkChain((recorder, snapshots, window)), controls

    def _level(self) -> float | None:
        return self.effect.level


def _unknown() -> float | None:
    return None


@dataclass(frozen=True, slots=True)
class SinkChain:
    """Sinks that live and die with the window, which comes last: what a key keeps is what was seen when it was hit."""

    sinks: tuple[Sink, ...]

    def show(self, frame: Frame) -> None:
        for sink in self.sinks:
            sink.show(frame)
