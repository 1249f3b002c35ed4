"""Spoiled pictures, videos and MJPEG streams."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import closing
from fractions import Fraction
from itertools import islice
from pathlib import Path
from random import Random

import av
import cv2
import numpy as np

from livecam.core.assets import asset
from livecam.core.errors import SourceError
from livecam.core.image_files.images import read_image
from livecam.core.types import Frame, Image
from livecam.live.sources.factory import open_source
from livecam.live.sources.http.mjpeg import HttpPictures
from livecam.live.sources.pacing import FrameTiming
from livecam.settings import SourceSettings
from tests import marked_pictures
from tests.fuzz.harness import BrokenPromiseError, check_untouched, snapshot
from tests.fuzz.mutation import spoiled

_MOST_FRAMES = 60


def _portrait(width: int, height: int) -> Image:
    image = cv2.imread(str(asset("demo/portrait.png")))
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _check_image(image: Image) -> None:
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or not image.size:
        raise BrokenPromiseError(f"a picture of {image.dtype} and shape {image.shape}")


class PictureTarget:
    """Files of every picture format, each read by the one reader."""

    def prepare(self, folder: Path) -> None:
        image = _portrait(64, 48)
        clear = np.dstack([image, np.full(image.shape[:2], 99, np.uint8)])
        self._seeds = [
            (".jpg", marked_pictures.jpeg(image, 6)),
            (".png", marked_pictures.png(image, 5)),
            (".png", marked_pictures.png(clear, 7, raw_profile=True)),
            (".png", cv2.imencode(".png", image.astype(np.uint16) * 257)[1].tobytes()),
            (".webp", marked_pictures.webp(image, 3)),
            (".webp", marked_pictures.webp(clear, 8)),
            (".tif", marked_pictures.tiff(image, 2)),
            (".tif", marked_pictures.tiff(image.astype(np.float32))),
            (".tiff", cv2.imencode(".tiff", image)[1].tobytes()),
            (".bmp", cv2.imencode(".bmp", image)[1].tobytes()),
            (".ppm", cv2.imencode(".ppm", image)[1].tobytes()),
            *((suffix, cv2.imencode(suffix, image)[1].tobytes()) for suffix in (".ras", ".pam", ".hdr")),
            (".pfm", cv2.imencode(".pfm", image.astype(np.float32))[1].tobytes()),
            (".gif", film(folder / "seed.gif", "gif")),
            (".jp2", cv2.imencode(".jp2", image)[1].tobytes()),
            (".heic", marked_pictures.heic(_portrait(96, 64), [(b"irot", b"\1"), (b"imir", b"\0")])),
            (".heic", marked_pictures.heic(_portrait(150, 100), tile=64)),
            (".avif", marked_pictures.heic(_portrait(96, 64), codec="libsvtav1")),
        ]

    def attempt(self, random: Random, folder: Path) -> None:
        suffix, content = random.choice(self._seeds)
        path = folder / f"picture{suffix if random.random() < 0.9 else random.choice(self._seeds)[0]}"
        path.write_bytes(spoiled(content, random))
        before = snapshot(folder)
        try:
            _check_image(read_image(path))
        finally:
            check_untouched(before, folder)


class VideoTarget:
    """Video files of every container, opened as a source and read for a while."""

    _KINDS = (
        (".mp4", "libx264"),
        (".mp4", "mpeg4"),
        (".mkv", "libx264"),
        (".webm", "libvpx"),
        (".ts", "libx264"),
        (".avi", "mpeg4"),
        (".avi", "mjpeg"),
        (".mov", "png"),
        (".mpg", "mpeg1video"),
        (".flv", "flv"),
        (".gif", "gif"),
        (".apng", "apng"),
        (".webp", "libwebp_anim"),
    )

    def prepare(self, folder: Path) -> None:
        self._seeds = [
            (suffix, film(folder / f"{index}{suffix}", codec)) for index, (suffix, codec) in enumerate(self._KINDS)
        ]

    def attempt(self, random: Random, folder: Path) -> None:
        suffix, content = random.choice(self._seeds)
        path = folder / f"film{suffix}"
        path.write_bytes(spoiled(content, random))
        before = snapshot(folder)
        try:
            source = open_source(SourceSettings(source=str(path)), paced=False)
            self._check(islice(source, _MOST_FRAMES))
        finally:
            check_untouched(before, folder)

    def _check(self, frames: Iterator[Frame]) -> None:
        last = -1.0
        for frame in frames:
            _check_image(frame.image)
            seconds = frame.timestamp
            if not last <= seconds < 1e6:
                raise BrokenPromiseError(f"the time {seconds} after {last}")
            last = seconds


def film(path: Path, codec: str) -> bytes:
    """Ten frames of a portrait that moves."""
    form = {"png": "rgb24", "apng": "rgb24", "gif": "rgb8", "mjpeg": "yuvj420p", "libwebp_anim": "bgra"}.get(
        codec, "yuv420p"
    )
    with av.open(
        str(path), "w", options={"video_track_timescale": "1000"} if path.suffix == ".mp4" else {}
    ) as container:
        stream = container.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, form
        for index in range(10):
            frame = av.VideoFrame.from_ndarray(np.roll(_portrait(64, 48), 3 * index, 1), "bgr24").reformat(format=form)
            frame.pts, frame.time_base = index, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path.read_bytes()


class _Answer:
    """What a camera sends, in pieces as networks make them."""

    status = 200

    def __init__(self, content: bytes, random: Random) -> None:
        self.headers: dict[str, str] = {}
        self._content, self._random = content, random

    def read1(self, n: int = 1 << 16, /) -> bytes:
        if self._random.random() < 0.001:
            raise self._random.choice((TimeoutError("timed out"), http.client.IncompleteRead(b"")))
        size = min(n, self._random.choice((1, 7, 300, 5000)))
        piece, self._content = self._content[:size], self._content[size:]
        return piece

    def peek(self, n: int = 0, /) -> bytes:
        return self._content[:n]

    def isclosed(self) -> bool:
        return False

    def close(self) -> None:
        return None


class MjpegTarget:
    """Multipart streams and snapshots, cut into pieces at odd places."""

    def prepare(self, folder: Path) -> None:
        pictures = [cv2.imencode(kind, _portrait(48, 36))[1].tobytes() for kind in (".jpg", ".jpg", ".png", ".webp")]
        self._parts = [b"--b\r\nContent-Type: image/jpeg\r\n\r\n" + picture + b"\r\n" for picture in pictures]

    def attempt(self, random: Random, folder: Path) -> None:
        stream = b"".join(random.choice(self._parts) for _ in range(random.randint(1, 6)))
        answers = [_Answer(spoiled(stream, random), random) for _ in range(3)]
        now = [0.0]

        def sleep(seconds: float) -> None:
            now[0] += seconds

        def ask(_: str) -> _Answer:
            now[0] += 0.01
            if len(answers) == 1:
                raise ConnectionRefusedError(111, "Connection refused")
            return answers.pop()

        timing = FrameTiming(clock=lambda: now[0], sleep=sleep)
        with closing(HttpPictures("http://camera", answers.pop(), fps=30, ask=ask, timing=timing)) as pictures:
            shown = 0
            while not pictures.ended:
                now[0] += 0.1
                image = pictures.read()
                if image is not None:
                    _check_image(image)
                    shown += 1
        if not shown:
            raise SourceError("there was no picture")
