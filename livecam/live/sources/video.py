"""The video file source: every frame, in order, upright, at its true time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import av
import av.error
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from livecam.core.errors import SourceError
from livecam.core.types import Frame, Image
from livecam.live.sources.pacing import REAL_TIME, FrameTiming, Pacer

# A file may say that it is a little longer than its last frame, without having lost anything.
_MISSING_S = 0.5


class VideoSource:
    """Every frame of a video; `paced` shows each at its time, otherwise they come as fast as they are taken.

    A damaged or truncated video yields what can be read, and its last frame says so in its notice. Every iteration
    starts from the beginning, and holds the file open until it ends.
    """

    def __init__(self, path: Path | str, *, paced: bool = False, timing: FrameTiming = REAL_TIME) -> None:
        self._path, self._paced, self._timing = path, paced, timing
        _opened(path).close()

    def __iter__(self) -> Iterator[Frame]:
        pace = Pacer(self._timing)
        for frame in self._with_notice():
            if self._paced:
                pace.wait(frame.timestamp)
            yield replace(frame, captured_at=self._timing.clock())

    def _with_notice(self) -> Iterator[Frame]:
        """The frames, held back by one, so that the last can tell what is missing after it."""
        held: Frame | None = None
        with _opened(self._path) as container:
            reading = _Reading(container.streams.video[0], (container.duration or 0) / av.time_base)
            for frame in reading.frames(container):
                if held is not None:
                    yield held
                held = frame
        if held is None:
            raise SourceError(f"the video '{self._path}' is damaged: not one frame of it can be read")
        yield replace(held, status=reading.verdict(held))


def _opened(path: Path | str) -> InputContainer:
    try:
        container = av.open(str(path))
    except (av.error.FFmpegError, OSError) as error:
        raise SourceError(f"'{path}' is not a video that can be read, or its end is missing") from error
    # FFmpeg draws any text file as the screen of a terminal.
    if not container.streams.video or container.format.name == "tty":
        container.close()
        raise SourceError(f"'{path}' has no pictures in it, only sound or text")
    container.streams.video[0].thread_type = "AUTO"
    return container


@dataclass(slots=True)
class _Reading:
    """One pass through a video."""

    stream: VideoStream
    length: float  # seconds of the whole file, 0 when it does not tell
    damaged: int = 0
    count: int = 0
    start: float | None = field(default=None)
    last: float = 0.0

    def frames(self, container: InputContainer) -> Iterator[Frame]:
        packets = container.demux(self.stream)
        while True:
            try:
                packet = next(packets, None)
                decoded = packet.decode() if packet else []
            except av.error.EOFError:
                return
            except av.error.FFmpegError:
                self.damaged += 1
                if packet is None or packet.size == 0 or self.damaged > 1000:
                    return
                continue
            if packet is None:
                return
            for picture in decoded:
                yield self._frame(picture)

    def _frame(self, picture: VideoFrame) -> Frame:
        self.last = max(self.last, self._seconds(picture))
        frame = Frame(_upright(picture), self.count, self.last)
        self.count += 1
        return frame

    def _seconds(self, picture: VideoFrame) -> float:
        if picture.pts is None or picture.time_base is None:
            rate = self.stream.average_rate
            return self.last + float(1 / rate) if rate and self.count else self.last
        seconds = float(picture.pts * picture.time_base)
        if self.start is None:
            self.start = seconds
        return seconds - self.start

    def verdict(self, last: Frame) -> str:
        """What is wrong with the video, empty when nothing is."""
        if self.damaged:
            return f"the video is damaged: {self.damaged} parts of it could not be read"
        length = self._length()
        if length - last.timestamp > _MISSING_S + self._interval():
            return f"the video is cut short: it ends at {last.timestamp:.1f} of {length:.1f} s"
        return ""

    def _length(self) -> float:
        if self.stream.duration is not None and self.stream.time_base is not None:
            return float(self.stream.duration * self.stream.time_base)
        # A Matroska file knows its length as a whole only.
        return self.length

    def _interval(self) -> float:
        return self.last / max(self.count - 1, 1)


def _upright(picture: VideoFrame) -> Image:
    image = picture.to_ndarray(format="bgr24")
    turns = round(picture.rotation / 90) % 4
    return np.ascontiguousarray(np.rot90(image, turns) if turns else image, np.uint8)
