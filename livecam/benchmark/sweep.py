"""Two eyes through the regressor, with every runtime and number of threads that is asked for."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from livecam.benchmark.rounds import take_turns
from livecam.benchmark.spread import Spread
from livecam.core.errors import MissingExtraError
from livecam.core.scene import Face, Frame
from livecam.core.seams import PupilFinder
from livecam.pupils.choose import open_pupils
from livecam.settings import PupilFinderName, PupilSettings, Runtime

Eyes = tuple[Frame, Face]


@dataclass(frozen=True, slots=True)
class SweepRow:
    """What `locate` takes for the two eyes of a face, without cutting them; None where the runtime is not installed."""

    runtime: Runtime
    threads: int
    taken: Spread | None

    def as_json(self) -> dict[str, Any]:
        return {
            "runtime": self.runtime.value,
            "threads": self.threads,
            "pupil": None if self.taken is None else self.taken.as_json(),
        }


@dataclass(slots=True, eq=False)
class Reader:
    """One runtime with one number of threads."""

    finder: PupilFinder
    milliseconds: list[float] = field(default_factory=list)

    def take(self, items: Sequence[Eyes], *, keep: bool) -> None:
        for frame, face in items:
            eyes = self.finder.cutter(frame, face)
            start = time.perf_counter()
            self.finder.locate(eyes)
            if keep:
                self.milliseconds.append((time.perf_counter() - start) * 1000)


def sweep(
    settings: PupilSettings, faces: Sequence[Eyes], *, runtimes: Iterable[Runtime], threads: Iterable[int], warm_up: int
) -> tuple[SweepRow, ...]:
    """All combinations, taking turns on the same faces."""
    wanted = [(runtime, count) for runtime in runtimes for count in threads]
    readers = {choice: _reader(settings, *choice) for choice in wanted}
    take_turns([reader for reader in readers.values() if reader], faces, warm_up=min(warm_up, len(faces) // 2))
    return tuple(
        SweepRow(*choice, Spread.of(reader.milliseconds) if reader else None) for choice, reader in readers.items()
    )


def _reader(settings: PupilSettings, runtime: Runtime, threads: int) -> Reader | None:
    chosen = {"finder": PupilFinderName.TFLITE, "runtime": runtime, "threads": threads}
    try:
        return Reader(open_pupils(settings.model_copy(update=chosen)))
    except MissingExtraError:
        return None
