"""Recordings and snapshots by key, with time-stamped names in one folder."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Self

import cv2

from livecam.core.errors import SinkError
from livecam.core.files import write_atomically
from livecam.core.paths import home_folder
from livecam.core.types import Frame
from livecam.live.sinks.video_file import VideoFileSink, encoding_error_reason
from livecam.live.sound import SoundTrack

Now = Callable[[], datetime]


class Recorder:
    """A Sink that records while it is switched on; a recording that fails ends, says why, and nothing else stops."""

    def __init__(
        self,
        folder: Path,
        *,
        say: Callable[[str], None],
        keep_all: bool = False,
        now: Now = datetime.now,
        sound: SoundTrack | None = None,
    ) -> None:
        self._sound = sound
        self._folder, self._say, self._keep_all, self._now = folder, say, keep_all, now
        self._recording: VideoFileSink | None = None
        self._since: float | None = None
        self.seconds: float | None = None  # recorded so far; None when it is off

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._recording is not None:
            self._end(self._recording)

    def toggle(self) -> str:
        """Starts or ends a recording and tells so; SinkError when the folder takes none."""
        if self._recording is not None:
            path = self._recording.path
            return f"recorded {shown_path(path)}" if self._end(self._recording) else f"{path.name} is not whole"
        path = unused(self._folder, self._now(), ".mp4")
        self._recording = VideoFileSink(path, keep_all=self._keep_all, sound=self._sound)
        self._since, self.seconds = None, 0.0
        without = f", {self._recording.without_sound}" if self._recording.without_sound else ""
        return f"recording to {shown_path(path)}{without}"

    def show(self, frame: Frame) -> None:
        if self._recording is None:
            return
        self._since = frame.timestamp if self._since is None else self._since
        self.seconds = frame.timestamp - self._since
        try:
            self._recording.show(frame)
        except SinkError as error:
            self._say(str(error))
            self._recording, self.seconds = None, None

    def _end(self, recording: VideoFileSink) -> bool:
        self._recording, self.seconds = None, None
        try:
            recording.close()
        except SinkError as error:
            self._say(str(error))
            return False
        return True


class Snapshots:
    """A Sink that remembers the last picture and can keep it."""

    def __init__(self, folder: Path, *, now: Now = datetime.now) -> None:
        self._folder, self._now = folder, now
        self._last: Frame | None = None
        self._lock = Lock()  # a snapshot may be taken by any thread

    def show(self, frame: Frame) -> None:
        self._last = frame

    def take(self) -> str:
        """Writes the last picture as a PNG and tells its name; SinkError when the folder takes none."""
        last = self._last
        if last is None:
            return "no picture yet"
        _, content = cv2.imencode(".png", last.image, [cv2.IMWRITE_PNG_COMPRESSION, 1])
        with self._lock:
            path = unused(self._folder, self._now(), ".png")
            try:
                write_atomically(path, content.tobytes())
            except OSError as error:
                raise SinkError(
                    f"cannot write {path}: {encoding_error_reason(error)}; set output.folder to another"
                ) from error
        return f"snapshot {shown_path(path)}"


def unused(folder: Path, when: datetime, suffix: str) -> Path:
    """`livecam-20261121-081500.mp4` in the folder, which is made, or with a number where that is taken.

    Raises:
        SinkError: There can be no such folder.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SinkError(f"cannot write into {folder}: {error.strerror}; set output.folder to another") from error
    stem = f"livecam-{when:%Y%m%d-%H%M%S}"
    path, number = folder / f"{stem}{suffix}", 1
    while path.exists():
        number += 1
        path = folder / f"{stem}-{number}{suffix}"
    return path


def shown_path(path: Path) -> str:
    """Where it is, the home folder as `~`."""
    whole, home = path.resolve(), home_folder().resolve()
    return f"~/{whole.relative_to(home)}" if whole.is_relative_to(home) else str(whole)
