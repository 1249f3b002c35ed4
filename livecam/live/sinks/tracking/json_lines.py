"""The sink `jsonl:FILE`, or `jsonl:-` for the standard output: one line of JSON a frame, docs/schemas/tracking.json."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, Self

from livecam.core.errors import SinkError
from livecam.core.paths import exists
from livecam.core.timing import Clock
from livecam.core.types import Frame, Side
from livecam.live.effects.face_state.tracker import FaceState
from livecam.live.sinks.tracking.faces import TrackedFace, TrackedFaces
from livecam.live.sinks.tracking.line_writer import LineWriter, RawFile
from livecam.live.sinks.video_file import Create, PartFile, encoding_error_reason
from livecam.perception.records import face_record

SCHEMA = 1
STANDARD_OUTPUT = "-"
_OUTPUT_NUMBER = 1


def create_raw_file(path: Path) -> BinaryIO:
    return path.open("wb", buffering=0)


class JsonLinesSink:
    """A Sink: what is known of the faces of each frame, a line a frame; the picture itself is not in it.

    A file grows under a `.part` name and takes its own when it is closed; pipes and devices are written as they are.
    With `keep_all` the loop waits for a slow reader, otherwise lines are left out and counted in `dropped`. A reader
    who leaves is a BrokenPipeError, any other failure a SinkError.
    """

    def __init__(
        self,
        place: str,
        faces: TrackedFaces,
        *,
        keep_all: bool = True,
        clock: Clock = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
        create: Create = create_raw_file,
    ) -> None:
        self.place = "the standard output" if place == STANDARD_OUTPUT else place
        self._faces, self._clock, self._wall_clock = faces, clock, wall_clock
        self._part, self._file = _opened(place, create)
        self._lines = LineWriter(self._file, keep_all=keep_all, name=self.place, closes=self._part is None)
        self._open = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # A reader who has left is no news at the end.
        with suppress(BrokenPipeError):
            self.close()

    @property
    def path(self) -> Path | None:
        """The file that is there at the end; None where it is a pipe, a device or the standard output."""
        return self._part.path if self._part else None

    @property
    def dropped(self) -> int:
        """Lines that were left out, for their reader was too slow."""
        return self._lines.dropped

    def show(self, frame: Frame) -> None:
        """Hands over the line of this frame; SinkError, with the file closed, when the disk takes no more."""
        captured = self._wall_clock() - (self._clock() - frame.captured_at)
        record = line_record(frame, self._faces(), captured)
        try:
            self._lines.write(json.dumps(record, separators=(",", ":"), allow_nan=False).encode() + b"\n")
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Writes what is waiting and gives the file its name; SinkError when not all could be written."""
        if not self._open:
            return
        self._open = False
        try:
            self._lines.close()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise self._failed(error) from error
        if self._part:
            self._settle(self._part)

    def _settle(self, part: PartFile) -> None:
        if not self._lines.whole:
            part.discard()
            return
        try:
            part.settle()
        except OSError as error:
            raise self._failed(error) from error

    def _failed(self, error: OSError) -> SinkError:
        message = f"tracking data to {self.place} stopped: {encoding_error_reason(error)}"
        if self._part is None:
            return SinkError(message)
        if not self._lines.whole:
            self._part.discard()
            return SinkError(f"{message}; nothing could be kept")
        with suppress(OSError):
            self._part.file.truncate(self._lines.whole)  # half a line is none
        self._part.salvage()
        return SinkError(f"{message}; the lines before are in the file")


def _opened(place: str, create: Create) -> tuple[PartFile | None, RawFile]:
    if place == STANDARD_OUTPUT:
        if sys.stdout is None:
            raise SinkError("the standard output is closed; name a file: --sink jsonl:FILE")
        # What Python's own holds would come after.
        sys.stdout.flush()
        return None, open(_OUTPUT_NUMBER, "wb", buffering=0, closefd=False)
    path = Path(place)
    if exists(path) and not (path.is_file() or path.is_dir()):
        try:
            return None, path.open("wb", buffering=0)
        except OSError as error:
            raise SinkError(f"cannot write {path}: {encoding_error_reason(error)}; choose another place") from error
    part = PartFile(path, create)
    return part, part.file


def line_record(frame: Frame, faces: Sequence[TrackedFace], captured: float) -> Mapping[str, Any]:
    """The line of a frame; `captured` is when its picture arrived, seconds since 1970."""
    return {
        "schema": SCHEMA,
        "frame": frame.index,
        "seconds": round(frame.timestamp, 6),
        "captured": round(captured, 6),
        "width": frame.size[0],
        "height": frame.size[1],
        "status": frame.status or None,
        "faces": [_face(face) for face in faces],
    }


def _face(face: TrackedFace) -> Mapping[str, Any]:
    record = dict(face_record(face.observation))
    for side in Side:
        if record[side.value] is not None:
            openness = face.openness(side)
            record[side.value] = {**record[side.value], "openness": None if openness is None else round(openness, 4)}
    return {"track_id": face.observation.face.track_id, **record, **_expression(face.state)}


def _expression(state: FaceState | None) -> Mapping[str, Any]:
    if state is None:
        return {"signals": None, "active": [], "events": [], "fluster": None}
    return {
        "signals": {name: round(value, 4) for name, value in state.signals.values().items()},
        "active": sorted(state.signals.active),
        "events": sorted(state.signals.events),
        "fluster": round(state.fluster, 4),
    }
