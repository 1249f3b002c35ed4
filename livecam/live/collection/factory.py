"""Opens the sample collector that the settings ask for, and says where samples go."""

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

from livecam.core.paths import local_path
from livecam.core.shell import typed
from livecam.live.collection.collector import ActiveDetector, OpenStore, SampleCollector
from livecam.live.collection.hard_examples import HardExampleDetector
from livecam.live.collection.model_disagreement import NamedDetector, SecondDetector
from livecam.live.collection.random_sampling import PoissonSampler
from livecam.live.collection.sample_builder import RecordingInfo, without_secrets
from livecam.live.collection.selector import DRAWS_PER_MINUTE, CollectionStats, SampleSelector
from livecam.live.sources.camera import CameraSource
from livecam.live.sources.demo import DemoSource
from livecam.live.sources.factory import AnySource, shows_person
from livecam.perception.pupils.factory import SwitchableDetector, open_pupils, reloading
from livecam.settings import CollectSettings, PupilDetectorName, PupilSettings, Settings
from livecam.store.location import default_folder

if TYPE_CHECKING:
    from livecam.store.store import Store


Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class CollectionSession:
    """A collector at work, and where it puts the frames."""

    collector: SampleCollector
    place: str

    def report(self) -> dict[str, Any]:
        """The `collected` part of what `--report` writes."""
        return {"place": self.place, **self.collector.report()}

    def summary(self) -> str:
        """What was kept, by reason, and where."""
        return f"{self.collector.stats.summary()} for labelling in {self.place}"


def store_folder(settings: CollectSettings) -> Path:
    """The store that the settings name, or the user's own."""
    return (settings.queue or default_folder()).expanduser()


def is_enabled(settings: CollectSettings, source: AnySource) -> bool:
    """Whether frames of this source are kept: unless it is said, only a camera's, and never a screen's."""
    return shows_person(source) if settings.enabled is None else settings.enabled


def open_collecting(
    settings: Settings,
    source: AnySource,
    stack: ExitStack,
    *,
    in_use: Callable[[], ActiveDetector],
    models: Sequence[Path],
    say: Say,
    tell: Say,
) -> CollectionSession | None:
    """The collector, which `stack` closes; None when no frames are to be kept.

    `say` is told where the frames go, `tell` what goes wrong later. A store that was named is opened at once, so that
    StoreError tells what is wrong with it; the user's own is opened beside the run, which goes on without it.
    """
    chosen = settings.collect
    if not is_enabled(chosen, source):
        return None
    place = _place(chosen)
    say(
        f"hard frames are kept for labelling in {place}, and sent nowhere;"
        f" --no-queue turns that off, `{_clearing(chosen)}` deletes them"
    )
    collector = make_collector(
        settings, recording_of(settings, source), _opener(chosen, stack), in_use=in_use, models=models, tell=tell
    )
    return CollectionSession(stack.enter_context(collector), place)


def make_collector(
    settings: Settings,
    recording: RecordingInfo,
    open_store: OpenStore,
    *,
    in_use: Callable[[], ActiveDetector],
    models: Sequence[Path],
    tell: Say,
) -> SampleCollector:
    """A collector with all its parts, to be entered by `with`."""
    # A file that is seen again is drawn from at the same moments; a camera's recordings all have names of their own.
    chosen, random = settings.collect, Random(recording.session)
    return SampleCollector(
        HardExampleDetector(chosen, PoissonSampler(random, DRAWS_PER_MINUTE), random),
        SampleSelector(chosen, recording, second_detector(settings.pupils, models, tell), CollectionStats(), random),
        open_store,
        in_use=in_use,
        say=tell,
    )


def recording_of(settings: Settings, source: AnySource) -> RecordingInfo:
    """A file is the same recording whenever it is shown; a camera makes a new one each time."""
    name = settings.source.source.strip()
    if isinstance(source, DemoSource):
        return RecordingInfo("demo", "demo")
    if not isinstance(source, CameraSource):
        path = local_path(name)
        return RecordingInfo.of_address(name) if path is None else RecordingInfo.of_file(path)
    if isinstance(source, CameraSource) and (name == "auto" or name.isdigit()):
        name = f"camera {name if name.isdigit() else 0}"
    return RecordingInfo.live(name, datetime.now(UTC))


def _place(settings: CollectSettings) -> str:
    folder = f"{store_folder(settings).absolute()}"
    return folder if settings.queue_db is None else f"{folder} and {without_secrets(settings.queue_db)}"


def _clearing(settings: CollectSettings) -> str:
    """What deletes the frames of this store: without a flag that names it, `livecam queue` speaks of the user's own."""
    folder = () if settings.queue is None else ("--queue", settings.queue)
    database = () if settings.queue_db is None else ("--queue-db", "URL")
    return typed("livecam", "queue", "clear", *folder, *database)


def _opener(settings: CollectSettings, stack: ExitStack) -> Callable[[ExitStack], Store]:
    # Brings the database's library, which a run that keeps nothing does without.
    def open_store(closing: ExitStack) -> Store:
        from livecam.store.store import Store

        return closing.enter_context(Store.open(store_folder(settings), settings.queue_db))

    if settings.queue is None and settings.queue_db is None:
        return open_store
    # Closed after the collector, which the stack closes first.
    opened = open_store(stack)
    return lambda _: opened


def second_detector(settings: PupilSettings, models: Sequence[Path], tell: Say) -> SecondDetector:
    """The one that is not in use, opened when it is first asked."""

    def cpu() -> NamedDetector:
        detector = open_pupils(settings.model_copy(update={"finder": PupilDetectorName.CPU}))
        return NamedDetector(PupilDetectorName.CPU.value, detector, program_version)

    def tflite() -> NamedDetector:
        detector = reloading(settings, models, tell)
        return NamedDetector(PupilDetectorName.TFLITE.value, detector, lambda: detector.version)

    openers: Mapping[str, Callable[[], NamedDetector]] = {"cpu": cpu, "tflite": tflite}
    return SecondDetector(openers, tell)


def active_detector(pupils: SwitchableDetector) -> ActiveDetector:
    """The pupil detector in use now; one without a model has the version of the program."""
    return ActiveDetector(pupils.name, pupils.version or program_version())


@cache
def program_version() -> str:
    """Stands for the version of a detector that is part of the program; looked up once, as it takes a millisecond."""
    return installed("livecam")
