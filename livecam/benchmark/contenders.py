"""Contenders of a benchmark: each takes a block of frames and keeps its timings."""

from __future__ import annotations

import gc
import io
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path as Folder
from typing import Protocol, TypeVar

from livecam.benchmark.accuracy import PupilLocator
from livecam.benchmark.timing import DeferredDetection, FrameTimes, FrameTimings, FrameWatch
from livecam.core.interfaces import Collector, Effect, Sink
from livecam.core.runtime import use_single_opencv_thread
from livecam.core.timing import StageTimer
from livecam.core.types import Frame
from livecam.live.collection.collector import ActiveDetector, NullCollector, SampleCollector
from livecam.live.collection.factory import make_collector, program_version
from livecam.live.collection.sample_builder import RecordingInfo
from livecam.live.effects.stack import SelectableEffect
from livecam.live.loop import run
from livecam.live.sinks.encoder import VideoEncoder, even, planes
from livecam.live.sinks.virtual_camera import NullSink
from livecam.perception.faces.factory import open_model
from livecam.perception.faces.tracker import FaceTracker
from livecam.perception.pipeline import EyeHistory, Perception, Smoothing
from livecam.perception.pupils.factory import model_places, open_pupils
from livecam.settings import Settings
from livecam.store.store import Store

_Item_contra = TypeVar("_Item_contra", contravariant=True)


class Contender(Protocol[_Item_contra]):
    def take(self, items: Sequence[_Item_contra], *, keep: bool) -> None:
        """Works through consecutive items; what they took is kept, or forgotten as warm-up."""
        ...


@dataclass(slots=True, eq=False)
class Pipeline:
    """One path through the program: perceive, draw, show, offer, by the loop that runs live."""

    name: str
    face: str
    perception: Perception
    detector: DeferredDetection
    effect: Effect
    sinks: Sequence[Sink]
    collector: Collector
    timer: StageTimer
    timings: FrameTimings = field(default_factory=FrameTimings)

    def take(self, items: Sequence[Frame], *, keep: bool) -> None:
        timings = self.timings if keep else FrameTimings()
        watch = FrameWatch(timings, self.timer, beside=self.detector.catch_up, keep=keep)
        run(items, self.perception, self.effect, self.sinks, self.collector, observer=watch, finished=lambda: False)
        timings.rounds.append(watch.block)


@dataclass(slots=True, eq=False)
class Baseline:
    """Another program's perception of the same frames; all it does counts as perception."""

    name: str
    perception: PupilLocator
    timings: FrameTimings = field(default_factory=FrameTimings)

    def take(self, items: Sequence[Frame], *, keep: bool) -> None:
        timings = self.timings if keep else FrameTimings()
        timings.rounds.append([self._time_frame(frame, timings) for frame in items])

    def _time_frame(self, frame: Frame, timings: FrameTimings) -> FrameTimes:
        start, start_cpu = timings.clock(), timings.cpu_clock()
        found = self.perception.detect(frame.image)
        wall, cpu = (timings.clock() - start) * 1000, (timings.cpu_clock() - start_cpu) * 1000
        timings.with_a_face += found is not None
        return FrameTimes(wall, wall, cpu, cpu)


class Encoder:
    """A Sink that makes an .mp4 in memory, as the file sink makes one on disk."""

    def __init__(self, first: Frame) -> None:
        self._file = io.BytesIO()
        self._encoding = VideoEncoder(self._file, ".mp4", replace(first, image=even(first.image)).size)

    def show(self, frame: Frame) -> None:
        self._encoding.write(planes(even(frame.image)), frame.timestamp)

    def close(self) -> None:
        self._encoding.close()


def encode(path: Pipeline, frames: Sequence[Frame]) -> list[float]:
    """Milliseconds for each of the frames, as the path draws them."""
    encoder, taken = Encoder(frames[0]), []
    for frame in frames:
        drawn = replace(frame, image=path.effect.draw(path.perception.see(frame)))
        start = path.timings.clock()
        encoder.show(drawn)
        taken.append((path.timings.clock() - start) * 1000)
        path.detector.catch_up()
        path.timer.next_frame(keep=False)
    encoder.close()
    return taken


# In the order in which a frame meets them; `track` is what following faces takes apart from the three before it. What
# collecting takes is measured on a path of its own.
STAGES = ("detect", "check", "landmarks", "track", "crop", "pupil", "smooth", "draw", "show", "encode")
BESIDE = ("detect", "encode")  # each in a thread of its own, so no part of what a frame waits for


def open_path(settings: Settings) -> Pipeline:
    """A freshly built path with a null sink; AssetError or MissingExtraError when one of its parts is not there."""
    use_single_opencv_thread()
    timer, model = StageTimer(), open_model(settings.faces.finder)
    detector = DeferredDetection(model.detect, timer)
    faces = FaceTracker(model, detector, settings.faces.max_faces, timer=timer)
    smoothing = Smoothing() if settings.pupils.smoothing else None
    return Pipeline(
        name=settings.pupils.finder.value,
        face=settings.faces.finder.value,
        perception=Perception(faces, open_pupils(settings.pupils), smoothing, EyeHistory()),
        detector=detector,
        effect=SelectableEffect(settings.effect),
        sinks=[NullSink()],
        collector=NullCollector(),
        timer=timer,
    )


_PATIENCE = 10.0  # seconds


@dataclass(slots=True, eq=False)
class CollectingPath:
    """A path that collects; after each turn what is still to be written is waited for, so that nobody else pays."""

    path: Pipeline
    collector: SampleCollector
    timings: FrameTimings = field(default_factory=FrameTimings)

    def take(self, items: Sequence[Frame], *, keep: bool) -> None:
        self.path.timings = self.timings
        self.path.take(items, keep=keep)
        start = self.timings.cpu_clock()
        self.collector.catch_up(_PATIENCE)
        if keep:
            spent, last = (self.timings.cpu_clock() - start) * 1000, self.timings.rounds[-1][-1]
            self.timings.rounds[-1][-1] = last._replace(whole_cpu=last.whole_cpu + spent)


def open_collecting_path(settings: Settings, folder: Folder, stack: ExitStack) -> CollectingPath:
    """The path of the settings, with a store in `folder`, which need not exist."""
    path = open_path(settings)
    store = stack.enter_context(Store.open(folder))
    detector = settings.pupils.finder.value
    collector = make_collector(
        settings,
        RecordingInfo("benchmark", "benchmark"),
        lambda _: store,
        in_use=lambda: ActiveDetector(detector, program_version()),
        models=model_places(settings.pupils, None),
        tell=lambda note: None,
    )
    stack.enter_context(collector)
    return CollectingPath(replace(path, collector=collector), collector)


BLOCK = 50  # frames a turn: consecutive, so that what follows faces has something to follow
_Item = TypeVar("_Item")


def interleave(
    contestants: Sequence[Contender[_Item]],
    items: Sequence[_Item],
    *,
    warm_up: int,
    progress: Callable[[], None] = lambda: None,
) -> None:
    """Every contestant takes every item, block by block, in an order that is drawn anew, from a fixed seed, each round.

    Garbage is collected between the turns, so that nobody pays for another's; within a turn it is as it is live.
    """
    draw = random.Random(1)
    for block, keep in blocks(items, warm_up):
        for contestant in draw.sample(list(contestants), len(contestants)):
            gc.collect()
            contestant.take(block, keep=keep)
            progress()


def blocks(items: Sequence[_Item], warm_up: int) -> Iterator[tuple[Sequence[_Item], bool]]:
    """The warm-up, which does not count, then blocks that do."""
    if warm_up:
        yield items[:warm_up], False
    for start in range(warm_up, len(items), BLOCK):
        yield items[start : start + BLOCK], True
