"""What the person at the window works with: the keys, the parts they switch, and what the window tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from livecam.collector import CollectorSwitch
from livecam.controls import Controls
from livecam.core.scene import Frame
from livecam.core.seams import PupilFinder, Sink
from livecam.dashboard import Dashboard
from livecam.effects.choose import ChosenEffect
from livecam.faces.choose import chosen
from livecam.notices import Notices
from livecam.outputs import Say
from livecam.pupils.choose import open_pupils, reloading
from livecam.pupils.reloading import Reloading
from livecam.pupils.smoothing import Smoothing
from livecam.pupils.switched import SwitchedPupils
from livecam.settings import PupilFinderName, PupilSettings, Settings, Trigger
from livecam.sinks.keeping import Recorder, Snapshots
from livecam.sinks.window import Window
from livecam.stopwatch import Stopwatch
from livecam.telemetry import Telemetry
from livecam.timed import TimedPupils


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts of a run that keys can switch; without a window they stay as they were set."""

    pupils: SwitchedPupils
    effect: ChosenEffect
    collecting: CollectorSwitch
    telemetry: Telemetry
    notices: Notices

    def window(self, settings: Settings, stack: ExitStack, *, mirrored: bool, keep_all: bool) -> tuple[Sink, Controls]:
        """The window with all its keys, and the controls that tell when the person has had enough."""
        folder = settings.output.folder
        recorder = stack.enter_context(Recorder(folder, say=self.notices.say, keep_all=keep_all))
        snapshots = Snapshots(folder)
        controls = Controls(
            effect=self.effect.controls,
            pupils=self.pupils,
            recorder=recorder,
            snapshots=snapshots,
            collecting=self.collecting,
            notices=self.notices,
            mirrored=mirrored,
        )
        dashboard = Dashboard(
            telemetry=self.telemetry,
            controls=controls,
            pupils=self.pupils,
            recorder=recorder,
            collecting=self.collecting,
            faces=chosen(settings.faces.finder).value,
            fluster=self._level if settings.effect.trigger is Trigger.AUTO else _unknown,
            hud=settings.output.hud,
        )
        window = stack.enter_context(Window(controls, dashboard.dress))
        return _Together((recorder, snapshots, window)), controls

    def _level(self) -> float | None:
        return self.effect.level


def switched_pupils(settings: PupilSettings, watch: Stopwatch, places: Sequence[Path], say: Say) -> SwitchedPupils:
    """The finder that the settings name, and those the key p changes to; each measured, and with its own smoothing.

    The model is the best of `places`, also when it is replaced while the program runs.
    """
    models: dict[str, Reloading] = {}

    def open_finder(name: PupilFinderName) -> PupilFinder:
        if name is not PupilFinderName.TFLITE:
            return open_pupils(settings.model_copy(update={"finder": name}))
        models[name.value] = reloading(settings, places, say)
        return models[name.value]

    names = dict.fromkeys((settings.finder, PupilFinderName.CPU, PupilFinderName.TFLITE))
    openers: Mapping[str, Callable[[], PupilFinder]] = {
        name.value: partial(_measured, partial(open_finder, name), watch, smoothing=settings.smoothing)
        for name in names
    }
    return SwitchedPupils(openers, settings.finder.value, lambda name: models[name].version if name in models else "")


def _measured(open_finder: Callable[[], PupilFinder], watch: Stopwatch, *, smoothing: bool) -> PupilFinder:
    pupils = TimedPupils(open_finder(), watch)
    return TimedPupils(Smoothing(pupils), watch, "smooth") if smoothing else pupils


def _unknown() -> float | None:
    return None


@dataclass(frozen=True, slots=True)
class _Together:
    """Sinks that live and die with the window, which comes last: what a key keeps is what was seen when it was hit."""

    sinks: tuple[Sink, ...]

    def show(self, frame: Frame) -> None:
        for sink in self.sinks:
            sink.show(frame)
