"""A video file, encoded behind the loop's back and playable whatever happens."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from queue import Full, Queue
from threading import Thread
from typing import NamedTuple, Self

import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray

from livecam.core.errors import SinkError
from livecam.core.scene import Frame
from livecam.sinks.encoding import CONTAINERS, Encoding, planes, playable
from livecam.sinks.fitting import Size, even, fitted
from livecam.sinks.part_file import Create, PartFile, create, reason

Measured = Callable[[], AbstractContextManager[None]]
_WAITING = 16  # pictures between the loop and the encoder: half a second


class _Picture(NamedTuple):
    i420: NDArray[np.uint8]
    size: Size
    seconds: float


class VideoFile:
    """A Sink: H.264 in an .mp4 or .mkv, at the times of the frames.

    The first frame fixes the size, later ones are fitted into it; an odd side is continued by one pixel. It grows
    under a `.part` name and takes its own when it is closed, so an older recording is only replaced by a whole one.
    With `keep_all` the loop waits for a slow encoder, otherwise frames are left out and counted in `dropped`. The
    encoder's work on each picture is done inside what `measured` gives.
    """

    def __init__(
        self, path: Path, *, keep_all: bool = True, create: Create = create, measured: Measured = nullcontext
    ) -> None:
        if path.suffix.lower() not in CONTAINERS:
            raise SinkError(f"{path} is no video file livecam can write; end its name in {' or '.join(CONTAINERS)}")
        self.path = path
        self.dropped = 0
        self._keep_all = keep_all
        self._measured = measured
        self._size: Size | None = None
        self._written = 0
        self._failure: Exception | None = None
        self._output = PartFile(path, create)
        self._queue: Queue[_Picture | None] = Queue(_WAITING)
        # A daemon, so that a second Ctrl-C during closing ends the program; the part it leaves is playable.
        self._thread = Thread(target=self._encode, name=f"encoder of {path.name}", daemon=True)
        self._thread.start()
        self._open = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def show(self, frame: Frame) -> None:
        """Hands the picture to the encoder; SinkError, with the file closed, when the disk takes no more."""
        if self._failure is not None:
            self.close()
        image = even(frame.image)
        self._size = self._size or (image.shape[1], image.shape[0])
        self._hand_over(_Picture(planes(fitted(image, self._size)), self._size, frame.seconds))

    def close(self) -> None:
        """Ends the video and gives it its name; SinkError when not all of it could be written. Twice is once."""
        if not self._open:
            return
        self._open = False
        self._queue.put(None)
        self._thread.join()
        self._settle()

    def _hand_over(self, picture: _Picture) -> None:
        if self._keep_all:
            self._queue.put(picture)
            return
        try:
            self._queue.put_nowait(picture)
        except Full:
            self.dropped += 1

    def _encode(self) -> None:
        """The encoder's thread. After a failure it goes on emptying the queue, so that the loop never waits for it."""
        encoding: Encoding | None = None
        while (picture := self._queue.get()) is not None:
            if self._failure is None:
                try:
                    encoding = encoding or Encoding(self._output.file, self.path.suffix.lower(), picture.size)
                    with self._measured():
                        encoding.write(picture.i420, picture.seconds)
                    self._written += 1
                except Exception as error:  # raised again where the loop is, by _settle
                    self._failure = error
        if encoding is not None:
            self._finish(encoding)

    def _finish(self, encoding: Encoding) -> None:
        try:
            encoding.close()
        except Exception as error:  # as above; the first failure is the one to report
            self._failure = self._failure or error

    def _settle(self) -> None:
        if self._failure is not None:
            self._salvage(self._failure)
        if self._written == 0:
            self._output.discard()
            return
        try:
            self._output.settle()
        except OSError as error:
            self._salvage(error)

    def _salvage(self, failure: Exception) -> None:
        if not isinstance(failure, OSError | FFmpegError):
            raise failure
        self._output.close()
        message = f"recording {self.path} stopped: {reason(failure)}"
        if not playable(self._output.part):
            self._output.discard()
            raise SinkError(f"{message}; it was too short to keep") from failure
        self._output.salvage()
        raise SinkError(f"{message}; what was recorded before is in the file") from failure
