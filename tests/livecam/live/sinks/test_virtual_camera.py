"""The virtual camera says what is missing, and sends pictures of one size."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from livecam.core.errors import MissingExtraError, SinkError
from livecam.core.types import Image, Size
from livecam.live.sinks.virtual_camera import VirtualCamera
from tests.fakes import grey, make_frame

INSTALLED = importlib.util.find_spec("pyvirtualcam") is not None


class FakeDevice:
    def __init__(self, size: Size) -> None:
        self.size, self.sent, self.closed = size, list[Image](), False

    def send(self, frame: Image) -> None:
        self.sent.append(frame)

    def close(self) -> None:
        self.closed = True


class FakeSystem:
    def __init__(self) -> None:
        self.devices: list[FakeDevice] = []

    def open(self, size: Size, fps: float) -> FakeDevice:
        self.devices.append(FakeDevice(size))
        return self.devices[-1]


def test_pictures_of_any_size_are_sent_in_the_size_of_the_first() -> None:
    system = FakeSystem()
    with VirtualCamera(30, open_device=system.open) as sink:
        for size in [(641, 359), (320, 240)]:
            sink.show(make_frame(grey(*size)))
    assert [image.shape for image in system.devices[-1].sent] == [(360, 642, 3)] * 2


def test_the_device_is_given_back() -> None:
    system = FakeSystem()
    with VirtualCamera(30, open_device=system.open) as sink:
        sink.show(make_frame())
    assert all(device.closed for device in system.devices)


@pytest.mark.skipif(INSTALLED, reason="pyvirtualcam is installed")
def test_without_the_extra_the_message_names_it() -> None:
    with pytest.raises(MissingExtraError, match="virtualcam"):
        VirtualCamera(30)


@pytest.mark.skipif(not INSTALLED, reason="pyvirtualcam is not installed")
@pytest.mark.skipif(any(Path("/dev").glob("video*")), reason="this machine may have a loopback device")
def test_without_a_loopback_device_the_message_says_how_to_load_one() -> None:
    with pytest.raises(SinkError, match="modprobe v4l2loopback"):
        VirtualCamera(30)
