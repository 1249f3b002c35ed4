"""The main loop: take a frame, detect faces and pupils, draw, show, and offer the scene to the collector."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from livecam.core.interfaces import Collector, Effect, Sink, Source
from livecam.core.timing import StageTimer
from livecam.core.types import Frame, Scene
from livecam.live.telemetry import Telemetry
from livecam.perception.pipeline import Perception


class LoopObserver(Protocol):
    """Hears of every frame on its way through the loop, and brings the timer of its stages."""

    @property
    def timer(self) -> StageTimer: ...

    def frames(self, source: Source) -> Iterator[Frame]:
        """The same frames; each is in the loop until the next one is asked for."""
        ...

    def perceived(self, scene: Scene) -> None:
        """The scene is known, nothing is drawn yet."""
        ...

    def shown(self, frame: Frame) -> None:
        """Every sink has got the picture of this frame."""
        ...


def run(
    source: Source,
    perception: Perception,
    effect: Effect,
    sinks: Sequence[Sink],
    collector: Collector,
    *,
    observer: LoopObserver | None = None,
    finished: Callable[[], bool],
) -> None:
    """Runs until the source ends or `finished` says so, which is asked after every frame."""
    observer = observer or Telemetry()
    timer = observer.timer
    for frame in observer.frames(source):
        scene = perception.see(frame, timer)
        observer.perceived(scene)
        with timer("draw"):
            drawn = replace(frame, image=effect.draw(scene))
        with timer("show"):
            for sink in sinks:
                sink.show(drawn)
        # The next picture needs its place: 3 MB at 720p that the processor still knows, 25 MB at 4K.
        del drawn
        observer.shown(frame)
        with timer("collect"):
            collector.offer(scene)
        if finished():
            return
