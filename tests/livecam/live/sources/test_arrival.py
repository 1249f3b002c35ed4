"""Recordings and live streams whose server names no length: told apart by structure, headers and arrival."""

from __future__ import annotations

import io
import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import cache

import av
import numpy as np
import pytest

from livecam.live.sources.camera import CameraSource
from livecam.live.sources.containers.container_facts import is_read_straight, says_it_is_complete
from livecam.live.sources.factory import AnySource, open_source
from livecam.live.sources.http.arrival import is_recording
from livecam.live.sources.video import VideoSource
from livecam.settings import SourceSettings
from tests.livecam.live.sources.http_server import Reply, serving, whole

FRAGMENTS = {"movflags": "frag_keyframe+empty_moov"}
KINDS = {
    "fragmented MP4": ("mp4", "libx264", FRAGMENTS),
    "DASH's MP4": ("mp4", "libx264", {"movflags": "frag_keyframe+empty_moov+default_base_moof+dash"}),
    "WebM": ("webm", "libvpx", {"live": "1"}),
    "Matroska": ("matroska", "libx264", {}),
    "TS": ("mpegts", "libx264", {}),
    "FLV": ("flv", "flv", {}),
    "MPEG": ("mpeg", "mpeg2video", {}),
    "H.264 alone": ("h264", "libx264", {}),
}
INDEX_AT_END = ("mp4", "libx264", {})


class Piped:
    """What a program writes that cannot go back to add a length."""

    def __init__(self) -> None:
        self.content = io.BytesIO()

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def write(self, data: bytes) -> int:
        return self.content.write(data)


@cache
def made(kind: str, count: int = 50) -> bytes:
    """Noise, so that every second of it is as large as any other; one picture in ten is coded on its own."""
    form, codec, options = KINDS[kind]
    file = Piped()
    _write(file, (form, codec, options), count)
    return file.content.getvalue()


def _write(file: object, kind: tuple[str, str, dict[str, str]], count: int) -> None:
    noise = np.random.default_rng(0)
    with av.open(file, "w", format=kind[0], options=kind[2]) as container:
        stream = container.add_stream(kind[1], rate=25)
        stream.width, stream.height, stream.pix_fmt, stream.codec_context.gop_size = 64, 48, "yuv420p", 10
        for index in range(count):
            frame = av.VideoFrame.from_ndarray(noise.integers(90, 160, (48, 64, 3), np.uint8), "bgr24")
            frame.pts, frame.time_base = index, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


@cache
def index_at_end() -> bytes:
    file = io.BytesIO()
    _write(file, INDEX_AT_END, 50)
    return file.getvalue()


def opened(address: str) -> AnySource:
    return open_source(SourceSettings(source=address), paced=False)


def at_the_speed(data: bytes, seconds: float) -> Iterator[bytes]:
    """All of it in so many seconds."""
    pieces = round(seconds / 0.05)
    size = len(data) // pieces + 1
    for place in range(0, len(data), size):
        yield data[place : place + size]
        time.sleep(0.05)


@pytest.mark.parametrize("kind", KINDS)
def test_a_recording_of_no_known_length_is_a_video_of_which_every_frame_comes_once(kind: str) -> None:
    pieces = [made(kind)[place : place + 4000] for place in range(0, len(made(kind)), 4000)]
    with serving(lambda path, _: Reply(pieces)) as address:
        source = opened(address)
        assert isinstance(source, VideoSource)
        frames = list(source)
    assert (len(frames), frames[-1].status) == (50, "")
    assert frames[-1].timestamp == pytest.approx(49 / 25, abs=0.01)


def test_a_recording_whose_index_comes_last_is_a_video_too() -> None:
    with serving(lambda path, _: Reply([index_at_end()])) as address:
        source = opened(address)
        assert isinstance(source, VideoSource)
        assert len(list(source)) == 50


@pytest.mark.parametrize("kind", ["fragmented MP4", "DASH's MP4", "WebM", "TS"])
def test_what_arrives_as_fast_as_it_plays_is_a_camera(kind: str) -> None:
    data = made(kind, 200)
    with serving(lambda path, _: Reply(at_the_speed(data, 8.0))) as address:
        source = opened(address)
        assert isinstance(source, CameraSource)
        with source:
            assert len(list(itertools.islice(source, 3))) == 3


def test_a_recording_sent_as_fast_as_it_plays_is_shown_once_and_not_looped() -> None:
    with serving(lambda path, _: Reply(at_the_speed(made("TS", 75), 3.0))) as address:
        source = opened(address)
        assert isinstance(source, CameraSource)
        with source:
            shown = [frame for frame in source if not frame.status]
    assert 0 < len(shown) <= 75


def test_a_camera_that_ends_and_begins_with_other_pictures_goes_on() -> None:
    data = made("TS", 150)
    starts = itertools.chain([0, 0], itertools.count(94 * 188, 188 * 8))
    with serving(lambda path, _: Reply(at_the_speed(data[next(starts) :], 2.5))) as address:
        source = opened(address)
        assert isinstance(source, CameraSource)
        with source:
            for _ in source:
                if source.reconnections:
                    break
        assert source.reconnections == 1


@pytest.mark.parametrize("kind", ["TS", "fragmented MP4"])
def test_a_video_whose_connection_breaks_is_cut_short(kind: str) -> None:
    data = made(kind)
    reply = Reply([data[: len(data) // 2]], {"Content-Length": str(len(data))})
    with serving(lambda path, _: reply) as address:
        frames = list(opened(address))
    assert 5 < len(frames) < 45
    assert frames[-1].status.startswith("the video is cut short")


class Sent:
    """An answer of which each piece takes its time, by a clock that tests turn."""

    status = 200

    def __init__(self, pieces: Sequence[bytes], interval: float, headers: dict[str, str] | None = None) -> None:
        self.headers, self.now = headers or {}, 0.0
        self._pieces, self._interval = list(pieces), interval

    def read1(self, n: int = 0, /) -> bytes:
        self.now += self._interval
        return self._pieces.pop(0) if self._pieces else b""

    def peek(self, n: int = 0, /) -> bytes:
        return b""

    def close(self) -> None:
        return None


def divided(data: bytes, count: int) -> list[bytes]:
    size = len(data) // count + 1
    return [data[place : place + size] for place in range(0, len(data), size)]


def judged(sent: Sent) -> bool:
    return is_recording(sent, clock=lambda: sent.now)


@pytest.mark.parametrize(("speed", "recording"), [(1.0, False), (1.4, False), (8.0, True), (50.0, True)])
def test_what_arrives_much_faster_than_it_plays_is_a_recording(speed: float, recording: bool) -> None:
    data = made("fragmented MP4", 3000)
    assert judged(Sent(divided(data, 1200), 0.1 / speed)) is recording


def test_the_burst_that_a_live_server_begins_with_is_no_recording() -> None:
    pieces = divided(made("TS", 3000), 1200)
    assert not judged(Sent([b"".join(pieces[:60]), *pieces[60:]], 0.1))


@pytest.mark.parametrize(
    ("headers", "recording"),
    [
        ({"ETag": '"7f"'}, True),
        (
            {"Last-Modified": "Mon, 02 Nov 2026 10:00:00 GMT", "Date": "Mon, 02 Nov 2026 12:00:00 GMT"},
            True,
        ),
        (
            {"Last-Modified": "Mon, 02 Nov 2026 12:00:00 GMT", "Date": "Mon, 02 Nov 2026 12:00:00 GMT"},
            False,
        ),
        ({"Last-Modified": "yesterday", "Date": "Mon, 02 Nov 2026 12:00:00 GMT"}, False),
    ],
)
def test_what_a_server_keeps_is_a_recording_however_slowly_it_comes(headers: dict[str, str], recording: bool) -> None:
    assert judged(Sent(divided(made("TS", 200), 80), 0.1, headers)) is recording


@pytest.mark.parametrize(
    ("data", "complete", "straight"),
    [
        (lambda: made("fragmented MP4"), False, True),
        (lambda: made("WebM"), False, True),
        (lambda: made("TS"), False, True),
        (lambda: made("FLV"), False, True),
        (index_at_end, True, False),
        (lambda: b"", False, False),
        (lambda: b"\x1a\x45\xdf\xa3", False, True),
        (lambda: bytes(500), False, False),
    ],
)
def test_what_the_beginning_says_of_the_end(data: Callable[[], bytes], complete: bool, straight: bool) -> None:
    assert (says_it_is_complete(data()), is_read_straight(data())) == (complete, straight)


def test_a_matroska_file_that_names_its_index_is_complete() -> None:
    file = io.BytesIO()
    _write(file, ("matroska", "libx264", {}), 20)
    assert says_it_is_complete(file.getvalue()[:2000])


def test_a_file_of_known_length_is_not_judged_by_its_arrival() -> None:
    with serving(lambda path, _: whole(made("TS"))) as address:
        assert isinstance(opened(address), VideoSource)
