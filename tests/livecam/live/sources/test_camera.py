"""The camera: the newest picture wins, a lost camera is waited for, and closing leaves nothing behind."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from livecam.core.errors import CameraError, SourceError
from livecam.core.image_files.jpeg import DamagedPictureError
from livecam.core.types import Frame, Image
from livecam.live.sources.camera import DAMAGED, LOST, CameraSource, ReconnectPolicy
from livecam.live.sources.containers.network_stream import NetworkCapture
from tests.livecam.live.sources.mjpeg_server import MjpegServer

QUICK = ReconnectPolicy(between_failures=0.001, back_off=(0.01,), sign_of_life=0.01, silence=0.3, close=2.0)


def picture(level: int = 100) -> Image:
    return np.full((12, 16, 3), level, np.uint8)


class FakeCapture:
    """Gives or raises what it was told, None for a failed read, then fails for good; at most `fps` a second."""

    def __init__(self, pictures: Iterator[Image | DamagedPictureError | None], fps: float = 500.0) -> None:
        self._pictures, self._interval = pictures, 1 / fps
        self.closed = False

    def read(self) -> Image | None:
        time.sleep(self._interval)
        given = next(self._pictures, None)
        if isinstance(given, DamagedPictureError):
            raise given
        return given

    def close(self) -> None:
        self.closed = True


def opener_of(*captures: FakeCapture) -> Callable[[], FakeCapture]:
    remaining = iter(captures)

    def opener() -> FakeCapture:
        capture = next(remaining, None)
        if capture is None:
            raise CameraError("there is no camera 0")
        return capture

    return opener


def endless(level: int = 100, fps: float = 500.0) -> FakeCapture:
    return FakeCapture(itertools.repeat(picture(level)), fps)


def until(frames: Iterator[Frame], found: Callable[[Frame], bool], seconds: float = 30.0) -> Frame:
    end = time.monotonic() + seconds
    for frame in frames:
        if found(frame):
            return frame
        assert time.monotonic() < end
    raise AssertionError("the frames ended")


def test_a_slow_reader_sees_frames_younger_than_two_of_its_frame_times() -> None:
    """Shown is the moment the reader is done with a frame, its frame time the time between two such moments."""
    with CameraSource(opener_of(endless(fps=100)), patience=QUICK) as camera:
        ages, periods, shown = [], [], time.monotonic()
        for frame in itertools.islice(camera, 25):
            time.sleep(0.04)
            periods.append(time.monotonic() - shown)
            shown = time.monotonic()
            ages.append(shown - frame.captured_at)
    # The machine may be busy with other things for a moment, so not all of them.
    assert sorted(age / period for age, period in zip(ages[1:], periods[1:], strict=True))[-5] < 2


def test_frames_nobody_took_are_dropped_and_their_numbers_with_them() -> None:
    with CameraSource(opener_of(endless(fps=200)), patience=QUICK) as camera:
        indices = []
        for frame in itertools.islice(camera, 5):
            indices.append(frame.index)
            time.sleep(0.05)
    assert indices[-1] > 8
    assert indices == sorted(set(indices))


def test_the_rate_is_measured_and_not_believed() -> None:
    with CameraSource(opener_of(endless(fps=50)), patience=QUICK) as camera:
        for _ in itertools.islice(camera, 30):
            pass
        assert 5 < camera.fps < 51


def test_two_failed_reads_are_forgiven() -> None:
    pictures = itertools.cycle([picture(), None, None])
    with CameraSource(opener_of(FakeCapture(pictures)), patience=QUICK) as camera:
        until(iter(camera), lambda frame: frame.index > 10)
        assert camera.reconnections == 0


def test_after_the_third_failed_read_the_camera_is_opened_again() -> None:
    first = FakeCapture(iter([picture(10)] * 5))
    with CameraSource(opener_of(first, endless(200)), patience=QUICK) as camera:
        until(iter(camera), lambda frame: frame.image[0, 0, 0] == 200)
        assert camera.reconnections == 1
    assert first.closed


def test_damaged_pictures_are_left_out_counted_and_told_once_they_are_many() -> None:
    many = threading.Event()

    def pictures() -> Iterator[Image | DamagedPictureError]:
        yield from (picture(), DamagedPictureError("cut"))
        while not many.is_set():
            yield picture()
        yield from itertools.cycle([picture(), DamagedPictureError("cut")])

    with CameraSource(opener_of(FakeCapture(pictures())), patience=QUICK) as camera:
        frames = iter(camera)
        assert next(frames).status == ""
        many.set()
        assert until(frames, lambda frame: frame.status != "").status == DAMAGED
        assert camera.damaged >= QUICK.damaged[1]
        assert camera.reconnections == 0


def test_a_camera_whose_pictures_become_whole_again_is_a_good_one() -> None:
    told = threading.Event()

    def pictures() -> Iterator[Image | DamagedPictureError]:
        yield picture()
        while not told.is_set():
            yield from (DamagedPictureError("cut"), picture())
        yield from itertools.repeat(picture())

    with CameraSource(opener_of(FakeCapture(pictures())), patience=QUICK) as camera:
        frames = iter(camera)
        until(frames, lambda frame: frame.status == DAMAGED)
        told.set()
        until(frames, lambda frame: frame.status == "")


def test_a_camera_that_sends_only_damaged_pictures_is_refused_by_name() -> None:
    with pytest.raises(CameraError, match="damaged pictures, only such"):
        CameraSource(opener_of(FakeCapture(itertools.repeat(DamagedPictureError("cut")))), patience=QUICK)


def test_while_the_camera_is_lost_the_last_picture_is_shown_dimmed_with_a_notice() -> None:
    with CameraSource(opener_of(FakeCapture(iter([picture(100)] * 5))), patience=QUICK) as camera:
        frame = until(iter(camera), lambda frame: frame.status != "")
    assert frame.status == LOST
    assert 20 < frame.image.mean() < 80


def test_a_camera_that_falls_silent_is_shown_as_lost() -> None:
    release = threading.Event()

    def stalling() -> Iterator[Image]:
        yield picture()
        release.wait(5)

    with CameraSource(opener_of(FakeCapture(stalling())), patience=QUICK) as camera:
        frame = until(iter(camera), lambda frame: frame.status != "")
        release.set()
    assert frame.status == LOST


def test_numbers_and_times_go_on_rising_through_a_loss() -> None:
    with CameraSource(opener_of(FakeCapture(iter([picture()] * 5)), endless()), patience=QUICK) as camera:
        frames = list(itertools.islice(camera, 40))
    assert all(after.index > before.index for before, after in itertools.pairwise(frames))
    assert all(after.timestamp >= before.timestamp for before, after in itertools.pairwise(frames))


def test_a_camera_without_pictures_is_an_error() -> None:
    silent = FakeCapture(iter([]))
    with pytest.raises(CameraError, match="sends no pictures"):
        CameraSource(opener_of(silent), patience=QUICK)
    assert silent.closed


def test_an_absent_camera_is_an_error_at_once() -> None:
    with pytest.raises(CameraError, match="no camera 0"):
        CameraSource(opener_of(), patience=QUICK)


def test_closing_ends_the_iteration_and_the_thread() -> None:
    capture = endless()
    camera = CameraSource(opener_of(capture), patience=QUICK)
    frames = iter(camera)
    next(frames)
    camera.close()
    assert [*frames, *camera] == []
    assert capture.closed
    assert "camera" not in [thread.name for thread in threading.enumerate()]


def test_closing_while_the_camera_is_lost_is_prompt() -> None:
    with CameraSource(opener_of(FakeCapture(iter([picture()]))), patience=ReconnectPolicy(back_off=(30.0,))) as camera:
        until(iter(camera), lambda frame: frame.status != "")
        began = time.monotonic()
    assert time.monotonic() - began < 20


def test_closing_does_not_wait_for_ever_for_a_read_that_blocks() -> None:
    release = threading.Event()

    def stuck() -> Iterator[Image]:
        yield picture()
        release.wait(20)

    camera = CameraSource(opener_of(FakeCapture(stuck())), patience=ReconnectPolicy(close=0.2))
    began = time.monotonic()
    camera.close()
    waited = time.monotonic() - began
    release.set()
    assert waited < 15


def test_a_fault_in_the_reading_thread_reaches_the_reader() -> None:
    def broken() -> Iterator[Image]:
        yield picture()
        raise RuntimeError("the driver went mad")

    with (
        CameraSource(opener_of(FakeCapture(broken())), patience=QUICK) as camera,
        pytest.raises(RuntimeError, match="mad"),
    ):
        until(iter(camera), lambda frame: False)


def test_a_stream_behind_an_address_goes_on_when_its_server_does() -> None:
    server = MjpegServer(lambda index: np.full((48, 64, 3), 120, np.uint8))
    with server, CameraSource(lambda: NetworkCapture(server.url)) as camera:
        frames = iter(camera)
        until(frames, lambda frame: frame.index >= 10)
        server.stop()
        until(frames, lambda frame: frame.status == LOST)
        server.start()
        until(frames, lambda frame: frame.status == "")
        assert camera.reconnections == 1
    assert max(ReconnectPolicy().back_off) < 3  # seconds it waits at most before it tries again


def test_an_address_nobody_answers_is_an_error_that_names_it_without_its_password() -> None:
    with pytest.raises(SourceError, match=r"'http://me:\*\*\*@127\.0\.0\.1:9/x' cannot be opened"):
        NetworkCapture("http://me:secret@127.0.0.1:9/x")
