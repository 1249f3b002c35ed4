"""Asks http addresses, with the user and password in them, and reads what they hold as files that can be wound."""

from __future__ import annotations

import http.client
import os
import tempfile
import urllib.request
from collections.abc import Mapping
from contextlib import closing, suppress
from typing import IO, Any, Protocol
from urllib.parse import quote, unquote, urlsplit

from livecam.live.sources.containers.container_facts import is_read_straight

TIMEOUT_S = 3.0
_PIECE, _HEAD = 1 << 18, 1024
# What asking and reading can raise.
HTTP_ERRORS = (OSError, http.client.HTTPException, ValueError)


class Answer(Protocol):
    """What is used of http.client.HTTPResponse."""

    headers: Any
    status: int

    def read1(self, n: int = ..., /) -> bytes: ...

    def peek(self, n: int = ..., /) -> bytes: ...

    def fileno(self) -> int: ...

    def close(self) -> None: ...


def ask(url: str, headers: Mapping[str, str] | None = None, *, timeout: float = TIMEOUT_S) -> Answer:
    """The beginning of what an address answers; one of HTTP_ERRORS when it does not. User and password are sent when
    they are asked for."""
    parts = urlsplit(url)
    passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    host = parts.netloc.rpartition("@")[2]
    plain = parts._replace(netloc=host, fragment="").geturl()
    if parts.username is not None:
        passwords.add_password(None, f"{parts.scheme}://{host}", unquote(parts.username), unquote(parts.password or ""))
    opener = urllib.request.build_opener(
        urllib.request.HTTPBasicAuthHandler(passwords), urllib.request.HTTPDigestAuthHandler(passwords)
    )
    # What people copy may hold spaces and letters that an address cannot.
    address = quote(plain, safe="%/:=&?~#+!$,;'@()*[]")
    request = urllib.request.Request(address, headers={"User-Agent": "livecam", "Accept": "*/*", **(headers or {})})
    answer: Answer = opener.open(request, timeout=timeout)
    return answer


def is_http(url: str) -> bool:
    return url.lower().startswith(("http://", "https://"))


def is_playlist(answer: Answer) -> bool:
    """Whether a list of HLS or DASH comes, which names other addresses that FFmpeg will ask for."""
    head = answer.peek(_HEAD)[:_HEAD]
    return head.lstrip(b"\xef\xbb\xbf\r\n ").startswith(b"#EXTM3U") or b"<MPD" in head


def gives_playlist(url: str) -> bool:
    """As `is_playlist`, of an address; what is wrong with one is told where its answer is read."""
    try:
        with closing(ask(url)) as answer:
            return is_playlist(answer)
    except HTTP_ERRORS:
        return False


class HttpFile:
    """What an address holds, as a file for PyAV: FFmpeg itself would judge it by the end of the address, and could not
    find the index at the end of a file when the server does not hand out parts.

    Of a server that does, each part is asked for as it is needed; what comes from any other is kept, unnamed, on the
    disk, and nothing is read further ahead than is asked for. It cannot be wound where that is not needed, or FFmpeg
    would want the end of it before anything is shown.
    """

    def __init__(self, url: str, *, timeout: float) -> None:
        self._url, self._timeout = url, timeout
        self._answer = self._ask(0)
        self._place, self._arrived = 0, 0
        self._whole = False
        self._kept: IO[bytes] | None = None
        if self._answer.status != http.client.PARTIAL_CONTENT:
            self._kept = tempfile.TemporaryFile()  # noqa: SIM115  # closed by `close`
        self._size = _total(self._answer, 0 if self._kept else 1 << 62)
        self._is_straight = self._kept is not None and is_read_straight(self._answer.peek(_HEAD))

    def seekable(self) -> bool:
        return not self._is_straight

    def read(self, size: int) -> bytes:
        data = self._read_part(size) if self._kept is None else self._read_kept(self._kept, size)
        if not data and self._place < self._size:
            raise ConnectionResetError(f"the answer ended after {self._place} of {self._size} bytes")
        self._place += len(data)
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        if whence == os.SEEK_END and self._kept is not None:
            self._keep(self._kept, None)
        end = self._size if self._kept is None else self._arrived
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: end}[whence]
        self._place = max(0, start + offset)
        return self._place

    def tell(self) -> int:
        return self._place

    def close(self) -> None:
        with suppress(OSError):
            self._answer.close()
        if self._kept is not None:
            self._kept.close()

    def _ask(self, start: int) -> Answer:
        return ask(self._url, {"Range": f"bytes={start}-"}, timeout=self._timeout)

    def _read_part(self, size: int) -> bytes:
        if self._place >= self._size:
            return b""
        if self._arrived != self._place:
            self._answer.close()
            self._answer = self._ask(self._place)
        data = self._answer.read1(size)
        self._arrived = self._place + len(data)
        return data

    def _read_kept(self, kept: IO[bytes], size: int) -> bytes:
        self._keep(kept, self._place + size)
        kept.seek(self._place)
        return kept.read(size)

    def _keep(self, kept: IO[bytes], until: int | None) -> None:
        """Reads on until so many bytes are there, or all of them."""
        kept.seek(self._arrived)
        while not self._whole and (until is None or self._arrived < until):
            piece = self._answer.read1(_PIECE)
            self._whole = not piece
            kept.write(piece)
            self._arrived += len(piece)


def _total(answer: Answer, unknown: int) -> int:
    """Bytes of all that is at an address, of which a part may have come; `unknown` when the server does not tell."""
    part = str(answer.headers.get("Content-Range", "")).rpartition("/")[2]
    total = part if answer.status == http.client.PARTIAL_CONTENT else str(answer.headers.get("Content-Length", ""))
    return int(total) if total.strip().isdecimal() else unknown
