"""The virtual camera sink, which other programs can open, and the null sink; the only importer of pyvirtualcam."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Protocol, Self

from livecam.core.errors import MissingExtraError, SinkError
from livecam.core.types import Frame, Image, Size, check_image
from livecam.live.sinks.encoder import even, fitted


class Device(Protocol):
    """What livecam needs of a loopback device."""

    def send(self, frame: Image) -> None: ...
    def close(self) -> None: ...


# The two options are what browsers and people know it by.
LOAD_COMMAND = "sudo modprobe v4l2loopback exclusive_caps=1 card_label=livecam"


def device_advice(platform: str = sys.platform) -> str:
    """How to come by a device that pyvirtualcam can write to, in one wording for every place that says it."""
    if not platform.startswith("linux"):
        return "install OBS, start its virtual camera once and stop it again"
    return f"load one with: {LOAD_COMMAND} (once before: sudo apt-get install v4l2loopback-dkms)"


def loopback(size: Size, fps: float) -> Device:
    """The first free loopback device of the system; RuntimeError when there is none."""
    try:
        import pyvirtualcam
    except ImportError as error:
        raise MissingExtraError("the virtual camera", "virtualcam") from error
    device: Device = pyvirtualcam.Camera(*size, fps, fmt=pyvirtualcam.PixelFormat.BGR)
    return device


class VirtualCamera:
    """A Sink whose size is that of the first frame; later ones are fitted into it."""

    def __init__(self, fps: float, *, open_device: Callable[[Size, float], Device] = loopback) -> None:
        self._fps = fps
        self._open_device = open_device
        self._device: Device | None = None
        self._size: Size = (0, 0)
        # Opened once for nothing, so that what is missing is said at the start and not with the first frame.
        self._opened((640, 480)).close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def device(self) -> str:
        """The loopback device, such as /dev/video2; empty before the first picture, and where it has no name."""
        return str(getattr(self._device, "device", "") or "")

    def show(self, frame: Frame) -> None:
        """Sends the picture; SinkError when the device is gone."""
        check_image(frame.image)
        image = even(frame.image)
        if self._device is None:
            self._size = image.shape[1], image.shape[0]
            self._device = self._opened(self._size)
        try:
            self._device.send(fitted(image, self._size))
        except (RuntimeError, OSError) as error:
            raise SinkError(f"the virtual camera stopped: {error}") from error

    def close(self) -> None:
        if self._device is not None:
            self._device.close()
            self._device = None

    def _opened(self, size: Size) -> Device:
        try:
            return self._open_device(size, self._fps)
        except (RuntimeError, OSError) as error:
            raise SinkError(
                f"no virtual camera can be opened; {device_advice()}"
                f" (pyvirtualcam says: {' '.join(str(error).split())})"
            ) from error


class NullSink:
    """A Sink that takes everything and keeps nothing."""

    def show(self, frame: Frame) -> None:
        return None
