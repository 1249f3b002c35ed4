"""A recording keeps every picture at its time and is playable whatever happens."""

from __future__ import annotations

import errno
import io
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import BinaryIO

import av
import numpy as np
import pytest

from livecam.core.errors import SinkError
from livecam.core.types import Frame, Image
from livecam.live.sinks.video_file import VideoFileSink
from tests.fakes import grey, make_frame

pytestmark = pytest.mark.kills

SUFFIXES = [".mp4", ".mkv"]


def recorded(path: Path) -> list[tuple[float, Image]]:
    """Seconds and BGR picture of every frame of a video."""
    with av.open(path) as container:
        return [(float(frame.time), frame.to_ndarray(format="bgr24")) for frame in container.decode(video=0)]


def record(path: Path, frames: list[Frame]) -> list[tuple[float, Image]]:
    with VideoFileSink(path) as sink:
        for frame in frames:
            sink.show(frame)
    return recorded(path)


class FullDisk(io.FileIO):
    """A file on a disk with little room."""

    def __init__(self, path: Path, room: int) -> None:
        super().__init__(path, "wb")
        self.room = room

    def write(self, data: object) -> int:
        if self.tell() + len(bytes(data)) > self.room:  # type: ignore[call-overload]
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(data)  # type: ignore[arg-type]


class SlowDisk(io.FileIO):
    """A file that takes nothing before it is let go."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "wb")
        self.go = Event()

    def write(self, data: object) -> int:
        self.go.wait(20)
        return super().write(data)  # type: ignore[arg-type]


def noise(count: int) -> list[Frame]:
    random = np.random.default_rng(5)
    return [make_frame(random.integers(0, 255, (120, 160, 3), np.uint8), index=index) for index in range(count)]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_frame_is_kept(tmp_path: Path, suffix: str) -> None:
    assert len(record(tmp_path / f"clip{suffix}", noise(100))) == 100


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_frames_keep_their_times_counted_from_the_first(tmp_path: Path, suffix: str) -> None:
    seconds = [7.0, 7.1, 7.15, 9.5]
    frames = [Frame(grey(64, 48), index, when) for index, when in enumerate(seconds)]
    times = [when for when, _ in record(tmp_path / f"clip{suffix}", frames)]
    assert times == pytest.approx([0, 0.1, 0.15, 2.5], abs=0.0006)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_frames_that_share_a_time_are_all_kept_in_order(tmp_path: Path, suffix: str) -> None:
    frames = [Frame(grey(64, 48), index, when) for index, when in enumerate([0.0, 0.0, 0.0, -1.0, 0.5])]
    times = [when for when, _ in record(tmp_path / f"clip{suffix}", frames)]
    assert len(times) == 5
    assert all(np.diff(times) > 0)


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (641, 359), (640, 360)])
def test_an_odd_side_is_continued_by_one_pixel(tmp_path: Path, size: tuple[int, int]) -> None:
    (_, picture), *_ = record(tmp_path / "clip.mp4", [make_frame(grey(*size))])
    assert picture.shape[1::-1] == tuple(side + side % 2 for side in size)


def test_colours_come_back(tmp_path: Path) -> None:
    image = np.zeros((96, 96, 3), np.uint8)
    image[:, :48], image[:, 48:] = (40, 90, 200), (200, 120, 30)
    (_, picture), *_ = record(tmp_path / "clip.mp4", [make_frame(image)])
    assert np.abs(picture[20:70, 10:40].astype(int) - (40, 90, 200)).max() < 8


def test_a_frame_of_another_size_is_fitted_into_the_first(tmp_path: Path) -> None:
    frames = [make_frame(grey(64, 48)), make_frame(grey(100, 48, 200), index=1), make_frame(grey(64, 48), index=2)]
    pictures = [picture for _, picture in record(tmp_path / "clip.mp4", frames)]
    assert [picture.shape for picture in pictures] == [(48, 64, 3)] * 3
    assert pictures[1][24, 32, 0] > 180
    assert pictures[1][2, 32, 0] < 20


def test_the_file_takes_its_name_only_when_it_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"an older recording")
    with VideoFileSink(path) as sink:
        sink.show(make_frame())
        assert path.read_bytes() == b"an older recording"
    assert len(recorded(path)) == 1
    assert list(tmp_path.iterdir()) == [path]


def test_a_recording_without_frames_leaves_nothing(tmp_path: Path) -> None:
    VideoFileSink(tmp_path / "clip.mp4").close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "message"),
    [("clip.avi", "end its name in .mp4 or .mkv"), ("absent/clip.mp4", "no such file"), ("folder.mp4", "is a folder")],
)
def test_a_place_that_cannot_take_a_video_is_named_at_once(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "folder.mp4").mkdir()
    with pytest.raises(SinkError, match=message):
        VideoFileSink(tmp_path / name)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_full_disk_ends_the_recording_and_keeps_what_came_before(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"clip{suffix}"
    with pytest.raises(SinkError, match="no space left on device; what was recorded before"):
        record_onto_full_disk(path, room=1_000_000)
    assert 30 <= len(recorded(path)) < 200
    assert list(tmp_path.iterdir()) == [path]


def test_a_disk_full_from_the_start_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(SinkError, match="too short to keep"):
        record_onto_full_disk(tmp_path / "clip.mp4", room=100)
    assert list(tmp_path.iterdir()) == []


def record_onto_full_disk(path: Path, *, room: int) -> None:
    with VideoFileSink(path, create=lambda part: FullDisk(part, room)) as sink:  # type: ignore[arg-type, return-value]
        for frame in noise(200):
            sink.show(frame)


def test_a_live_recording_leaves_out_what_the_encoder_cannot_take_and_counts_it(tmp_path: Path) -> None:
    disks: list[SlowDisk] = []

    def slow(part: Path) -> BinaryIO:
        disks.append(SlowDisk(part))
        return disks[0]  # type: ignore[return-value]

    with VideoFileSink(tmp_path / "clip.mp4", keep_all=False, create=slow) as sink:
        for frame in noise(100):
            sink.show(frame)
        disks[0].go.set()
    assert sink.dropped > 0
    assert len(recorded(tmp_path / "clip.mp4")) == 100 - sink.dropped


def test_the_frame_may_be_reused_as_soon_as_it_was_shown(tmp_path: Path) -> None:
    image = grey(64, 48, 200)
    with VideoFileSink(tmp_path / "clip.mp4") as sink:
        sink.show(make_frame(image))
        image[:] = 0
    assert recorded(tmp_path / "clip.mp4")[0][1].mean() > 190


CLIP = """
import os, sys, signal
from pathlib import Path
from tests.livecam.live.sinks.test_video_file import noise
from livecam.live.sinks.video_file import VideoFileSink
with VideoFileSink(Path(sys.argv[1])) as sink:
    for frame in noise(150):
        sink.show(frame)
    os.kill(os.getpid(), int(sys.argv[2]))
    signal.pause()
"""


def interrupted(path: Path, how: signal.Signals) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", CLIP, path, str(int(how))], timeout=60, check=False, capture_output=True
    )


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_ctrl_c_leaves_every_frame_playable(tmp_path: Path, suffix: str) -> None:
    interrupted(tmp_path / f"clip{suffix}", signal.SIGINT)
    assert len(recorded(tmp_path / f"clip{suffix}")) == 150


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_killed_program_leaves_a_playable_part(tmp_path: Path, suffix: str) -> None:
    interrupted(tmp_path / f"clip{suffix}", signal.SIGKILL)
    assert pictures_before_damage(tmp_path / f"clip.part{suffix}") >= 60


def pictures_before_damage(path: Path) -> int:
    """As many pictures as a player shows of a file that may end in the middle of one."""
    count = 0
    with av.open(path) as container, suppress(av.error.InvalidDataError):
        for _ in container.decode(video=0):
            count += 1
    return count
