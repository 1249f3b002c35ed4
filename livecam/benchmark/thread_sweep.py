"""Sweep over runtimes and thread counts of the pupil network."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from livecam.benchmark.contenders import interleave
from livecam.benchmark.timing import Percentiles
from livecam.core.errors import MissingExtraError
from livecam.core.interfaces import PupilDetector
from livecam.core.tflite import Runtime
from livecam.core.types import Face, Frame
from livecam.perception.pupils.factory import open_pupils
from livecam.settings import PupilDetectorName, PupilSettings

Eyes = tuple[Frame, Face]


@dataclass(frozen=True, slots=True)
class SweepRow:
    """What `locate` takes for the two eyes of a face, without cutting them; None where the runtime is not installed."""

    runtime: Runtime
    threads: int
    taken: Percentiles | None

    def as_json(self) -> dict[str, Any]:
        return {
            "runtime": self.runtime.value,
            "threads": self.threads,
            "pupil": None if self.taken is None else self.taken.as_json(),
        }


@dataclass(slots=True, eq=False)
class PupilTimer:
    """One runtime with one number of threads."""

    detector: PupilDetector
    milliseconds: list[float] = field(default_factory=list)

    def take(self, items: Sequence[Eyes], *, keep: bool) -> None:
        for frame, face in items:
            eyes = self.detector.cropper(frame, face)
            start = time.perf_counter()
            self.detector.detect(eyes)
            if keep:
                self.milliseconds.append((time.perf_counter() - start) * 1000)


def sweep(
    settings: PupilSettings, faces: Sequence[Eyes], *, runtimes: Iterable[Runtime], threads: Iterable[int], warm_up: int
) -> tuple[SweepRow, ...]:
    """All combinations, taking turns on the same faces."""
    wanted = [(runtime, count) for runtime in runtimes for count in threads]
    readers = {choice: _reader(settings, *choice) for choice in wanted}
    interleave([reader for reader in readers.values() if reader], faces, warm_up=min(warm_up, len(faces) // 2))
    return tuple(
        SweepRow(*choice, Percentiles.of(reader.milliseconds) if reader else None) for choice, reader in readers.items()
    )


def _reader(settings: PupilSettings, runtime: Runtime, threads: int) -> PupilTimer | None:
    chosen = {"finder": PupilDetectorName.TFLITE, "runtime": runtime, "threads": threads}
    try:
        return PupilTimer(open_pupils(settings.model_copy(update=chosen)))
    except MissingExtraError:
        return None
