"""Video capture from a camera of this computer, through OpenCV."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import cv2

from livecam.core.errors import CameraError
from livecam.core.runtime import without_opencv_log
from livecam.core.types import Image
from livecam.live.sources.devices import CameraInfo, list_cameras
from livecam.settings import SourceSettings


class Capture(Protocol):
    """An open camera."""

    def read(self) -> Image | None:
        """The next picture, waiting for it; None when this one failed, DamagedPictureError when it came damaged."""
        ...

    def close(self) -> None: ...


class VideoCapture(Protocol):
    """What is used of cv2.VideoCapture."""

    def isOpened(self) -> bool: ...  # noqa: N802

    def read(self) -> tuple[bool, Any]: ...

    def set(self, propId: int, value: float) -> bool: ...  # noqa: N803

    def release(self) -> None: ...


class DeviceCapture:
    """A camera of this computer, through OpenCV; asks for compressed pictures of the size and rate of the settings."""

    def __init__(self, capture: VideoCapture, settings: SourceSettings) -> None:
        self._capture = capture
        # Uncompressed, most cameras reach their large sizes at five frames a second only.
        capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, settings.width)
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, settings.height)
        capture.set(cv2.CAP_PROP_FPS, settings.fps)
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)

    def read(self) -> Image | None:
        good, picture = self._capture.read()
        return picture.astype("uint8", copy=False) if good and picture.ndim == 3 else None

    def close(self) -> None:
        self._capture.release()


class RecordingEndedError(Exception):
    """A stream that ended begins again with the very same pictures: it was a recording, and has been shown."""


def open_device(
    device: int | str,
    settings: SourceSettings,
    *,
    cameras: Callable[[], Sequence[CameraInfo]] = list_cameras,
    opener: Callable[[int | str], VideoCapture] | None = None,
) -> DeviceCapture:
    """A camera by its number or its path such as /dev/video2; CameraError tells which cameras there are."""
    path = Path(f"/dev/video{device}" if isinstance(device, int) else device)
    if sys.platform == "linux" and not path.exists():
        raise CameraError(f"there is no camera {device}; {_found(cameras())}")
    if any(camera.busy for camera in cameras() if camera.path == str(path)):
        raise CameraError(f"camera {device} is busy; close the other program or choose another; {_found(cameras())}")
    capture = (opener or _quietly_opened)(device)
    if not capture.isOpened():
        capture.release()
        raise CameraError(f"camera {device} cannot be opened; {_found(cameras())}")
    return DeviceCapture(capture, settings)


def _quietly_opened(device: int | str) -> VideoCapture:
    with without_opencv_log():
        return cv2.VideoCapture(device, cv2.CAP_V4L2 if sys.platform == "linux" else cv2.CAP_ANY)


def _found(cameras: Sequence[CameraInfo]) -> str:
    if not cameras:
        return "no camera was found; connect one, or use --source demo, a file or an address"
    return "cameras found: " + ", ".join(_described(camera) for camera in cameras)


def _described(camera: CameraInfo) -> str:
    return f"{camera.path} ({camera.name}{', busy' if camera.busy else ''})"
