"""The main loop: take a frame, detect faces and pupils, draw, show, and offer the scene to the collector."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from livecam.core.interfaces import Collector, Effect, Sink, Source
from livecam.perception.pipeline import Perception


def run(
    source: Source,
    perception: Perception,
    effect: Effect,
    sinks: Sequence[Sink],
    collector: Collector,
    *,
    finished: Callable[[], bool],
) -> None:
    """Runs until the source ends or `finished` says so, which is asked after every frame."""
    for frame in source:
        scene = perception.see(frame)
        drawn = replace(frame, image=effect.draw(scene))
        for sink in sinks:
            sink.show(drawn)
        collector.offer(scene)
        if finished():
            return
