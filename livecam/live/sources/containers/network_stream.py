"""Live video behind an address (rtsp, HLS, MPEG-TS …), through PyAV."""

from __future__ import annotations

import time
import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress

import av.error
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from livecam.core.errors import SourceError
from livecam.core.paths import without_password
from livecam.core.types import Image
from livecam.live.sources.capture import RecordingEndedError
from livecam.live.sources.containers.decoding import DisplayShape, open_container, video_stream

_OPEN_TIMEOUT_S, _READ_TIMEOUT_S = 3.0, 2.0
_UNDECODED_S = 0.6
_BEGINNING, _SURELY_THE_SAME = 25, 10  # packets of a stream by which it is known again
# Shown as soon as they arrive: nothing is kept back to look at it first.
_LIVE = {"fflags": "nobuffer", "flags": "low_delay", "analyzeduration": "500000", "rtsp_transport": "tcp"}


class NetworkCapture:
    """A live stream behind an address (rtsp, HLS, MPEG-TS …), through PyAV, with an end to its patience.

    `beginning` tells its first packets; given to the next capture of the same address, that raises RecordingEndedError
    when it begins with the same ones. See docs/decisions/recordings-behind-addresses.md.
    """

    def __init__(self, url: str, before: Sequence[int] = ()) -> None:
        self._container = open_stream(url)
        try:
            self._stream = video_stream(self._container, f"'{without_password(url)}'")
            self._shape = DisplayShape(self._stream)
            self.beginning: list[int] = []
            self._early = self._compared(before)
        except (SourceError, RecordingEndedError):
            self._container.close()
            raise
        self._frames = self._pictures()
        self._ended = False

    def read(self) -> Image | None:
        # Until the first picture that is coded on its own, nothing of some streams can be decoded.
        limit = time.monotonic() + _UNDECODED_S
        while not self._ended and time.monotonic() < limit:
            try:
                return self._shape.image(next(self._frames))
            except av.error.InvalidDataError:
                self._frames = self._pictures()
            except (av.error.FFmpegError, OSError, ValueError, StopIteration):
                self._ended = True
        return None

    def close(self) -> None:
        self._container.close()

    def _compared(self, before: Sequence[int]) -> deque[Packet[VideoStream]]:
        """The packets that it takes to see that this is not what began in the same way before."""
        early: deque[Packet[VideoStream]] = deque()
        if len(before) < _SURELY_THE_SAME:
            return early
        with suppress(av.error.FFmpegError, OSError, ValueError):
            for packet in self._packets():
                early.append(packet)
                if self.beginning != before[: len(self.beginning)]:
                    return early
                if len(self.beginning) == len(before):
                    raise RecordingEndedError
        return early

    def _packets(self) -> Iterator[Packet[VideoStream]]:
        for packet in self._container.demux(self._stream):
            if packet.size and len(self.beginning) < _BEGINNING:
                self.beginning.append(zlib.crc32(bytes(packet), packet.pts or 0))
            yield packet

    def _pictures(self) -> Iterator[VideoFrame]:
        while self._early:
            yield from self._early.popleft().decode()
        for packet in self._packets():
            yield from packet.decode()


def open_stream(url: str) -> InputContainer:
    """The stream behind an address, to be closed; SourceError tells why it cannot be opened, without its password."""
    try:
        return open_container(url, options=_LIVE, timeout=(_OPEN_TIMEOUT_S, _READ_TIMEOUT_S))
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise SourceError(f"'{without_password(url)}' cannot be opened: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    if isinstance(error, av.error.ExitError):
        return f"it did not answer within {_OPEN_TIMEOUT_S:g} s; look whether the address is right and the camera is on"
    text = getattr(error, "strerror", None) or str(error)
    return str(text).lower()
