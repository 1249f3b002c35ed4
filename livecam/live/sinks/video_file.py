"""The video file sink: encodes in a thread of its own, into a file that is playable at any moment."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from queue import Full, Queue
from threading import Thread
from typing import BinaryIO, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from livecam.core.errors import SinkError
from livecam.core.types import Frame, Size, check_image
from livecam.live.sinks.encoder import CONTAINERS, VideoEncoder, even, fitted, holds_sound, planes, playable
from livecam.live.sound import SoundTrack

# Why fragments, a part file and a thread: docs/decisions/recordings.md
Create = Callable[[Path], BinaryIO]


def create_part_file(path: Path) -> BinaryIO:
    return path.open("wb")


def part_of(path: Path) -> Path:
    """Where a recording grows, or tracking data, until it is whole; what a killed run has left there is kept."""
    part, number = path.with_name(f"{path.stem}.part{path.suffix}"), 1
    while part.exists():
        number += 1
        part = path.with_name(f"{path.stem}.part-{number}{path.suffix}")
    return part


class PartFile:
    """`clip.part.mp4` until it is settled as `clip.mp4`, which replaces an older file of that name at once."""

    def __init__(self, path: Path, create: Create = create_part_file) -> None:
        self.path = path
        self.part = part_of(path)
        if path.is_dir():
            raise SinkError(f"{path} is a folder; name a file in it")
        try:
            self.file = create(self.part)
        except OSError as error:
            raise SinkError(f"cannot write {path}: {encoding_error_reason(error)}; choose another place") from error

    def settle(self) -> None:
        """Gives the file its name, safely on the disk. OSError when the disk refuses; the part is left then."""
        self.file.flush()
        os.fsync(self.file.fileno())
        self.file.close()
        self.part.replace(self.path)

    def salvage(self) -> None:
        """Gives the file its name with as much in it as the disk took, which is known to be not all."""
        self.close()
        self.part.replace(self.path)

    def discard(self) -> None:
        self.close()
        self.part.unlink(missing_ok=True)

    def close(self) -> None:
        """Closes the file; what its buffer still holds may be lost, for the disk has failed already."""
        with suppress(OSError):
            self.file.close()


def encoding_error_reason(error: Exception) -> str:
    """What the system says, in the style of our messages: lower case, no full stop."""
    said = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return said[:1].lower() + said[1:].rstrip(".")


Measured = Callable[[], AbstractContextManager[None]]
_WAITING = 16  # pictures between the loop and the encoder: half a second


class _Picture(NamedTuple):
    i420: NDArray[np.uint8]
    size: Size
    seconds: float


class VideoFileSink:
    """A Sink: H.264 in an .mp4 or .mkv, at the times of the frames.

    The first frame fixes the size, later ones are fitted into it; an odd side is continued by one pixel. It grows
    under a `.part` name and takes its own when it is closed, so an older recording is only replaced by a whole one.
    With `keep_all` the loop waits for a slow encoder, otherwise frames are left out and counted in `dropped`. The
    encoder's work on each picture is done inside what `measured` gives. The sound of the source is copied as it is
    coded, where the file can hold it; `without_sound` says why it is not.
    """

    def __init__(
        self,
        path: Path,
        *,
        keep_all: bool = True,
        create: Create = create_part_file,
        measured: Measured = nullcontext,
        sound: SoundTrack | None = None,
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
        self.without_sound = _why_without(sound, path.suffix.lower()) if sound else ""
        self._output = PartFile(path, create)
        self._track = None if self.without_sound else sound
        self._sound = self._track.listen() if self._track else None
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
        check_image(frame.image)
        image = even(frame.image)
        self._size = self._size or (image.shape[1], image.shape[0])
        self._hand_over(_Picture(planes(fitted(image, self._size)), self._size, frame.timestamp))

    def close(self) -> None:
        """Ends the video and gives it its name; SinkError when not all of it could be written. Twice is once."""
        if not self._open:
            return
        self._open = False
        self._queue.put(None)
        self._thread.join()
        if self._track and self._sound:
            self._track.leave(self._sound)
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
        encoding: VideoEncoder | None = None
        while (picture := self._queue.get()) is not None:
            if self._failure is None:
                try:
                    encoding = encoding or VideoEncoder(
                        self._output.file, self.path.suffix.lower(), picture.size, self._sound
                    )
                    with self._measured():
                        encoding.write(picture.i420, picture.seconds)
                    self._written += 1
                except Exception as error:  # raised again where the loop is, by _settle
                    self._failure = error
        if encoding is not None:
            self._finish(encoding)

    def _finish(self, encoding: VideoEncoder) -> None:
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
        from av.error import FFmpegError

        if not isinstance(failure, OSError | FFmpegError):
            raise failure
        self._output.close()
        message = f"recording {self.path} stopped: {encoding_error_reason(failure)}"
        if not playable(self._output.part):
            self._output.discard()
            raise SinkError(f"{message}; it was too short to keep") from failure
        self._output.salvage()
        raise SinkError(f"{message}; what was recorded before is in the file") from failure


def _why_without(sound: SoundTrack, suffix: str) -> str:
    """Empty when the file can hold the sound."""
    if holds_sound(suffix, sound.stream):
        return ""
    others = [other for other in CONTAINERS if other != suffix and holds_sound(other, sound.stream)]
    hint = f"; name a file that ends in {others[0]} to keep it" if others else ""
    return f"without its sound, for {suffix} cannot hold {sound.codec}{hint}"
