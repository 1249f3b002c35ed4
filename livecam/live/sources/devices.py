"""Lists the cameras of this computer by Video4Linux, with sizes and rates, busy ones too."""

from __future__ import annotations

import errno
import os
import struct
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

Ioctl = Callable[[int, int, bytearray], int]

# <linux/videodev2.h>: requests, the type and the memory of a capture queue, the capability to capture.
_QUERYCAP, _ENUM_FORMAT, _REQUEST_BUFFERS = 0x80685600, 0xC0405602, 0xC0145608
_ENUM_SIZE, _ENUM_INTERVAL = 0xC02C564A, 0xC034564B
_CAPTURE, _MMAP, _CAN_CAPTURE, _DISCRETE = 1, 1, 1, 1


@dataclass(frozen=True, slots=True)
class CameraMode:
    """A size a camera offers and its rates, the highest first; no rates when the camera does not tell."""

    width: int
    height: int
    fps: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class CameraInfo:
    """A camera of this computer; modes are the largest first."""

    path: str
    name: str
    busy: bool
    modes: tuple[CameraMode, ...]


def list_cameras(devices: Path = Path("/dev"), *, ioctl: Ioctl | None = None) -> tuple[CameraInfo, ...]:
    """Every camera that can deliver pictures, in the order of their numbers; none is a normal answer.

    Only Linux tells their sizes without opening them, and whether somebody uses them.
    """
    if sys.platform != "linux":
        return tuple(_named_cameras())
    if ioctl is None:
        from fcntl import ioctl as system_ioctl

        ioctl = system_ioctl
    paths = (path for path in devices.glob("video*") if path.name[5:].isdigit())
    found = (_camera(path, ioctl) for path in sorted(paths, key=lambda path: int(path.name[5:])))
    return tuple(camera for camera in found if camera is not None)


def _named_cameras() -> Iterator[CameraInfo]:
    from cv2_enumerate_cameras import enumerate_cameras

    for camera in sorted(enumerate_cameras(), key=lambda camera: camera.index):
        yield CameraInfo(str(camera.index), camera.name, False, ())


def _camera(path: Path, ioctl: Ioctl) -> CameraInfo | None:
    """None when it is no camera: a radio, a codec, the metadata of another camera."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    except OSError as error:
        # A camera this user may not open is still worth naming.
        return CameraInfo(str(path), "not readable", True, ()) if error.errno in (errno.EACCES, errno.EBUSY) else None
    try:
        answer = _asked(ioctl, handle, _QUERYCAP, bytearray(104))
        if answer is None or not _can_capture(answer):
            return None
        name = bytes(answer[16:48]).split(b"\0")[0].decode(errors="replace")
        return CameraInfo(str(path), name, _busy(handle, ioctl), _modes(handle, ioctl))
    finally:
        os.close(handle)


def _can_capture(answer: bytearray) -> bool:
    whole, device = struct.unpack_from("<II", answer, 84)
    has_device_capabilities = bool(whole & 0x80000000)
    return bool((device if has_device_capabilities else whole) & _CAN_CAPTURE)


def _busy(handle: int, ioctl: Ioctl) -> bool:
    try:
        ioctl(handle, _REQUEST_BUFFERS, bytearray(struct.pack("<III", 0, _CAPTURE, _MMAP).ljust(20, b"\0")))
    except OSError as error:
        return error.errno == errno.EBUSY
    return False


def _modes(handle: int, ioctl: Ioctl) -> tuple[CameraMode, ...]:
    rates: dict[tuple[int, int], set[float]] = {}
    for pixels in _pixel_formats(handle, ioctl):
        for width, height in _sizes(handle, ioctl, pixels):
            rates.setdefault((width, height), set()).update(_rates(handle, ioctl, pixels, width, height))
    ordered = sorted(rates, key=lambda size: size[0] * size[1], reverse=True)
    return tuple(CameraMode(*size, tuple(sorted(rates[size], reverse=True))) for size in ordered)


def _pixel_formats(handle: int, ioctl: Ioctl) -> Iterator[int]:
    for answer in _counted(handle, ioctl, _ENUM_FORMAT, lambda index: struct.pack("<II", index, _CAPTURE), 64):
        yield struct.unpack_from("<I", answer, 44)[0]


def _sizes(handle: int, ioctl: Ioctl, pixels: int) -> Iterator[tuple[int, int]]:
    for answer in _counted(handle, ioctl, _ENUM_SIZE, lambda index: struct.pack("<II", index, pixels), 44):
        kind, *lengths = struct.unpack_from("<6I", answer, 8)
        if kind == _DISCRETE:
            yield lengths[0], lengths[1]
            continue
        # Any size between two: the ends are all that can be told.
        (low_width, high_width, _, low_height, high_height) = lengths
        yield from ((low_width, low_height), (high_width, high_height))
        return


def _rates(handle: int, ioctl: Ioctl, pixels: int, width: int, height: int) -> Iterator[float]:
    for answer in _counted(
        handle, ioctl, _ENUM_INTERVAL, lambda index: struct.pack("<IIII", index, pixels, width, height), 52
    ):
        _, numerator, denominator = struct.unpack_from("<III", answer, 16)
        if numerator:
            yield round(denominator / numerator, 2)


def _counted(
    handle: int, ioctl: Ioctl, request: int, question: Callable[[int], bytes], size: int
) -> Iterator[bytearray]:
    for index in range(64):
        answer = _asked(ioctl, handle, request, bytearray(question(index).ljust(size, b"\0")))
        if answer is None:
            return
        yield answer


def _asked(ioctl: Ioctl, handle: int, request: int, buffer: bytearray) -> bytearray | None:
    """The answer, None when the device has none (the end of a list, or not a camera at all)."""
    try:
        ioctl(handle, request, buffer)
    except OSError:
        return None
    return buffer
