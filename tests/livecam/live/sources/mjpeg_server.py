"""A camera without a camera: a loopback HTTP server that streams MJPEG, and can vanish and come back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np

_BOUNDARY = b"frame"


class MjpegServer:
    """Serves `picture(index)` at `fps` to everybody who asks; `stop` cuts all streams, `start` uses the same port."""

    def __init__(self, picture: Callable[[int], np.ndarray], fps: float = 25.0) -> None:
        self._jpegs = [cv2.imencode(".jpg", picture(index))[1].tobytes() for index in range(20)]
        self._interval = 1 / fps
        self._port = 0
        self._server: ThreadingHTTPServer | None = None
        self._stopped = threading.Event()
        self.served = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/stream.mjpg"

    def __enter__(self) -> MjpegServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        self._stopped = threading.Event()
        self._server = _Server(("127.0.0.1", self._port), self._handler(self._stopped))
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def _handler(self, stopped: threading.Event) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", f"multipart/x-mixed-replace; boundary={_BOUNDARY.decode()}")
                self.end_headers()
                while not stopped.wait(outer._interval):
                    jpeg = outer._jpegs[outer.served % len(outer._jpegs)]
                    head = b"--%s\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % (_BOUNDARY, len(jpeg))
                    try:
                        self.wfile.write(head + jpeg + b"\r\n")
                    except ConnectionError:
                        return
                    outer.served += 1

            def log_message(self, format: str, *args: object) -> None:
                return None

        return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = True
    allow_reuse_address = True
