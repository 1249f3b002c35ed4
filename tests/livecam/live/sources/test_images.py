"""Still pictures as a source."""

from __future__ import annotations

import itertools
from pathlib import Path

import cv2
import numpy as np
import pytest

from livecam.core.errors import SourceError
from livecam.live.sources.images import ImageSource
from tests.livecam.live.sources.clock import FakeTime


def pictures(folder: Path, count: int) -> list[Path]:
    paths = [folder / f"{index}.png" for index in range(count)]
    for index, path in enumerate(paths):
        cv2.imwrite(str(path), np.full((20, 30), 10 * index, np.uint8))
    return paths


def test_each_picture_is_one_frame(tmp_path: Path) -> None:
    frames = list(ImageSource(pictures(tmp_path, 3), fps=10))
    assert [(frame.timestamp, int(frame.image[0, 0, 0])) for frame in frames] == [(0.0, 0), (0.1, 10), (0.2, 20)]


def test_shown_live_each_stays_for_two_seconds(tmp_path: Path) -> None:
    time = FakeTime()
    levels = [
        int(frame.image[0, 0, 0]) for frame in ImageSource(pictures(tmp_path, 2), fps=5, paced=True, timing=time.timing)
    ]
    assert levels == [0] * 10 + [10] * 10


def test_a_slide_begins_with_a_cut(tmp_path: Path) -> None:
    frames = ImageSource(pictures(tmp_path, 2), fps=5, paced=True, timing=FakeTime().timing)
    assert [frame.index for frame in frames if frame.scene_cut] == [0, 10]


def test_shown_live_a_single_picture_stays(tmp_path: Path) -> None:
    time = FakeTime()
    frames = itertools.islice(ImageSource(pictures(tmp_path, 1), fps=5, paced=True, timing=time.timing), 101)
    assert [frame.index for frame in frames] == list(range(101))
    assert time.now == pytest.approx(20.0)


def test_no_pictures_at_all_is_an_error() -> None:
    with pytest.raises(SourceError, match="no pictures"):
        ImageSource([])


def test_a_broken_one_alone_is_named(tmp_path: Path) -> None:
    (tmp_path / "1.png").write_bytes(b"nonsense")
    with pytest.raises(SourceError, match=r"1\.png"):
        list(ImageSource([tmp_path / "1.png"]))


def damaged(path: Path) -> Path:
    path.write_bytes(b"nonsense")
    return path


def test_what_is_damaged_is_left_out_and_said_with_the_next_picture(tmp_path: Path) -> None:
    one, two = pictures(tmp_path, 2)
    frames = list(ImageSource([one, damaged(tmp_path / "bad.png"), two]))
    assert [frame.status.startswith(f"'{tmp_path / 'bad.png'}' is damaged") for frame in frames] == [False, True]


def test_what_is_damaged_at_the_end_is_said_with_the_last_picture(tmp_path: Path) -> None:
    ends = [damaged(tmp_path / "bad1.png"), damaged(tmp_path / "bad2.png")]
    frames = list(ImageSource([*pictures(tmp_path, 2), *ends]))
    assert [frame.status[-40:] for frame in frames] == ["", "tif or bmp; it is left out, and so is 1 more"[-40:]]


def test_a_slide_show_keeps_its_time_without_what_is_damaged(tmp_path: Path) -> None:
    paths = [*pictures(tmp_path, 2), damaged(tmp_path / "bad.png")]
    frames = list(ImageSource(paths, fps=5, paced=True, timing=FakeTime().timing))
    assert [frame.timestamp for frame in frames] == [index / 5 for index in range(20)]


def test_none_that_can_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"none of the pictures can be read: .*bad1\.png"):
        list(ImageSource([damaged(tmp_path / "bad1.png"), damaged(tmp_path / "bad2.png")]))
