"""What all samples of one run share."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from livecam.live.collection.sample_builder import RecordingInfo, without_secrets
from livecam.store.samples import Split

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_seven_in_ten_recordings_are_for_training_and_every_split_has_one_soon() -> None:
    dealt: dict[str, Split] = {}
    for number in range(40):
        name = f"session {number}"
        dealt[name] = RecordingInfo(name, "camera 0").dealt(dealt).split
    assert set(list(dealt.values())[:5]) == set(Split)
    assert Counter(dealt.values()) == {Split.TRAIN: 28, Split.VALIDATION: 6, Split.TEST: 6}


def test_a_recording_that_is_known_keeps_its_split() -> None:
    known = {"monday": Split.TEST, **{f"other {number}": Split.TEST for number in range(9)}}
    assert RecordingInfo("monday", "camera 0").dealt(known).split is Split.TEST


def test_a_file_is_the_same_recording_under_any_name_in_any_folder(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for path in (tmp_path / "a.mp4", tmp_path / "b" / "renamed.mp4"):
        path.write_bytes(b"frames")
    (tmp_path / "other.mp4").write_bytes(b"other frames")
    names = [RecordingInfo.of_file(tmp_path / name).session for name in ("a.mp4", "b/renamed.mp4", "other.mp4")]
    assert names[0] == names[1] != names[2]


def test_long_files_that_differ_in_their_middle_are_two_recordings(tmp_path: Path) -> None:
    names = []
    for number in range(2):
        path = tmp_path / f"{number}.mp4"
        with path.open("wb") as stream:
            stream.seek(20_000_000)
            stream.write(bytes([number]))
            stream.truncate(40_000_000)
        names.append(RecordingInfo.of_file(path).session)
    assert names[0] != names[1]


def test_a_video_behind_an_address_is_the_same_recording_however_the_address_is_signed() -> None:
    one, other = (RecordingInfo.of_address(f"https://me:pw@host/clips/a.mp4?signature={each}") for each in "12")
    assert one == other
    assert one.source == "https://host/clips/a.mp4"
    assert one.session != RecordingInfo.of_address("https://host/other/a.mp4").session


def test_a_camera_makes_a_new_recording_each_time() -> None:
    assert RecordingInfo.live("camera 0", NOW).session != RecordingInfo.live("camera 0", NOW).session


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("camera 0", "camera 0"),
        ("rtsp://me:secret@10.0.0.2:554/cam?token=1", "rtsp://10.0.0.2:554/cam"),
        ("http://host/video", "http://host/video"),
    ],
)
def test_passwords_are_not_written_into_the_store(source: str, kept: str) -> None:
    assert without_secrets(source) == kept
