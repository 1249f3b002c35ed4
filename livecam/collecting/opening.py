"""Opens the collector of a run as the settings say, and says where the frames go."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version as installed
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from livecam.collecting.chance import Chance
from livecam.collecting.collector import InUse, OpenStore, QueueCollector
from livecam.collecting.keeper import DRAWS_PER_MINUTE, Keeper
from livecam.collecting.recording import Recording, without_secrets
from livecam.collecting.second_opinion import Named, SecondOpinion
from livecam.collecting.suspicion import Suspicion
from livecam.collecting.tally import Tally
from livecam.core.store.place import default_folder
from livecam.pupils.choose import open_pupils, reloading
from livecam.settings import CollectSettings, PupilFinderName, PupilSettings, Settings
from livecam.sources.camera import Camera
from livecam.sources.choose import AnySource
from livecam.sources.demo import Demo

if TYPE_CHECKING:
    from livecam.core.store.store import Store

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Collecting:
    """A collector at work, and where it puts the frames."""

    collector: QueueCollector
    place: str

    def report(self) -> dict[str, Any]:
        """The `collected` part of what `--report` writes."""
        return {"place": self.place, **self.collector.report()}

    def summary(self) -> str:
        """What was kept, by reason, and where."""
        return f"{self.collector.tally.in_words()} for labelling in {self.place}"


def folder_of(settings: CollectSettings) -> Path:
    """The store that the settings name, or the user's own."""
    return (settings.queue or default_folder()).expanduser()


def is_wanted(settings: CollectSettings, source: AnySource) -> bool:
    """Whether frames of this source are kept: unless it is said, only a camera's."""
    return isinstance(source, Camera) if settings.enabled is None else settings.enabled


def open_collecting(
    settings: Settings,
    source: AnySource,
    stack: ExitStack,
    *,
    in_use: Callable[[], InUse],
    models: Sequence[Path],
    say: Say,
    tell: Say,
) -> Collecting | None:
    """The collector, which `stack` closes; None when no frames are to be kept.

    `say` is told where the frames go, `tell` what goes wrong later. A store that was named is opened at once, so that
    StoreError tells what is wrong with it; the user's own is opened beside the run, which goes on without it.
    """
    chosen = settings.collect
    if not is_wanted(chosen, source):
        return None
    place = _place(chosen)
    say(
        f"hard frames are kept for labelling in {place}, and sent nowhere;"
        " --no-queue turns that off, `livecam queue clear` deletes them"
    )
    collector = make_collector(
        settings, recording_of(settings, source), _opener(chosen, stack), in_use=in_use, models=models, tell=tell
    )
    return Collecting(stack.enter_context(collector), place)


def make_collector(
    settings: Settings,
    recording: Recording,
    open_store: OpenStore,
    *,
    in_use: Callable[[], InUse],
    models: Sequence[Path],
    tell: Say,
) -> QueueCollector:
    """A collector with all its parts, to be entered by `with`."""
    chosen, random = settings.collect, Random()
    return QueueCollector(
        Suspicion(chosen, Chance(random, DRAWS_PER_MINUTE), random),
        Keeper(chosen, recording, _second(settings.pupils, models, tell), Tally(), random),
        open_store,
        in_use=in_use,
        say=tell,
    )


def recording_of(settings: Settings, source: AnySource) -> Recording:
    """A file is the same recording whenever it is shown; a camera makes a new one each time."""
    name = settings.source.source.strip()
    path = Path(name).expanduser()
    if isinstance(source, Demo):
        return Recording("demo", "demo")
    if not isinstance(source, Camera) and path.exists():
        return Recording.of_file(path)
    if isinstance(source, Camera) and (name == "auto" or name.isdigit()):
        name = f"camera {name if name.isdigit() else 0}"
    return Recording.live(name, datetime.now(UTC))


def _place(settings: CollectSettings) -> str:
    folder = f"{folder_of(settings).absolute()}"
    return folder if settings.queue_db is None else f"{folder} and {without_secrets(settings.queue_db)}"


def _opener(settings: CollectSettings, stack: ExitStack) -> Callable[[ExitStack], Store]:
    # Brings the database's library, which a run that keeps nothing does without.
    def open_store(closing: ExitStack) -> Store:
        from livecam.core.store.store import Store  # noqa: PLC0415

        return closing.enter_context(Store.open(folder_of(settings), settings.queue_db))

    if settings.queue is None and settings.queue_db is None:
        return open_store
    # Closed after the collector, which the stack closes first.
    opened = open_store(stack)
    return lambda _: opened


def _second(settings: PupilSettings, models: Sequence[Path], tell: Say) -> SecondOpinion:
    def cpu() -> Named:
        finder = open_pupils(settings.model_copy(update={"finder": PupilFinderName.CPU}))
        return Named(PupilFinderName.CPU.value, finder, program_version)

    def tflite() -> Named:
        finder = reloading(settings, models, tell)
        return Named(PupilFinderName.TFLITE.value, finder, lambda: finder.version)

    openers: Mapping[str, Callable[[], Named]] = {"cpu": cpu, "tflite": tflite}
    return SecondOpinion(openers, tell)


@cache
def program_version() -> str:
    """Stands for the version of a finder that is a part of the program; looked up once, for it takes a millisecond."""
    return installed("livecam")
