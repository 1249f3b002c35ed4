"""MJPEG as cameras spell it: what a browser shows is shown, however it is announced and divided."""

from __future__ import annotations

import itertools
import socket
import time
from collections.abc import Iterator
from contextlib import closing

import cv2
import numpy as np
import pytest

from livecam.core.image_files.images import decode_image
from livecam.core.image_files.jpeg import DamagedPictureError, decode_whole
from livecam.live.sources.http.mjpeg import HttpPictures, Sends, next_picture, open_http_pictures
from tests.livecam.live.sources.clock import FakeTime
from tests.livecam.live.sources.http_server import Reply, serving


def jpeg(level: int) -> bytes:
    return cv2.imencode(".jpg", np.full((24, 32, 3), level, np.uint8))[1].tobytes()


PICTURES = [jpeg(level) for level in (60, 120, 180)]


def part(picture: bytes, boundary: bytes = b"frame", *, length: bool = True, kind: bytes = b"image/jpeg") -> bytes:
    head = b"--" + boundary + b"\r\nContent-Type: " + kind + b"\r\n"
    return head + (b"Content-Length: %d\r\n" % len(picture) if length else b"") + b"\r\n" + picture + b"\r\n"


text = part(b"all is well", kind=b"text/plain")
thumbnail = PICTURES[0][:2] + b"\xff\xe1" + (len(PICTURES[1]) + 2).to_bytes(2, "big") + PICTURES[1] + PICTURES[0][2:]
png = cv2.imencode(".png", np.full((24, 32, 3), 60, np.uint8))[1].tobytes()
webp = cv2.imencode(".webp", np.full((24, 32, 3), 60, np.uint8))[1].tobytes()
# The type that is announced, and what is sent; the pictures are 60, 120 and 180 bright.
HABITS = {
    "as it should be": ("multipart/x-mixed-replace; boundary=frame", [part(each) for each in PICTURES]),
    "a boundary in quotes": ('multipart/x-mixed-replace;boundary="frame"', [part(each) for each in PICTURES]),
    "a boundary with its dashes": ("multipart/x-mixed-replace; boundary=--frame", [part(each) for each in PICTURES]),
    "no boundary named": ("multipart/x-mixed-replace", [part(each) for each in PICTURES]),
    "another boundary than named": ("multipart/x-mixed-replace; boundary=a", [part(each, b"b") for each in PICTURES]),
    "capitals and parameters": (
        "Multipart/X-Mixed-Replace; charset=utf-8; Boundary=frame",
        [part(each) for each in PICTURES],
    ),
    "another kind of multipart": ("multipart/mixed; boundary=frame", [part(each) for each in PICTURES]),
    "no type at all": ("", [part(each) for each in PICTURES]),
    "called a page": ("text/html", [part(each) for each in PICTURES]),
    "called bytes": ("application/octet-stream", [part(each) for each in PICTURES]),
    "called motion JPEG": ("video/x-motion-jpeg", PICTURES),
    "no first boundary": (
        "multipart/x-mixed-replace; boundary=frame",
        [part(each).split(b"\r\n", 1)[1] for each in PICTURES],
    ),
    "no lengths": ("multipart/x-mixed-replace; boundary=frame", [part(each, length=False) for each in PICTURES]),
    "wrong lengths": (
        "multipart/x-mixed-replace; boundary=frame",
        [part(each).replace(b"Length: ", b"Length: 9") for each in PICTURES],
    ),
    "no headers of parts": (
        "multipart/x-mixed-replace; boundary=frame",
        [b"--frame\r\n\r\n" + each for each in PICTURES],
    ),
    "line feeds alone": (
        "multipart/x-mixed-replace; boundary=frame",
        [part(each).replace(b"\r\n", b"\n", 4) for each in PICTURES],
    ),
    "parts that are not pictures": (
        "multipart/x-mixed-replace; boundary=frame",
        [text, *(part(each) + text for each in PICTURES)],
    ),
    "bare pictures": ("image/jpeg", PICTURES),
    "a thumbnail inside": ("multipart/x-mixed-replace; boundary=frame", [part(thumbnail), *map(part, PICTURES[1:])]),
    "the end of each is missing": (
        "multipart/x-mixed-replace; boundary=frame",
        [part(each[:-2]) for each in [*PICTURES, jpeg(20)]],
    ),
    "PNG": ("multipart/x-mixed-replace; boundary=frame", [part(png, kind=b"image/png"), *map(part, PICTURES[1:])]),
    "WebP": ("multipart/x-mixed-replace; boundary=frame", [part(webp, kind=b"image/webp"), *map(part, PICTURES[1:])]),
    "a damaged picture": (
        "multipart/x-mixed-replace; boundary=frame",
        [part(PICTURES[0]), part(b"\xff\xd8\xff\xe0" + bytes(90)), *map(part, PICTURES[1:])],
    ),
}


def in_small_pieces(pieces: list[bytes]) -> Iterator[bytes]:
    """Divided as networks do, not as pictures are."""
    whole = b"".join(pieces)
    for start in range(0, len(whole), 333):
        yield whole[start : start + 333]
    time.sleep(0.1)


@pytest.mark.parametrize("habit", HABITS)
def test_what_a_browser_shows_is_shown(habit: str) -> None:
    kind, pieces = HABITS[habit]
    reply = Reply(in_small_pieces(pieces), {"Content-Type": kind} if kind else {})
    with serving(lambda path, _: reply) as address:
        stream = open_http_pictures(f"{address}/stream", 30)
        assert isinstance(stream, HttpPictures)
        images = [stream.read() for _ in range(3)]
        stream.close()
    assert [round(float(image.mean())) if image is not None else None for image in images] == pytest.approx(
        [60, 120, 180], abs=2
    )


def test_a_stream_that_ends_gives_nothing_more() -> None:
    with serving(
        lambda path, _: Reply([part(each) for each in PICTURES], {"Content-Type": "multipart/x-mixed-replace"})
    ) as address:
        stream = open_http_pictures(address, 30)
        assert isinstance(stream, HttpPictures)
        images = [stream.read() for _ in range(5)]
    assert [image is None for image in images] == [False, False, False, True, True]


def test_a_video_is_left_to_others() -> None:
    with serving(lambda path, _: Reply([bytes(2000)], {"Content-Type": "video/mp4"})) as address:
        assert open_http_pictures(address, 30) is Sends.A_FILE


def test_snapshots_are_asked_for_at_most_as_often_as_frames_are_wanted() -> None:
    moments = []

    def answer(*_: object) -> Reply:
        moments.append(time.monotonic())
        return Reply([PICTURES[0]], {"Content-Type": "image/jpeg"})

    with serving(answer) as address:
        stream = open_http_pictures(address, 20)
        assert isinstance(stream, HttpPictures)
        for _ in range(4):
            assert stream.read() is not None
        stream.close()
    assert min(after - before for before, after in itertools.pairwise(moments)) > 0.04


class Wire:
    """An answer that has arrived already, at the other end of a socket."""

    def __init__(self, pictures: list[bytes]) -> None:
        self.headers, self.status = {"Content-Type": "multipart/x-mixed-replace"}, 200
        self._here, self.there = socket.socketpair()
        self.there.sendall(b"".join(map(part, pictures)))

    def fileno(self) -> int:
        return self._here.fileno()

    def read1(self, n: int = -1, /) -> bytes:
        return self._here.recv(n)

    def peek(self, n: int = 1, /) -> bytes:
        return b""

    def close(self) -> None:
        self._here.close()
        self.there.close()


def shown(seconds_a_picture: float, count: int) -> list[int]:
    """The levels of what is read of 20 pictures that have come, when each takes so long to be worked on."""
    slow, levels = FakeTime(), []
    with closing(Wire([jpeg(10 * level) for level in range(20)])) as wire:
        pictures = HttpPictures("http://camera", wire, fps=30, ask=lambda url: wire, timing=slow.timing)
        for _ in range(count):
            picture = pictures.read()
            assert picture is not None
            levels.append(round(float(picture.mean()) / 10))
            slow.sleep(seconds_a_picture)
    return levels


def test_a_computer_that_is_too_slow_for_all_pictures_takes_the_newest() -> None:
    assert shown(0.1, 4) == [0, 1, 2, 19]


def test_one_that_is_quick_enough_leaves_none_out() -> None:
    assert shown(0.01, 20) == list(range(20))


def test_nothing_but_noise_does_not_fill_the_memory() -> None:
    buffer = bytearray(b"x" * 1_000_000)
    assert next_picture(buffer) is None
    assert len(buffer) < 100


@pytest.mark.parametrize("picture", [*PICTURES, png, webp])
def test_a_picture_is_taken_out_as_soon_as_it_is_whole_and_not_before(picture: bytes) -> None:
    buffer = bytearray(b"--frame\r\n\r\n" + picture[:-1])
    assert next_picture(buffer) is None
    buffer += picture[-1:] + b"\r\n--frame"
    assert next_picture(buffer) == picture
    assert next_picture(buffer) is None


def read_all(pieces: list[bytes]) -> list[str]:
    """What a stream of these pieces gives: how bright each picture is, or that it came damaged."""
    said = []
    with serving(lambda path, _: Reply(pieces, {"Content-Type": "multipart/x-mixed-replace"})) as address:
        stream = open_http_pictures(address, 30)
        assert isinstance(stream, HttpPictures)
        while not stream.ended:
            try:
                image = stream.read()
            except DamagedPictureError:
                said.append("damaged")
            else:
                said += [] if image is None else [f"{image.mean():.0f}"]
        stream.close()
    return said


noisy = cv2.imencode(".jpg", np.random.default_rng(1).integers(0, 256, (96, 96, 3), dtype=np.uint8))[1].tobytes()


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
@pytest.mark.parametrize("end", [b"", b"\xff\xd9"])
def test_a_cut_picture_is_refused_with_its_end_mark_and_without(share: float, end: bytes) -> None:
    cut = noisy[: int(share * len(noisy))] + end
    whole = part(PICTURES[1])
    assert read_all([part(cut), whole, part(cut), whole]) == ["damaged", "120", "damaged", "120"]


def test_bytes_too_many_before_the_end_of_a_picture_are_no_damage() -> None:
    assert read_all([part(PICTURES[0][:-2] + bytes(9) + PICTURES[0][-2:]), part(PICTURES[1])]) == ["60", "120"]


def test_a_picture_of_a_stream_is_decoded_as_that_of_a_file() -> None:
    assert np.array_equal(decode_whole(noisy, "it"), decode_image(noisy, "it"))
