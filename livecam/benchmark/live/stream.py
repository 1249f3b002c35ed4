"""A loopback MJPEG stream of numbered pictures: a camera whose pictures can be told apart when they are shown."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

import cv2
import numpy as np

from livecam.core.types import Frame, Image

_CELL, _BITS = 12, 10  # pixels of a JPEG that survive, and how high it is counted
NUMBERS = 1 << _BITS
_QUALITY = 85
_NOISE = 2.5  # levels, as of a webcam by daylight: it doubles the bytes of a drawn picture
_REMEMBERED = 4 * NUMBERS


def burn(image: Image, number: int) -> None:
    """Writes a number below NUMBERS into the top left corner, in place: a black or white square a bit."""
    for bit in range(_BITS):
        image[:_CELL, bit * _CELL : (bit + 1) * _CELL] = 255 if number >> bit & 1 else 0


def burnt(image: Image) -> int:
    """The number in the corner of a picture."""
    middle = _CELL // 2
    row = image[middle, middle : _BITS * _CELL : _CELL, 1] > 127
    return sum(1 << bit for bit, white in enumerate(row.tolist()) if white)


def as_jpegs(frames: Sequence[Frame]) -> list[bytes]:
    """The frames with the noise of a camera and their place burnt in, compressed as a webcam does."""
    random = np.random.default_rng(1)
    return [_jpeg(frame.image, number, random) for number, frame in enumerate(frames)]


def _jpeg(image: Image, number: int, random: np.random.Generator) -> bytes:
    noise = random.standard_normal(image.shape, np.float32)
    seen = np.clip(image + _NOISE * noise, 0, 255).astype(np.uint8)
    burn(seen, number)
    return cv2.imencode(".jpg", seen, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1].tobytes()


class NumberedStream:
    """Serves the pictures again and again, `fps` a second, to everybody who asks; it remembers when it sent which."""

    def __init__(self, jpegs: Sequence[bytes], fps: float) -> None:
        self._jpegs, self._interval = jpegs, 1 / fps
        self._sent: deque[tuple[int, float]] = deque(maxlen=_REMEMBERED)
        self._closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), self._handler())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/stream.mjpg"

    @property
    def sent(self) -> Sequence[tuple[int, float]]:
        """The number of each picture that was sent of late and when its first byte was, of the monotonic clock."""
        return tuple(self._sent)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.1,), name="stream", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        stream = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
                self.end_headers()
                due, count = time.monotonic(), 0
                while not stream._closing.wait(max(due - time.monotonic(), 0)):
                    number = count % len(stream._jpegs)
                    # Noted before: with its last byte the picture may be shown sooner than this thread goes on.
                    stream._sent.append((number, time.monotonic()))
                    try:
                        self.wfile.write(_part(stream._jpegs[number]))
                    except ConnectionError:
                        return
                    # Of a pause of this computer nothing is caught up: a camera would not either.
                    due, count = max(due, time.monotonic() - stream._interval) + stream._interval, count + 1

            def log_message(self, format: str, *args: object) -> None:
                return None

        return Handler


def _part(jpeg: bytes) -> bytes:
    return b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%b\r\n" % (len(jpeg), jpeg)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
