"""Videos: every frame, in order, upright, at its true time, and what can be saved of a damaged one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from livecam.core.errors import SourceError
from livecam.live.sources.video import VideoSource
from tests.livecam.live.sources.clips import level_to_number, turned_clockwise, write_clip
from tests.livecam.live.sources.clock import FakeTime


def test_every_frame_comes_once_and_in_order(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4")
    assert [level_to_number(frame.image) for frame in VideoSource(clip)] == list(range(10))


def test_times_are_those_of_the_file_though_they_are_uneven(tmp_path: Path) -> None:
    times = (0.0, 0.04, 0.2, 0.24, 1.0, 1.04)
    clip = write_clip(tmp_path / "clip.mkv", times=times)
    assert [frame.timestamp for frame in VideoSource(clip)] == pytest.approx(times, abs=0.002)


def test_time_counts_from_the_first_frame(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mkv", times=(5.0, 5.04, 5.08))
    assert [frame.timestamp for frame in VideoSource(clip)] == pytest.approx((0.0, 0.04, 0.08), abs=0.002)


def test_a_video_taken_sideways_stands_upright(tmp_path: Path) -> None:
    clip = turned_clockwise(write_clip(tmp_path / "clip.mp4", size=(64, 48)))
    assert next(iter(VideoSource(clip))).size == (48, 64)


def test_a_clip_to_be_turned_clockwise_shows_its_left_side_on_top(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", times=(0.0, 0.04), picture=left_half_white)
    shown = next(iter(VideoSource(turned_clockwise(clip)))).image
    assert shown[:20].min() > 200
    assert shown[-20:].max() < 60


def left_half_white(index: int, size: tuple[int, int]) -> np.ndarray:
    image = np.zeros((size[1], size[0], 3), np.uint8)
    image[:, : size[0] // 2] = 255
    return image


def noise(index: int, size: tuple[int, int]) -> np.ndarray:
    return np.random.default_rng(index).integers(0, 255, (size[1], size[0], 3), np.uint8)


def test_a_truncated_video_yields_what_can_be_read_and_says_so(tmp_path: Path) -> None:
    times = [index / 25 for index in range(100)]
    clip = write_clip(tmp_path / "clip.mp4", times=times, picture=noise, options={"movflags": "faststart"})
    clip.write_bytes(clip.read_bytes()[: int(clip.stat().st_size * 0.6)])
    frames = list(VideoSource(clip))
    assert 5 < len(frames) < 100
    assert "video is" in frames[-1].status
    assert not any(frame.status for frame in frames[:-1])


def test_a_whole_video_ends_without_a_notice(tmp_path: Path) -> None:
    assert list(VideoSource(write_clip(tmp_path / "clip.mp4")))[-1].status == ""


@pytest.mark.parametrize("size", [(65, 47), (16, 16), (2, 2)])
def test_odd_and_tiny_frame_sizes_are_read(tmp_path: Path, size: tuple[int, int]) -> None:
    clip = write_clip(tmp_path / "clip.mkv", size=size, codec="ffv1")
    assert next(iter(VideoSource(clip))).size == size


@pytest.mark.parametrize("content", [b"", b"this is a letter", bytes(5000)])
def test_a_file_that_is_no_video_is_an_error_that_names_it(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "letter.mp4"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"letter\.mp4"):
        VideoSource(path)


def test_a_video_whose_end_was_never_written_is_an_error(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4")
    clip.write_bytes(clip.read_bytes()[:500])
    with pytest.raises(SourceError, match=r"clip\.mp4"):
        list(VideoSource(clip))


def test_shown_live_each_frame_waits_for_its_time(tmp_path: Path) -> None:
    time = FakeTime()
    clip = write_clip(tmp_path / "clip.mkv", times=(0.0, 0.5, 0.75))
    shown = [time.now for _ in VideoSource(clip, paced=True, timing=time.timing)]
    assert shown == pytest.approx([0.0, 0.5, 0.75], abs=0.002)


def test_a_slow_reader_of_a_file_still_gets_every_frame(tmp_path: Path) -> None:
    time = FakeTime()
    numbers = []
    for frame in VideoSource(write_clip(tmp_path / "clip.mp4"), paced=True, timing=time.timing):
        numbers.append(frame.index)
        time.now += 1.0
    assert numbers == list(range(10))
