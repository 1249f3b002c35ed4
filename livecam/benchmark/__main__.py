"""One live run in a fresh interpreter, for `livecam.benchmark.startup`, which asks when its first picture was drawn."""

from __future__ import annotations

import itertools
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

from livecam.benchmark.clip import Resized, open_source
from livecam.benchmark.contenders import open_path
from livecam.benchmark.startup import ColdStartRequest, peak_mb
from livecam.cli import main as program
from livecam.core.errors import LivecamError
from livecam.core.types import Frame
from livecam.live.loop import run

# A live run pays for the command line too, so this one is loaded although it is not used.
COMMAND_LINE = program.app


@dataclass(slots=True)
class FirstShown:
    """A Sink that remembers when it was first shown a picture."""

    moment: float = 0.0

    def show(self, frame: Frame) -> None:
        self.moment = self.moment or time.monotonic()


def main(start: ColdStartRequest) -> None:
    sink, source = FirstShown(), open_source(start.source, start.size)
    path = open_path(start.settings)
    frames = _First(Resized(source, start.size), start.frames)
    run(frames, path.perception, path.effect, [sink], path.collector, finished=lambda: False)
    print(json.dumps({"first_drawn": sink.moment, "peak_mb": peak_mb()}))


@dataclass(frozen=True, slots=True)
class _First:
    frames: Resized
    count: int

    def __iter__(self) -> Iterator[Frame]:
        return itertools.islice(self.frames, self.count)


if __name__ == "__main__":
    try:
        main(ColdStartRequest.model_validate_json(sys.argv[1]))
    except LivecamError as error:
        sys.exit(str(error))
