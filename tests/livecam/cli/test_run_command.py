"""`livecam run` without a window: what comes out, and what is said when it cannot."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from livecam.core.errors import SourceError
from livecam.core.types import Frame
from livecam.live.sources.demo import DemoSource
from tests.program import Program


def seconds_of(path: Path) -> list[float]:
    with av.open(str(path)) as container:
        return [float(frame.time or 0) for frame in container.decode(video=0)]


SMALL_DEMO = ("--source", "demo", "--size", "320x240", "--face", "dlib")


def test_a_recording_holds_every_frame_of_the_demo_at_its_time(program: Program, tmp_path: Path) -> None:
    assert program("run", *SMALL_DEMO, "--frames", 40, "--sink", "out.mp4").code == 0
    np.testing.assert_allclose(seconds_of(tmp_path / "out.mp4"), np.arange(40) / 30, atol=0.002)


def test_a_run_keeps_opencv_in_one_thread(program: Program) -> None:
    cv2.setNumThreads(2)
    program("run", *SMALL_DEMO, "--frames", 2, "--sink", "null")
    assert cv2.getNumThreads() == 1


def test_without_a_display_a_camera_is_refused_in_one_line_before_it_is_opened(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[object] = []
    monkeypatch.setattr("livecam.live.sources.factory.open_device", lambda device, settings: opened.append(device))
    code, _, err = program("run", "--source", "7")
    assert (code, opened) == (2, [])
    assert err.splitlines() == [
        "livecam: no window: there is no display (DISPLAY is not set); start this on a desktop, or with ssh -X,"
        " or use --sink FILE.mp4"
    ]


def test_a_window_that_is_asked_for_by_name_and_cannot_be_is_an_error(program: Program, tmp_path: Path) -> None:
    code, _, err = program("run", *SMALL_DEMO, "--sink", "window", "--sink", "out.mp4")

    assert (code, "no window" in err, (tmp_path / "out.mp4").exists()) == (2, True, False)


@pytest.mark.parametrize("flags", [("--source", "nothing.mp4"), ("--source", "demo", "--effect", "swril")])
def test_without_a_display_what_else_is_wrong_comes_alone(program: Program, flags: tuple[str, ...]) -> None:
    code, _, err = program("run", *flags)
    assert code == 2
    assert len(err.splitlines()) == 1
    assert "no window" not in err


def test_without_a_camera_and_a_display_the_demo_goes_into_a_file_and_says_where(
    program: Program, tmp_path: Path
) -> None:
    _, _, err = program("run", "--size", "320x240", "--face", "dlib", "--frames", 20)
    assert len(seconds_of(tmp_path / "livecam-demo.mp4")) == 20
    assert f"recorded {tmp_path / 'livecam-demo.mp4'}" in err
    assert "frames a second" in err
    assert "showing the demo" in err


def test_the_report_tells_frames_stages_and_faces(program: Program, tmp_path: Path) -> None:
    assert program("run", *SMALL_DEMO, "--frames", 40, "--sink", "null", "--report", "r.json").code == 0
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["frames"] == 40
    assert {"frames", "fps", "latency_ms", "stages", "faces_seen", "mean_confidence", "reconnections"} <= set(report)
    assert report["faces_seen"]["share"] == 1.0
    assert all(set(stage) == {"p50", "p95", "p99", "max"} for stage in report["stages"].values())


def test_encoding_a_file_is_a_stage_of_its_own(program: Program, tmp_path: Path) -> None:
    assert program("run", *SMALL_DEMO, "--frames", 40, "--sink", "out.mp4", "--report", "r.json").code == 0
    assert {"show", "encode"} <= set(json.loads((tmp_path / "r.json").read_text())["stages"])


def test_seconds_are_those_of_the_source(program: Program, tmp_path: Path) -> None:
    assert program("run", *SMALL_DEMO, "--fps", 10, "--seconds", 1.5, "--sink", "out.mkv").code == 0
    assert len(seconds_of(tmp_path / "out.mkv")) == 15


def test_a_strength_of_nothing_leaves_the_video_as_it_was(program: Program, tmp_path: Path) -> None:
    options = ("run", *SMALL_DEMO, "--frames", 12, "--sink")
    assert program(*options, "with.mp4", "--strength", 1).code == 0
    assert program(*options, "without.mp4", "--strength", 0).code == 0
    plain = DemoSource(320, 240).frame(11).image.astype(int)

    def changed(name: str) -> float:
        with av.open(str(tmp_path / name)) as container:
            last = [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)][-1]
        return float((np.abs(last - plain).max(axis=2) > 60).mean())

    assert changed("with.mp4") > 0.01
    assert changed("without.mp4") < 0.001


def test_no_face_in_the_whole_stream_is_no_error(program: Program, tmp_path: Path) -> None:
    for index in range(5):
        cv2.imwrite(str(tmp_path / f"wall{index}.png"), np.full((120, 161, 3), 90 + index, np.uint8))
    code, _, _ = program("run", "--source", tmp_path, "--face", "dlib", "--sink", "wall.mp4", "--report", "r.json")
    assert (code, len(seconds_of(tmp_path / "wall.mp4"))) == (0, 5)


def test_a_truncated_video_is_shown_as_far_as_it_goes_and_says_so(program: Program, tmp_path: Path) -> None:
    assert program("run", *SMALL_DEMO, "--frames", 60, "--sink", "whole.mkv").code == 0
    whole = (tmp_path / "whole.mkv").read_bytes()
    (tmp_path / "cut.mkv").write_bytes(whole[: len(whole) * 6 // 10])
    code, _, err = program("run", "--source", "cut.mkv", "--face", "dlib", "--sink", "shown.mp4")
    assert code == 0
    assert "the video is" in err
    assert 5 < len(seconds_of(tmp_path / "shown.mp4")) < 60


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--source", "7", "--sink", "null"), "camera 7"),
        (("--source", "/dev/video63", "--sink", "null"), "/dev/video63"),
        (("--source", "absent.mp4"), "there is no 'absent.mp4'"),
        (("--source", "notes.txt"), "'notes.txt' has no pictures in it"),
        (("--source", "empty"), "has no pictures"),
        (("--source", "demo", "--effect", "swril"), "swirl"),
        (("--source", "demo", "--strength", "2"), "effect.strength cannot be 2"),
        (("--source", "demo", "--size", "big"), "--size cannot be 'big'; write width and height in pixels"),
        (("--source", "demo", "--size", "0x0"), "source.width cannot be 0"),
        (("--source", "demo", "--sink", "out.gif"), "out.gif"),
        (("--source", "demo", "--sink", "absent/out.mp4"), "absent/out.mp4"),
        (("--source", "demo", "--config", "bad.toml"), "unknown key 'effect.stile'; did you mean 'style'?"),
        (("--source", "demo", "--sink", "null", "--frames", "2", "--report", "absent/r.json"), "absent/r.json"),
        (("--source", "notes.png", "--sink", "null"), "notes.png"),
        (("--source", "", "--sink", "null"), "--source cannot be empty"),
        (("--source", "demo", "--frames", "1", "--sink", "out.mp4", "--sink", "./out.mp4"), "already by this run"),
    ],
)
def test_what_cannot_be_is_said_in_one_line_with_exit_code_2(
    program: Program, tmp_path: Path, options: tuple[str, ...], message: str
) -> None:
    (tmp_path / "notes.txt").write_text("no video\n" * 50)
    (tmp_path / "notes.png").write_text("no picture\n" * 50)
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad.toml").write_text("[effect]\nstile = 'swirl'\n")
    code, _, err = program("run", "--face", "dlib", *options)
    assert code == 2
    assert message in err
    assert "Traceback" not in err


@pytest.mark.parametrize("output", [("--sink", "link.mp4"), ("--sink", "null", "--report", "clip.mp4")])
def test_no_output_is_written_over_the_source(program: Program, tmp_path: Path, output: tuple[str, ...]) -> None:
    assert program("run", *SMALL_DEMO, "--frames", 3, "--sink", "clip.mp4").code == 0
    (tmp_path / "link.mp4").symlink_to("clip.mp4")
    before = (tmp_path / "clip.mp4").read_bytes()
    code, _, err = program("run", "--face", "dlib", "--source", "clip.mp4", *output)
    assert (code, (tmp_path / "clip.mp4").read_bytes()) == (2, before)
    assert "it is the source" in err


def test_a_report_that_cannot_be_written_ends_the_run_before_it_begins(program: Program, tmp_path: Path) -> None:
    code, _, _ = program("run", *SMALL_DEMO, "--frames", 2, "--sink", "out.mp4", "--report", "absent/r.json")
    assert (code, list(tmp_path.iterdir())) == (2, [])


def test_a_source_that_breaks_leaves_the_report_of_what_was_done(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = DemoSource.__iter__

    def breaks(source: DemoSource) -> Iterator[Frame]:
        yield from islice(whole(source), 3)
        raise SourceError("the disk is gone")

    monkeypatch.setattr(DemoSource, "__iter__", breaks)
    code, _, err = program("run", *SMALL_DEMO, "--sink", "null", "--report", "r.json")
    report = json.loads((tmp_path / "r.json").read_text())
    assert (code, report["frames"], report["error"]) == (2, 3, "the disk is gone")
    assert "the disk is gone" in err


def test_a_run_that_fails_before_its_first_frame_leaves_no_report(program: Program, tmp_path: Path) -> None:
    (tmp_path / "wall.png").write_text("no picture\n" * 50)
    code, _, _ = program("run", "--source", "wall.png", "--face", "dlib", "--sink", "null", "--report", "r.json")
    assert (code, (tmp_path / "r.json").exists()) == (2, False)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_interrupted_leaves_a_playable_recording(tmp_path: Path, ending: signal.Signals) -> None:
    command = [sys.executable, "-m", "livecam", "run", *SMALL_DEMO, "--sink", str(tmp_path / "out.mp4")]
    run = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    part = tmp_path / "out.mp4.part"
    deadline = time.monotonic() + 30
    while not any(path.stat().st_size > 20_000 for path in tmp_path.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(run.pid, ending)
    try:
        _, err = run.communicate(timeout=30)
    finally:
        run.kill()
    assert run.returncode == 130, err
    assert len(seconds_of(tmp_path / "out.mp4")) > 5
    assert not part.exists()


@pytest.mark.parametrize("pupil", ["cpu", "tutorial"])
def test_a_model_that_would_not_be_used_is_refused(program: Program, pupil: str) -> None:
    code, _, err = program(
        "run", *SMALL_DEMO, "--frames", 1, "--sink", "null", "--pupil", pupil, "--model", "my.tflite"
    )
    assert code == 2
    assert f"--model my.tflite is for --pupil tflite, and {pupil} uses no model; leave one of them out" in err
