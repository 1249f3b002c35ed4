"""What stands behind an address decides what it is: a video that ends, a camera, a file of this computer."""

from __future__ import annotations

import base64
import io
import itertools
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from livecam.core.errors import CameraError, SinkError, SourceError
from livecam.core.paths import local_path
from livecam.live.sinks.factory import check_not_source
from livecam.live.sources.camera import CameraSource
from livecam.live.sources.factory import AnySource, open_source
from livecam.live.sources.images import ImageSource
from livecam.live.sources.video import VideoSource
from livecam.settings import SourceSettings
from tests.livecam.live.sources.clips import write_clip
from tests.livecam.live.sources.http_server import Reply, serving, whole

OPTIONS = {"faststart": {"movflags": "faststart"}, "index at the end": {}}


def opened(address: str) -> AnySource:
    return open_source(SourceSettings(source=address, fps=100), paced=False)


def jpeg(level: int = 100) -> bytes:
    return cv2.imencode(".jpg", np.full((24, 32, 3), level, np.uint8))[1].tobytes()


@pytest.mark.parametrize("ranges", [True, False])
@pytest.mark.parametrize("layout", OPTIONS)
def test_an_mp4_behind_a_signed_address_is_a_video_that_ends(tmp_path: Path, layout: str, ranges: bool) -> None:
    content = write_clip(tmp_path / "clip.mp4", options=OPTIONS[layout]).read_bytes()
    reply = whole(content, ranges=ranges, Content_Type="application/octet-stream")
    with serving(lambda path, _: reply) as address:
        source = opened(f"{address}/get?file=7&signature=a.jpg")
        assert isinstance(source, VideoSource)
        for _ in range(2):
            frames = list(source)
            assert [frame.index for frame in frames] == list(range(10))
            assert frames[-1].timestamp == pytest.approx(0.36, abs=0.002)
            assert frames[-1].status == ""


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts", ".gif"])
def test_a_very_short_clip_is_a_video_too(tmp_path: Path, suffix: str, count: int) -> None:
    content = gif(count) if suffix == ".gif" else film(tmp_path / f"clip{suffix}", count)
    with serving(lambda path, _: whole(content, ranges=True)) as address:
        source = opened(f"{address}/clip")
        assert isinstance(source, VideoSource)
        assert len(list(source)) == count


def film(path: Path, count: int) -> bytes:
    """Of noise, so that there is enough of it to be recognised."""
    noise = np.random.default_rng(0).integers(0, 255, (240, 320, 3), np.uint8)
    times = tuple(index / 25 for index in range(count))
    return write_clip(path, times=times, size=(320, 240), picture=lambda *_: noise).read_bytes()


def gif(count: int) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format="gif") as container:
        stream = container.add_stream("gif", rate=10)
        stream.width, stream.height, stream.pix_fmt = 32, 24, "rgb8"
        for index in range(count):
            frame = av.VideoFrame.from_ndarray(np.full((24, 32, 3), 90 * index, np.uint8), "bgr24")
            container.mux(stream.encode(frame.reformat(format="rgb8")))
        container.mux(stream.encode(None))
    return file.getvalue()


def playlist(tmp_path: Path, ending: str) -> Callable[[str, Mapping[str, str]], Reply]:
    starts = (0.0, 1.0)
    parts = {
        f"/{number}.ts": write_clip(
            tmp_path / f"{number}.ts", times=tuple(start + index / 25 for index in range(25))
        ).read_bytes()
        for number, start in enumerate(starts)
    }
    text = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:1\n#EXTINF:1.0,\n0.ts\n#EXTINF:1.0,\n1.ts\n" + ending

    def answer(path: str, _: Mapping[str, str]) -> Reply:
        if path.startswith("/list"):
            return whole(text.encode(), Content_Type="application/vnd.apple.mpegurl")
        return whole(parts[path]) if path in parts else Reply([], {}, 404)

    return answer


def test_a_complete_playlist_is_a_video_of_which_every_frame_comes_once_at_its_time(tmp_path: Path) -> None:
    with serving(playlist(tmp_path, "#EXT-X-ENDLIST\n")) as address:
        source = opened(f"{address}/list.m3u8")
        assert isinstance(source, VideoSource)
        times = [frame.timestamp for frame in source]
    assert times == pytest.approx([index / 25 for index in range(50)], abs=0.003)


def test_a_playlist_that_goes_on_is_a_camera(tmp_path: Path) -> None:
    with serving(playlist(tmp_path, "")) as address:
        source = opened(f"{address}/list.m3u8")
        assert isinstance(source, CameraSource)
        source.close()


def test_the_address_of_a_file_is_that_file(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "my clip.mp4")
    source = opened(clip.as_uri())
    assert isinstance(source, VideoSource)
    assert len(list(source)) == 10


def test_the_address_of_a_picture_of_this_computer_is_that_picture(tmp_path: Path) -> None:
    (tmp_path / "face.jpg").write_bytes(jpeg())
    assert isinstance(opened((tmp_path / "face.jpg").as_uri()), ImageSource)


@pytest.mark.parametrize("address", ["file://server/share/clip.mp4", "file://"])
def test_a_file_of_another_computer_is_an_error_that_tells_how_to_write_one(address: str) -> None:
    with pytest.raises(SourceError, match="write file:///path"):
        opened(address)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("clip.mp4", "clip.mp4"),
        ("rtsp:clip.mp4", "rtsp:clip.mp4"),
        ("file:///a%20b.mp4", "/a b.mp4"),
        ("http://a/b.mp4", None),
        ("demo", None),
        ("0", None),
    ],
)
def test_what_is_a_file_of_this_computer(name: str, path: str | None) -> None:
    assert local_path(name) == (None if path is None else Path(path))


def test_the_address_of_a_file_is_not_written_over(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    with pytest.raises(SinkError, match="it is the source"):
        check_not_source(clip.as_uri(), [clip])


def test_a_snapshot_address_is_asked_again_and_again() -> None:
    levels = itertools.count(40, 20)
    asked = []

    def answer(path: str, headers: Mapping[str, str]) -> Reply:
        asked.append(path)
        return whole(jpeg(min(next(levels), 240)), Content_Type="image/jpeg")

    with serving(answer) as address:
        source = opened(f"{address}/snapshot.cgi")
        assert isinstance(source, CameraSource)
        with source:
            seen = {round(float(frame.image.mean()) / 20) for frame in itertools.islice(source, 4)}
    assert len(seen) > 1
    assert len(asked) > 1


def test_a_web_page_is_an_error_that_says_so() -> None:
    with (
        serving(lambda path, _: whole(b"<html><img src='stream'></html>", Content_Type="text/html")) as address,
        pytest.raises(SourceError, match="is a page for a browser; name the address of the video"),
    ):
        opened(address)


@pytest.mark.parametrize(
    ("status", "message"), [(404, r"nothing at this address \(404\)"), (401, "user and a password")]
)
def test_what_a_server_refuses_is_told(status: int, message: str) -> None:
    with serving(lambda path, _: Reply([], {}, status)) as address, pytest.raises(SourceError, match=message):
        opened(f"{address}/stream")


def test_the_user_and_password_of_an_address_are_sent_and_never_shown() -> None:
    right = "Basic " + base64.b64encode(b"me:se cret").decode()

    def answer(path: str, headers: Mapping[str, str]) -> Reply:
        if headers.get("Authorization") != right:
            return Reply([], {"WWW-Authenticate": 'Basic realm="camera"'}, 401)
        return whole(jpeg(), Content_Type="image/jpeg")

    with serving(answer) as address:
        source = opened(address.replace("//", "//me:se%20cret@") + "/snapshot.jpg")
        assert isinstance(source, CameraSource)
        source.close()
        with pytest.raises(SourceError) as refused:
            opened(address.replace("//", "//me:wrong@") + "/snapshot.jpg")
    assert "wrong" not in str(refused.value)


def endless(pieces: Callable[[], bytes]) -> Iterator[bytes]:
    for _ in range(500):
        yield pieces()
        time.sleep(0.02)


def test_a_stream_that_sends_no_picture_is_told_in_the_words_of_an_address() -> None:
    reply = Reply(
        endless(lambda: b"--x\r\nContent-Type: text/plain\r\n\r\nwait\r\n"),
        {"Content-Type": "multipart/mixed; boundary=x"},
    )
    with serving(lambda path, _: reply) as address, pytest.raises(CameraError, match="address") as silent:
        opened(f"{address}/stream")
    assert "another program" not in str(silent.value)


def test_a_camera_that_sends_pictures_is_shown_without_the_libraries_of_videos() -> None:
    asked = (
        "import sys, livecam.__main__\n"
        "sys.argv = ['livecam', 'run', '--source', sys.argv[1], '--no-queue', '--sink', 'null', '--frames', '2']\n"
        "try:\n    livecam.__main__.main()\nfinally:\n    print('av' in sys.modules)"
    )
    with serving(lambda path, _: whole(jpeg(), Content_Type="image/jpeg")) as address:
        run = [sys.executable, "-c", asked, f"{address}/snapshot.jpg"]
        loaded = subprocess.run(run, capture_output=True, text=True, check=True)
    assert loaded.stdout.split() == ["False"]
