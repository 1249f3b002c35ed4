"""Live video behind an address (rtsp, HLS, MPEG-TS …), through PyAV."""

from __future__ import annotations

import av.error
from av.container import InputContainer

from livecam.core.errors import SourceError
from livecam.core.types import Image
from livecam.live.sources.containers.decoding import DisplayShape, open_container, video_stream
from livecam.live.sources.http.responses import without_password

_OPEN_TIMEOUT_S, _READ_TIMEOUT_S = 3.0, 2.0
# Shown as soon as they arrive: nothing is kept back to look at it first.
_LIVE = {"fflags": "nobuffer", "flags": "low_delay", "analyzeduration": "500000", "rtsp_transport": "tcp"}


class NetworkCapture:
    """A live stream behind an address, with an end to its patience."""

    def __init__(self, url: str) -> None:
        self._container = open_stream(url)
        try:
            stream = video_stream(self._container, f"'{without_password(url)}'")
        except SourceError:
            self._container.close()
            raise
        self._stream, self._shape = stream, DisplayShape(stream)
        self._frames = self._container.decode(self._stream)
        self._ended = False

    def read(self) -> Image | None:
        if self._ended:
            return None
        try:
            return self._shape.image(next(self._frames))
        except av.error.InvalidDataError:
            self._frames = self._container.decode(self._stream)
        except (av.error.FFmpegError, OSError, ValueError, StopIteration):
            self._ended = True
        return None

    def close(self) -> None:
        self._container.close()


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
