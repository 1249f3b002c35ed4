"""The frames that every contestant gets."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecam.benchmark.clip import back_and_forth, faceless, load, onwards
from livecam.core.errors import SettingsError, SourceError
from livecam.core.types import Frame
from tests.fakes import grey, make_frame


def numbered(count: int) -> list[Frame]:
    """Frames whose pictures are as bright as their index."""
    return [make_frame(grey(16, 16, level), index=level, fps=25) for level in range(count)]


def place(frame: Frame) -> int:
    return int(frame.image[0, 0, 0])


@given(length=st.integers(1, 9), count=st.integers(1, 40))
def test_a_short_video_runs_back_and_forth_without_a_jump(length: int, count: int) -> None:
    shown = back_and_forth(numbered(length), count)

    assert [abs(place(b) - place(a)) for a, b in pairwise(shown)] == [int(length > 1)] * (count - 1)


@given(length=st.integers(2, 9), count=st.integers(2, 40))
def test_time_goes_on_evenly_however_often_the_video_turns(length: int, count: int) -> None:
    shown = back_and_forth(numbered(length), count)

    assert [frame.timestamp for frame in shown] == pytest.approx([index / 25 for index in range(count)])


def test_frames_that_follow_others_go_on_in_time() -> None:
    first = numbered(4)

    more = onwards(numbered(3), first, 5)

    assert [frame.timestamp for frame in more] == pytest.approx([0.16, 0.20, 0.24, 0.28, 0.32])


def test_an_empty_room_has_the_colours_of_the_frame_in_other_places() -> None:
    image = np.random.default_rng(0).integers(0, 256, (48, 60, 3), np.uint8)

    (empty,) = faceless([make_frame(image)])

    assert (empty.image != image).any()
    assert np.sort(empty.image, axis=None).tolist() == np.sort(image, axis=None).tolist()


def test_every_frame_has_the_wanted_size() -> None:
    assert {frame.size for frame in load("demo", (160, 120), 4)} == {(160, 120)}


def test_the_same_frames_come_every_time() -> None:
    first, second = (load("demo", (160, 120), 3) for _ in range(2))

    assert all((a.image == b.image).all() for a, b in zip(first, second, strict=True))


def test_more_frames_than_memory_are_refused_with_a_way_out() -> None:
    with pytest.raises(SettingsError, match="fewer --frames"):
        load("demo", (7680, 4320), 10_000_000)


@pytest.mark.parametrize("source", ["0", "http://localhost/stream", "missing.mp4"])
def test_what_is_not_a_file_cannot_be_measured(source: str) -> None:
    with pytest.raises(SourceError, match="video file or the demo"):
        load(source, (160, 120), 1)


def test_a_file_that_is_no_video_is_named(tmp_path: Path) -> None:
    path = tmp_path / "notes.mp4"
    path.write_text("no video")

    with pytest.raises(SourceError, match=r"notes\.mp4"):
        load(str(path), (160, 120), 1)
