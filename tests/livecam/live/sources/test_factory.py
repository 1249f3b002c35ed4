"""Which source a name opens, and what is said when it opens none."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from livecam.core.errors import CameraError, SourceError
from livecam.live.sources.camera import CameraSource
from livecam.live.sources.capture import DeviceCapture
from livecam.live.sources.demo import DemoSource
from livecam.live.sources.devices import CameraInfo
from livecam.live.sources.factory import open_source
from livecam.live.sources.images import ImageSource
from livecam.live.sources.video import VideoSource
from livecam.settings import SourceSettings
from tests.livecam.live.sources.clips import write_clip
from tests.livecam.live.sources.mjpeg_server import MjpegServer

NO_CAMERA = pytest.mark.skipif(Path("/dev/video0").exists(), reason="this computer has a camera")


def settings(source: str | Path) -> SourceSettings:
    return SourceSettings(source=str(source), width=64, height=48)


def picture(path: Path, level: int = 50) -> Path:
    cv2.imwrite(str(path), np.full((6, 8, 3), level, np.uint8))
    return path


@pytest.fixture
def gallery(tmp_path: Path) -> Path:
    for index, name in enumerate(["b.png", "a.jpg", "c.bmp"]):
        picture(tmp_path / name, 50 + index)
    (tmp_path / "notes.txt").write_text("not a picture")
    return tmp_path


def test_demo_opens_the_demo_at_its_size() -> None:
    source = open_source(settings("demo"), paced=False)
    assert isinstance(source, DemoSource)
    assert next(iter(source)).size == (64, 48)


def test_a_video_is_opened_as_one(tmp_path: Path) -> None:
    source = open_source(settings(write_clip(tmp_path / "clip.mp4")), paced=False)
    assert isinstance(source, VideoSource)


def test_a_picture_is_opened_as_one(tmp_path: Path) -> None:
    source = open_source(settings(picture(tmp_path / "face.png")), paced=False)
    assert len(list(source)) == 1


def test_a_folder_gives_its_pictures_by_name(gallery: Path) -> None:
    source = open_source(settings(gallery), paced=False)
    assert isinstance(source, ImageSource)
    assert [round(float(frame.image.mean())) for frame in source] == [51, 50, 52]


def test_a_glob_gives_the_pictures_it_matches(gallery: Path) -> None:
    source = open_source(settings(gallery / "*.png"), paced=False)
    assert len(list(source)) == 1


def test_an_address_is_read_as_a_live_camera() -> None:
    server = MjpegServer(lambda index: np.zeros((48, 64, 3), np.uint8))
    with server:
        source = open_source(settings(server.url), paced=True)
        assert isinstance(source, CameraSource)
        source.close()


@NO_CAMERA
def test_without_a_camera_auto_shows_the_demo_and_says_so() -> None:
    notes: list[str] = []
    source = open_source(settings("auto"), paced=False, say=notes.append)
    assert "demo" in next(iter(source)).status
    assert "no camera" in notes[0]


@NO_CAMERA
@pytest.mark.parametrize("source", ["0", "/dev/video0"])
def test_an_absent_camera_is_an_error_that_tells_what_there_is(source: str) -> None:
    with pytest.raises(CameraError, match=r"cameras? (was )?found"):
        open_source(settings(source), paced=False)


def test_a_wrong_path_suggests_the_nearest_and_what_is_accepted(gallery: Path) -> None:
    with pytest.raises(SourceError, match=r"did you mean .*notes\.txt.*--source takes auto"):
        open_source(settings(gallery / "note.txt"), paced=False)


def test_a_folder_without_pictures_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="has no pictures"):
        open_source(settings(tmp_path), paced=False)


def test_a_glob_that_matches_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="matches nothing"):
        open_source(settings(tmp_path / "*.png"), paced=False)


def test_a_file_that_is_neither_video_nor_picture_is_an_error(gallery: Path) -> None:
    with pytest.raises(SourceError, match=r"notes\.txt"):
        open_source(settings(gallery / "notes.txt"), paced=False)


@pytest.mark.parametrize("name", ["gopher://nowhere/x", "http://127.0.0.1:9/none", "rtsp://127.0.0.1:9/none"])
def test_an_address_that_cannot_be_opened_is_an_error(name: str) -> None:
    with pytest.raises(SourceError, match="cannot be opened"):
        open_source(settings(name), paced=False)


OBS = CameraInfo("/dev/video4", "OBS Virtual Camera", False, ())
CAMERAS = (CameraInfo("/dev/video0", "Integrated Webcam", False, ()), OBS, CameraInfo("1404", "HD Webcam", False, ()))


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[int | str]:
    """The devices that were opened; there are three cameras."""
    devices: list[int | str] = []

    def open_fake(device: int | str, settings: SourceSettings) -> DeviceCapture:
        devices.append(device)
        raise CameraError("busy")

    monkeypatch.setattr("livecam.live.sources.factory.list_cameras", lambda: CAMERAS)
    monkeypatch.setattr("livecam.live.sources.factory.open_device", open_fake)
    return devices


@pytest.mark.parametrize(
    ("name", "device"),
    [("OBS Virtual Camera", "/dev/video4"), ("obs", "/dev/video4"), ("HD Webcam", 1404), ("integrated", "/dev/video0")],
)
def test_a_camera_is_opened_by_its_name(opened: list[int | str], name: str, device: int | str) -> None:
    with pytest.raises(CameraError, match="busy"):
        open_source(settings(name), paced=False)
    assert opened == [device]


def test_a_name_that_several_cameras_have_is_answered_with_their_devices(opened: list[int | str]) -> None:
    with pytest.raises(
        SourceError, match=r"several cameras are called 'webcam'; .*/dev/video0 \(Integrated Webcam\), 1404"
    ):
        open_source(settings("webcam"), paced=False)


def test_a_name_that_no_camera_has_is_answered_with_the_nearest(opened: list[int | str]) -> None:
    with pytest.raises(SourceError, match=r"did you mean OBS Virtual Camera\?"):
        open_source(settings("OBS Virtul Camera"), paced=False)


@pytest.mark.usefixtures("opened")
def test_a_folder_of_that_name_is_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "obs").mkdir()
    picture(tmp_path / "obs" / "a.png")
    assert isinstance(open_source(settings("obs"), paced=False), ImageSource)


def test_a_file_whose_name_begins_as_a_screen_does_is_that_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_clip(Path("screen:1.mp4"))
    assert len(list(open_source(settings("screen:1.mp4"), paced=False))) == 10
