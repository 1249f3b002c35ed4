"""Opening cameras of this computer: what is asked of them, and what is said when they do not open."""

from __future__ import annotations

import socket
from pathlib import Path

import cv2
import numpy as np
import pytest

from livecam.core.errors import CameraError, SourceError
from livecam.live.sources.capture import open_device
from livecam.live.sources.containers.network_stream import NetworkCapture
from livecam.live.sources.devices import CameraInfo
from livecam.settings import SourceSettings

SETTINGS = SourceSettings(width=800, height=600, fps=25)


class FakeVideoCapture:
    def __init__(self, *, opened: bool = True) -> None:
        self.opened = opened
        self.asked: list[tuple[int, float]] = []

    def isOpened(self) -> bool:  # noqa: N802
        return self.opened

    def read(self) -> tuple[bool, np.ndarray | None]:
        return True, np.zeros((4, 4, 3), np.uint8)

    def set(self, propId: int, value: float) -> bool:  # noqa: N803
        self.asked.append((propId, value))
        return True

    def release(self) -> None:
        self.opened = False


@pytest.fixture
def device(tmp_path: Path) -> str:
    (tmp_path / "video0").touch()
    return str(tmp_path / "video0")


def test_a_camera_is_asked_for_compressed_pictures_before_their_size(device: str) -> None:
    fake = FakeVideoCapture()
    open_device(device, SETTINGS, cameras=list, opener=lambda _: fake)
    assert fake.asked[:4] == [
        (cv2.CAP_PROP_FOURCC, float(cv2.VideoWriter.fourcc(*"MJPG"))),
        (cv2.CAP_PROP_FRAME_WIDTH, 800),
        (cv2.CAP_PROP_FRAME_HEIGHT, 600),
        (cv2.CAP_PROP_FPS, 25),
    ]


def test_closing_gives_the_camera_back(device: str) -> None:
    fake = FakeVideoCapture()
    open_device(device, SETTINGS, cameras=list, opener=lambda _: fake).close()
    assert not fake.opened


def test_a_busy_camera_is_an_error_that_lists_the_others(device: str) -> None:
    cameras = [CameraInfo(device, "Face Cam", True, ()), CameraInfo("/dev/video2", "Desk Cam", False, ())]
    with pytest.raises(CameraError, match=r"is busy.*Face Cam, busy.*/dev/video2 \(Desk Cam\)"):
        open_device(device, SETTINGS, cameras=lambda: cameras, opener=lambda _: FakeVideoCapture())


def test_a_camera_that_does_not_open_is_an_error(device: str) -> None:
    with pytest.raises(CameraError, match="cannot be opened; no camera was found"):
        open_device(device, SETTINGS, cameras=list, opener=lambda _: FakeVideoCapture(opened=False))


def test_an_absent_camera_is_an_error_that_lists_those_there_are(tmp_path: Path) -> None:
    cameras = [CameraInfo("/dev/video2", "Desk Cam", False, ())]
    with pytest.raises(CameraError, match=r"there is no camera .*video7; cameras found: /dev/video2 \(Desk Cam\)"):
        open_device(str(tmp_path / "video7"), SETTINGS, cameras=lambda: cameras)


def test_an_address_that_never_answers_is_given_up_with_the_time_that_was_waited() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(SourceError, match="did not answer within 3 s"),
    ):
        NetworkCapture(f"http://127.0.0.1:{silent.getsockname()[1]}/stream")
