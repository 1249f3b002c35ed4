"""Recordings and snapshots that keys make."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import cv2
import numpy as np
import pytest

from livecam.core.errors import SinkError
from livecam.live.sinks.recorder import Recorder, Snapshots, shown_path
from tests.fakes import make_frame
from tests.livecam.live.sinks.test_video_file import noise, recorded


def noon() -> datetime:
    return datetime(2026, 11, 21, 12, 0, 0)


def test_only_what_is_shown_between_two_presses_is_recorded(tmp_path: Path) -> None:
    frames = noise(30)
    with Recorder(tmp_path, say=print, keep_all=True, now=noon) as recorder:
        for frame in frames:
            if frame.index in (10, 20):
                recorder.toggle()
            recorder.show(frame)
    assert len(recorded(tmp_path / "livecam-20261121-120000.mp4")) == 10


def test_the_length_of_the_recording_is_told_while_it_runs(tmp_path: Path) -> None:
    told = []
    with Recorder(tmp_path, say=print, now=noon) as recorder:
        for frame in noise(9):
            if frame.index in (3, 6):
                recorder.toggle()
            recorder.show(frame)
            told.append(recorder.seconds)
    assert told == [None] * 3 + [0.0, pytest.approx(1 / 30), pytest.approx(2 / 30)] + [None] * 3


def test_a_recording_that_still_runs_at_the_end_is_closed(tmp_path: Path) -> None:
    with Recorder(tmp_path, say=print, keep_all=True, now=noon) as recorder:
        recorder.toggle()
        for frame in noise(5):
            recorder.show(frame)
    assert len(recorded(tmp_path / "livecam-20261121-120000.mp4")) == 5


def test_recordings_of_the_same_second_have_their_own_names(tmp_path: Path) -> None:
    with Recorder(tmp_path, say=print, now=noon) as recorder:
        for _ in range(2):
            recorder.toggle()
            recorder.show(make_frame())
            recorder.toggle()
    assert {path.name for path in tmp_path.iterdir()} == {
        "livecam-20261121-120000.mp4",
        "livecam-20261121-120000-2.mp4",
    }


def test_a_folder_that_is_not_there_is_made(tmp_path: Path) -> None:
    snapshots = Snapshots(tmp_path / "Pictures" / "mine", now=noon)
    snapshots.show(make_frame())

    assert snapshots.take().endswith("/Pictures/mine/livecam-20261121-120000.png")
    assert len(list((tmp_path / "Pictures" / "mine").iterdir())) == 1


def test_what_lies_in_the_home_folder_is_told_from_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))

    assert shown_path(tmp_path / "Videos" / "a.mp4") == "~/Videos/a.mp4"
    assert shown_path(Path("/elsewhere/a.mp4")) == "/elsewhere/a.mp4"


def test_a_folder_that_cannot_be_made_is_an_error_and_nothing_is_recorded(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with Recorder(tmp_path / "file" / "absent", say=print) as recorder:
        with pytest.raises(SinkError, match=r"cannot write into .*absent: Not a directory; set output.folder"):
            recorder.toggle()
        recorder.show(make_frame())
    assert recorder.seconds is None


def test_a_snapshot_is_the_last_picture_to_the_pixel(tmp_path: Path) -> None:
    snapshots = Snapshots(tmp_path, now=noon)
    for frame in noise(3):
        snapshots.show(frame)
    snapshots.take()
    np.testing.assert_array_equal(cv2.imread(str(tmp_path / "livecam-20261121-120000.png")), noise(3)[-1].image)


def test_a_snapshot_before_the_first_picture_says_so(tmp_path: Path) -> None:
    assert Snapshots(tmp_path).take() == "no picture yet"


def test_a_snapshot_into_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    snapshots = Snapshots(tmp_path / "file" / "absent")
    snapshots.show(make_frame())
    with pytest.raises(SinkError, match="cannot write"):
        snapshots.take()
