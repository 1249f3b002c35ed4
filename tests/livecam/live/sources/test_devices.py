"""Listing cameras, on a computer that need not have one: the answers of the kernel are played."""

from __future__ import annotations

import errno
import struct
from collections.abc import Sequence
from pathlib import Path

import pytest

from livecam.live.sources.devices import CameraMode, list_cameras

QUERYCAP, FORMAT, BUFFERS, SIZE, INTERVAL = 0x80685600, 0xC0405602, 0xC0145608, 0xC02C564A, 0xC034564B
MJPG = 0x47504A4D


class FakeKernel:
    """A webcam of two sizes; `capabilities` 1 can capture, `busy` is used by somebody else."""

    def __init__(self, *, capabilities: int = 1, busy: bool = False) -> None:
        self.capabilities, self.busy = capabilities, busy

    def __call__(self, handle: int, request: int, buffer: bytearray) -> int:
        index = struct.unpack_from("<I", buffer)[0]
        if request == QUERYCAP:
            buffer[16:26] = b"Face Cam\0\0"
            struct.pack_into("<II", buffer, 84, 0x80000001, self.capabilities)
        elif request == BUFFERS:
            if self.busy:
                raise OSError(errno.EBUSY, "busy")
        elif request == FORMAT:
            self._listed(buffer, 44, [(MJPG,)], index)
        elif request == SIZE:
            self._listed(buffer, 8, [(1, 640, 480), (1, 1280, 720)], index)
        elif request == INTERVAL:
            width = struct.unpack_from("<I", buffer, 8)[0]
            self._listed(buffer, 16, [(1, 1, 30), (1, 1, 15)] if width == 640 else [(1, 1, 30)], index)
        return 0

    def _listed(self, buffer: bytearray, offset: int, items: Sequence[tuple[int, ...]], index: int) -> None:
        if index >= len(items):
            raise OSError(errno.EINVAL, "the end")
        struct.pack_into(f"<{len(items[index])}I", buffer, offset, *items[index])


@pytest.fixture
def devices(tmp_path: Path) -> Path:
    for name in ("video10", "video2", "video0", "videology", "audio0"):
        (tmp_path / name).touch()
    return tmp_path


def test_cameras_are_listed_by_number(devices: Path) -> None:
    names = [Path(camera.path).name for camera in list_cameras(devices, ioctl=FakeKernel())]
    assert names == ["video0", "video2", "video10"]


def test_a_camera_tells_its_name_sizes_and_rates(devices: Path) -> None:
    camera = list_cameras(devices, ioctl=FakeKernel())[0]
    assert camera.name == "Face Cam"
    assert camera.modes == (CameraMode(1280, 720, (30.0,)), CameraMode(640, 480, (30.0, 15.0)))


@pytest.mark.parametrize("busy", [True, False])
def test_a_camera_another_program_uses_is_busy(devices: Path, *, busy: bool) -> None:
    assert [camera.busy for camera in list_cameras(devices, ioctl=FakeKernel(busy=busy))] == [busy] * 3


def test_what_cannot_capture_is_no_camera(devices: Path) -> None:
    assert list_cameras(devices, ioctl=FakeKernel(capabilities=2)) == ()


def test_ordinary_files_are_no_cameras(devices: Path) -> None:
    assert list_cameras(devices) == ()


def test_a_computer_without_cameras_lists_none(tmp_path: Path) -> None:
    assert list_cameras(tmp_path) == ()
