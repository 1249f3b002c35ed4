"""A loopback HTTP server that answers as a test says, for addresses of videos, streams and snapshots."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Reply:
    """What is answered; `pieces` without an end are sent until nobody listens."""

    pieces: Iterable[bytes]
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    ranges: bool = False  # whether parts of it can be asked for


def whole(content: bytes, *, ranges: bool = False, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply([content], {"Content-Length": str(len(content)), **named}, ranges=ranges)


@contextmanager
def serving(answer: Callable[[str, Mapping[str, str]], Reply]) -> Iterator[str]:
    """The address of a server that gives each path, with the headers of the request, to `answer`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            reply = answer(self.path, dict(self.headers))
            status, pieces, headers = reply.status, reply.pieces, dict(reply.headers)
            wanted = re.match(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "")) if reply.ranges else None
            if reply.ranges:
                headers["Accept-Ranges"] = "bytes"
            content = b"".join(pieces) if reply.ranges else b""
            if wanted and int(wanted[1]) >= len(content):
                status, pieces, headers = 416, [], {"Content-Range": f"bytes */{len(content)}"}
            elif wanted:
                start, end = int(wanted[1]), int(wanted[2] or len(content) - 1) + 1
                status, pieces = 206, [content[start:end]]
                headers |= {
                    "Content-Length": str(len(pieces[0])),
                    "Content-Range": f"bytes {start}-{end - 1}/{len(content)}",
                }
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                for piece in pieces:
                    self.wfile.write(piece)
            except OSError:
                return

        def log_message(self, format: str, *args: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
