"""Opens an address as what it is: a live camera, or a video that ends."""

from __future__ import annotations

from collections.abc import Callable

from av.container import InputContainer

from livecam.core.errors import SourceError
from livecam.live.sources.camera import CameraSource
from livecam.live.sources.capture import Capture
from livecam.live.sources.containers.network_stream import NetworkCapture, open_stream
from livecam.live.sources.http.mjpeg import HttpPictures, Sends, open_http_pictures
from livecam.live.sources.http.responses import is_http, without_password
from livecam.live.sources.video import VideoSource
from livecam.settings import SourceSettings

_PLAYLISTS = frozenset({"hls", "dash", "sdp"})


def open_address(url: str, settings: SourceSettings, *, paced: bool) -> CameraSource | VideoSource:
    """A Camera, or a VideoFile when what comes has an end; SourceError tells why it cannot be opened."""
    name = without_password(url)
    silent = f"'{name}' can be opened but sends no pictures; look whether it is the address of a video or of a picture"
    if is_http(url):
        found = open_http_pictures(url, settings.fps)
        if isinstance(found, HttpPictures):
            return CameraSource(_first(found, lambda: _pictures_again(url, settings.fps)), no_pictures=silent)
        if found is Sends.A_FILE:
            return VideoSource(url, paced=paced)
    with open_stream(url) as container:
        finite = has_end(container)
    if finite:
        return VideoSource(url, paced=paced)
    return CameraSource(lambda: NetworkCapture(url), no_pictures=silent)


def has_end(container: InputContainer) -> bool:
    """Whether a stream says that it ends: by its duration, which a playlist has once it is complete, or by its size."""
    if (container.duration or 0) > 0:
        return True
    # The size of a playlist in bytes says nothing, and where the protocol knows none it is negative.
    return container.format.name not in _PLAYLISTS and (container.size or 0) > 0


def _first(capture: Capture, again: Callable[[], Capture]) -> Callable[[], Capture]:
    """An opener that hands out what is open already before it opens anything."""
    opened = [capture]
    return lambda: opened.pop() if opened else again()


def _pictures_again(url: str, fps: float) -> Capture:
    found = open_http_pictures(url, fps)
    if not isinstance(found, HttpPictures):
        raise SourceError(f"'{without_password(url)}' sends no pictures any more")
    return found
