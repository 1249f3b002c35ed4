"""What all samples of one run share."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from livecam.live.collection.sample_builder import RecordingInfo, without_secrets
from livecam.store.samples import Split

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_seven_in_ten_recordings_are_for_training() -> None:
    splits = Counter(RecordingInfo(f"session {number}", "camera 0").split for number in range(4000))
    shares = [splits[split] / 4000 for split in (Split.TRAIN, Split.VALIDATION, Split.TEST)]
    assert shares == pytest.approx([0.70, 0.15, 0.15], abs=0.02)


def test_a_file_is_the_same_recording_whenever_it_is_shown(tmp_path: Path) -> None:
    assert (
        RecordingInfo.of_file(tmp_path / "a.mp4").session
        == RecordingInfo.of_file(tmp_path / "b" / ".." / "a.mp4").session
    )


def test_two_files_of_one_name_are_two_recordings(tmp_path: Path) -> None:
    assert RecordingInfo.of_file(tmp_path / "a.mp4").session != RecordingInfo.of_file(tmp_path / "b" / "a.mp4").session


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
