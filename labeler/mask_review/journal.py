"""The journal of decisions: one line of JSON each, on disk before the next image shows, only ever appended."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from labeler.formats.tutorial import MaskVerdict
from labeler.mask_review.state import Decision, JudgementUndone, MaskJudged
from livecam.core.errors import SinkError, SourceError
from livecam.core.files import exclusive_lock

SCHEMA = 1


def _now() -> datetime:
    return datetime.now(UTC)


class Journal:
    """A file of decisions that one process at a time writes; `past` is what it held when it was opened."""

    def __init__(self, path: Path, *, clock: Callable[[], datetime] = _now) -> None:
        """SinkError when the file cannot be written or is in use, SourceError when it is not a journal."""
        self.path = path
        self.written: datetime | None = None
        self._clock = clock
        self._open = ExitStack()
        with self._open:
            self._open.enter_context(_locked(path))
            self._handle = _opened(path)
            self._open.callback(os.close, self._handle)
            self.past = self._read()
            self._open = self._open.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def append(self, decision: Decision) -> None:
        """On disk when this returns; SinkError when it cannot be, and then the journal is as it was."""
        now = self._clock()
        line = json.dumps(_record(decision) | {"time": now.isoformat(timespec="milliseconds")})
        end = os.lseek(self._handle, 0, os.SEEK_END)
        try:
            _write_all(self._handle, line.encode() + b"\n")
            os.fsync(self._handle)
        except OSError as error:
            os.ftruncate(self._handle, end)
            raise SinkError(f"cannot write {self.path}: {error.strerror}; make room and decide again") from error
        self.written = now

    def _read(self) -> tuple[Decision, ...]:
        content = self.path.read_bytes()
        # A line without its end was cut by a crash before it was acknowledged.
        whole = content[: content.rfind(b"\n") + 1]
        lines = whole.splitlines()
        decisions = tuple(self._decision(number, line) for number, line in enumerate(lines, start=1))
        if len(whole) < len(content):
            os.ftruncate(self._handle, len(whole))
        return decisions

    def _decision(self, number: int, line: bytes) -> Decision:
        try:
            return _parsed(json.loads(line))
        except (ValueError, KeyError, TypeError) as error:
            raise SourceError(
                f"line {number} of {self.path} is no decision of schema {SCHEMA}; repair it or name another --journal"
            ) from error


def _record(decision: Decision) -> dict[str, object]:
    if isinstance(decision, MaskJudged):
        return {"schema": SCHEMA, "event": "judged", "item": decision.item, "verdict": decision.verdict.value}
    return {"schema": SCHEMA, "event": "undone"}


def _parsed(record: dict[str, object]) -> Decision:
    if record["schema"] != SCHEMA:
        raise ValueError(record["schema"])
    if record["event"] == "undone":
        return JudgementUndone()
    if record["event"] != "judged":
        raise ValueError(record["event"])
    return MaskJudged(str(record["item"]), MaskVerdict(str(record["verdict"])))


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with ExitStack() as stack:
        try:
            stack.enter_context(exclusive_lock(path.with_name(f".{path.name}.lock"), seconds=0))
        except TimeoutError:
            raise SinkError(f"{path} is in use by another livecam-label; close that one first") from None
        except OSError as error:
            raise _unwritable(path, error) from error
        yield


def _opened(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> SinkError:
    return SinkError(f"cannot keep decisions in {path}: {error.strerror}; name a file you may write with --journal")


def _write_all(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]
