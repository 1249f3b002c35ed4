"""Writes lines from a thread of its own, so that a slow disk or a slow reader of a pipe never holds up the picture."""

from __future__ import annotations

import time
from queue import Full, Queue
from threading import Thread
from typing import Protocol

_WAITING = 256  # lines: eight seconds
_BEHIND_SECONDS = 0.005
_READER_SECONDS = 2.0  # that a reader who does not read any more is waited for at the end


class RawFile(Protocol):
    """An unbuffered binary file: it may take less than it is given."""

    def write(self, data: bytes, /) -> int | None: ...

    def close(self) -> None: ...


class LineWriter:
    """Lines on their way into a raw file, each of them whole; an OSError of the file comes out of `write` and `close`.

    With `keep_all` a caller waits for a slow file, otherwise lines are left out and counted in `dropped`.
    """

    def __init__(self, file: RawFile, *, keep_all: bool, name: str, closes: bool) -> None:
        """`closes` says whether the file is closed with the last line."""
        self.dropped = 0
        self.whole = 0  # bytes of the lines that are in the file from end to end
        self._file, self._keep_all, self._closes = file, keep_all, closes
        self._failure: OSError | None = None
        self._queue: Queue[bytes | None] = Queue(_WAITING)
        self._thread = Thread(target=self._write_all, name=f"writer of {name}", daemon=True)
        self._thread.start()

    def write(self, line: bytes) -> None:
        """Hands over a line with its end."""
        if self._failure is not None:
            raise self._failure
        try:
            self._queue.put(line, block=self._keep_all)
        except Full:
            self.dropped += 1

    def close(self) -> None:
        """Waits for the last line; not for ever where somebody reads who may have stopped to."""
        patience = None if self._keep_all else _READER_SECONDS
        try:
            self._queue.put(None, timeout=patience)
        except Full:
            self.dropped += self._queue.qsize()
            return
        self._thread.join(patience)
        if self._failure is not None:
            raise self._failure

    def _write_all(self) -> None:
        """The thread. After a failure it goes on emptying the queue, so that nobody waits for it."""
        while (line := self._queue.get()) is not None:
            if self._failure is None:
                try:
                    _write_whole(self._file, line)
                    self.whole += len(line)
                except OSError as error:
                    self._failure = error
        if self._closes:
            self._file.close()


def _write_whole(file: RawFile, line: bytes) -> None:
    while line:
        written = file.write(line)
        if written is None:  # somebody has made it non-blocking, and its reader is behind
            time.sleep(_BEHIND_SECONDS)
        line = line[written or 0 :]
