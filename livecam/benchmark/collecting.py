"""What it costs to keep hard frames: the same path once more, with a queue of its own."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path as Folder

from livecam.benchmark.contestants import Path
from livecam.benchmark.laps import Laps
from livecam.benchmark.parts import open_path
from livecam.collecting.collector import InUse, QueueCollector
from livecam.collecting.opening import make_collector, program_version
from livecam.collecting.recording import Recording
from livecam.core.scene import Frame
from livecam.core.store.store import Store
from livecam.pupils.choose import model_places
from livecam.settings import Settings
from livecam.timed import TimedCollector

_PATIENCE = 10.0  # seconds


@dataclass(slots=True, eq=False)
class CollectingPath:
    """A path that collects; after each turn what is still to be written is waited for, so that nobody else pays."""

    path: Path
    collector: QueueCollector
    laps: Laps = field(default_factory=Laps)

    def take(self, items: Sequence[Frame], *, keep: bool) -> None:
        self.path.laps = self.laps
        self.path.take(items, keep=keep)
        start = self.laps.cpu_clock()
        self.collector.catch_up(_PATIENCE)
        if keep:
            spent, last = (self.laps.cpu_clock() - start) * 1000, self.laps.rounds[-1][-1]
            self.laps.rounds[-1][-1] = last._replace(whole_cpu=last.whole_cpu + spent)


def open_collecting_path(settings: Settings, folder: Folder, stack: ExitStack) -> CollectingPath:
    """The path of the settings, with a store in `folder`, which need not exist."""
    path = open_path(settings)
    store = stack.enter_context(Store.open(folder))
    finder = settings.pupils.finder.value
    collector = make_collector(
        settings,
        Recording("benchmark", "benchmark"),
        lambda _: store,
        in_use=lambda: InUse(finder, program_version()),
        models=model_places(settings.pupils, None),
        tell=lambda note: None,
    )
    stack.enter_context(collector)
    return CollectingPath(replace(path, collector=TimedCollector(collector, path.stopwatch)), collector)
