"""What the file sink's encoder takes for a picture, in the open instead of in its own thread."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace

from livecam.benchmark.contestants import Path
from livecam.core.scene import Frame
from livecam.sinks.encoding import Encoding, planes
from livecam.sinks.fitting import even


class Encoder:
    """A Sink that makes an .mp4 in memory, as the file sink makes one on disk."""

    def __init__(self, first: Frame) -> None:
        self._file = io.BytesIO()
        self._encoding = Encoding(self._file, ".mp4", replace(first, image=even(first.image)).size)

    def show(self, frame: Frame) -> None:
        self._encoding.write(planes(even(frame.image)), frame.seconds)

    def close(self) -> None:
        self._encoding.close()


def encode(path: Path, frames: Sequence[Frame]) -> list[float]:
    """Milliseconds for each of the frames, as the path draws them."""
    encoder, taken = Encoder(frames[0]), []
    for frame in frames:
        drawn = replace(frame, image=path.effect.draw(path.perception.see(frame)))
        start = path.laps.clock()
        encoder.show(drawn)
        taken.append((path.laps.clock() - start) * 1000)
        path.detector.catch_up()
        path.stopwatch.next_frame(keep=False)
    encoder.close()
    return taken
