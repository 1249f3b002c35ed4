"""Tells a recording from a live stream where the server names no length: by its structure, its headers, its arrival.

See docs/decisions/recordings-behind-addresses.md.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from contextlib import suppress
from email.utils import parsedate_to_datetime

import av.error

from livecam.core.errors import LivecamError
from livecam.live.sources.containers.container_facts import says_it_is_complete
from livecam.live.sources.containers.decoding import open_container, video_stream
from livecam.live.sources.http.responses import HTTP_ERRORS, Answer
from livecam.live.sources.pacing import Clock

_PIECE, _MOST = 1 << 18, 48 << 20
_LOOK_EVERY_S, _LONGEST_S = 0.5, 4.0
# What a live server sends at once, for a player to begin with: the last seconds.
_BURST_S = 10.0
_OLD_S = 60.0


def is_recording(answer: Answer, *, clock: Clock) -> bool:
    """Whether what comes was complete before it was asked for; reads of the answer until that is clear, for seconds.

    A recording has a header or an index that only a finished file has, or is stored on the server, or has arrived
    whole, or arrives much faster than it plays. Anything else is taken for live.
    """
    if _is_stored(answer.headers):
        return True
    begin, look, data = clock(), _LOOK_EVERY_S, bytearray()
    while len(data) < _MOST:
        try:
            piece = answer.read1(_PIECE)
        except HTTP_ERRORS:
            return False
        data += piece
        if not piece:
            return len(data) > 0
        waited = clock() - begin
        if waited < look:
            continue
        look = waited + _LOOK_EVERY_S
        seconds = _seconds_of_video(bytes(data))
        if says_it_is_complete(bytes(data)) or seconds > 1.5 * waited + _BURST_S:
            return True
        is_ahead = seconds > 1.5 * waited + 1
        if waited > (_LONGEST_S if is_ahead else 2 * _LOOK_EVERY_S):
            return False
    return True


def _is_stored(headers: Mapping[str, str]) -> bool:
    """Whether the server knows a version of it, or when it was changed: long before it answered."""
    if headers.get("ETag"):
        return True
    with suppress(TypeError, ValueError):
        changed, now = (parsedate_to_datetime(str(headers.get(name))) for name in ("Last-Modified", "Date"))
        return (now - changed).total_seconds() > _OLD_S
    return False


class _Pipe:
    """Something to read from that cannot be wound, or FFmpeg would look for an end that is not there yet."""

    def __init__(self, data: bytes) -> None:
        self._file = io.BytesIO(data)

    def read(self, size: int) -> bytes:
        return self._file.read(size)


def _seconds_of_video(data: bytes) -> float:
    """How much of its video the beginning of a stream holds, 0 when there is none."""
    first = last = None
    with suppress(av.error.FFmpegError, ValueError, OSError, LivecamError), open_container(_Pipe(data)) as container:
        for packet in container.demux(video_stream(container, "it")):
            if packet.dts is not None and packet.time_base is not None:
                last = float(packet.dts * packet.time_base)
                first = last if first is None else first
    return 0.0 if first is None or last is None else last - first
