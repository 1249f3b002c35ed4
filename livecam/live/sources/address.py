"""Opens an address as what it is: a live camera, or a video that ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from livecam.core.errors import SourceError
from livecam.core.paths import without_password
from livecam.live.sources.camera import CameraSource
from livecam.live.sources.capture import Capture
from livecam.live.sources.http.mjpeg import HttpPictures, Sends, open_http_pictures
from livecam.live.sources.http.responses import is_http
from livecam.settings import SourceSettings

if TYPE_CHECKING:
    from av.container import InputContainer

    from livecam.live.sources.video import VideoSource

# FFmpeg's libraries are loaded for what is no stream of pictures: a tenth of such a run's memory, and of its start.

_PLAYLISTS = frozenset({"hls", "dash", "sdp"})
_MP4 = "mp4"


def open_address(url: str, settings: SourceSettings, *, paced: bool) -> CameraSource | VideoSource:
    """A Camera, or a VideoFile when what comes has an end; SourceError tells why it cannot be opened."""
    name = without_password(url)
    silent = f"'{name}' can be opened but sends no pictures; look whether it is the address of a video or of a picture"
    if is_http(url):
        found = open_http_pictures(url, settings.fps)
        if isinstance(found, HttpPictures):
            return CameraSource(_first(found, lambda: _pictures_again(url, settings.fps)), no_pictures=silent)
        if found is Sends.A_FILE:
            return _video(url, paced=paced)
    from livecam.live.sources.containers.network_stream import open_stream

    with open_stream(url) as container:
        finite = has_end(container)
    if finite:
        return _video(url, paced=paced)
    return CameraSource(_openings(url), no_pictures=silent)


def _video(url: str, *, paced: bool) -> VideoSource:
    from livecam.live.sources.video import VideoSource

    return VideoSource(url, paced=paced)


def has_end(container: InputContainer) -> bool:
    """Whether a stream says that it ends: by its duration, which a playlist has once it is complete, or by its size."""
    # The size of a playlist in bytes says nothing, and where the protocol knows none it is negative.
    if container.format.name not in _PLAYLISTS and (container.size or 0) > 0:
        return True
    # Of a fragmented MP4 it is only the duration of what has come until now.
    return (container.duration or 0) > 0 and _MP4 not in container.format.name.split(",")


def _openings(url: str) -> Callable[[], Capture]:
    """An opener of a live stream that knows how the stream began the first time."""
    from livecam.live.sources.containers.network_stream import NetworkCapture

    beginning: list[int] = []

    def opened() -> Capture:
        nonlocal beginning
        capture = NetworkCapture(url, beginning)
        beginning = beginning or capture.beginning
        return capture

    return opened


def _first(capture: Capture, again: Callable[[], Capture]) -> Callable[[], Capture]:
    """An opener that hands out what is open already before it opens anything."""
    opened = [capture]
    return lambda: opened.pop() if opened else again()


def _pictures_again(url: str, fps: float) -> Capture:
    found = open_http_pictures(url, fps)
    if not isinstance(found, HttpPictures):
        raise SourceError(f"'{without_password(url)}' sends no pictures any more")
    return found
