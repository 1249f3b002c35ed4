"""MJPEG streams and snapshot addresses (http), read as browsers do: the pictures count, not how they are announced."""

from __future__ import annotations

import re
import select
import urllib.error
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from enum import Enum, auto

from livecam.core.errors import SourceError
from livecam.core.image_files.jpeg import JPEG_START, decode_whole
from livecam.core.paths import without_password
from livecam.core.types import Image
from livecam.live.sources.http.responses import HTTP_ERRORS, TIMEOUT_S, Answer, ask, is_playlist
from livecam.live.sources.pacing import REAL_TIME, FrameTiming

_PATIENCE_S = 2.0  # for the next picture while other things come
_LATE_S = 0.25  # without once having to wait for a picture: what waits is late
_PIECE, _MOST_PIECES = 1 << 18, 64
_LARGEST = 64 << 20
_SAMPLE = 4096
_JPEG, _PNG, _RIFF = JPEG_START, b"\x89PNG\r\n\x1a\n", b"RIFF"
_END_OF_JPEG = b"\xff\xd9"
# In the coded part of a JPEG this is a marker, and not a stuffed byte, a restart or filling.
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_PART = re.compile(rb"--[^\r\n]{0,200}\r?\n(?:[^\r\n]{1,500}\r?\n)*content-type:\s*image/", re.IGNORECASE)
_REFUSED = {
    401: "it asks for a user and a password; write them as in http://user:password@…",
    403: "it answers that this is forbidden (403)",
    404: "it answers that there is nothing at this address (404)",
    410: "it answers that there is nothing at this address any more (410)",
}


Ask = Callable[[str], Answer]


class HttpPictures:
    """A Capture of an address that sends pictures: one answer after another when each holds one, else one stream."""

    def __init__(self, url: str, answer: Answer, *, fps: float, ask: Ask, timing: FrameTiming = REAL_TIME) -> None:
        self._url, self._answer, self._ask, self._timing = url, answer, ask, timing
        self._interval = 1 / fps
        self._buffer = bytearray()
        self._asked = timing.clock()
        self._waited = timing.clock()  # when there was last nothing to read
        self._given = 0  # pictures in this answer
        self._ended = False

    def read(self) -> Image | None:
        """The next picture that can be decoded; None when none came in time or the stream has ended.

        DamagedPictureError when the next one came cut or corrupt.
        """
        limit = self._timing.clock() + _PATIENCE_S
        if limit - _PATIENCE_S - self._waited > _LATE_S:
            self._catch_up()
        while not self._ended and self._timing.clock() < limit:
            for data in self._arrived():
                try:
                    return decode_whole(data, "a picture of the stream")
                except SourceError:
                    continue
        return None

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self._ended

    def close(self) -> None:
        with suppress(OSError):
            self._answer.close()

    def _arrived(self) -> Iterator[bytes]:
        """What is whole in the buffer; when nothing is, more is read."""
        picture = next_picture(self._buffer)
        if picture is not None:
            self._given += 1
            yield picture
            return
        must_wait = not self._more_is_there()
        try:
            piece = self._answer.read1(_PIECE)
        except HTTP_ERRORS:
            self._ended = True
            return
        if must_wait:
            self._waited = self._timing.clock()
        if piece:
            self._buffer += piece
            del self._buffer[: max(0, len(self._buffer) - _LARGEST)]
            return
        if self._given == 0 and self._buffer:
            # One picture of a kind that does not tell where it ends, or a JPEG without its end.
            self._given = 1
            yield _with_its_end(bytes(self._buffer))
        self._ask_again()

    def _catch_up(self) -> None:
        """Leaves out what has come while this computer was too slow for all of it, up to the newest whole picture;
        otherwise every picture is shown as late as the network can keep it, which is seconds."""
        whole: list[bytes] = []
        for _ in range(_MOST_PIECES):
            while (picture := next_picture(self._buffer)) is not None:
                self._given += len(whole)
                whole = [picture]
            if not self._more_is_there():
                break
            try:
                piece = self._answer.read1(_PIECE)
            except HTTP_ERRORS:  # said again by the next read
                break
            if not piece:
                break
            self._buffer += piece
        self._waited = self._timing.clock()
        self._buffer[:0] = b"".join(whole)

    def _more_is_there(self) -> bool:
        """Whether reading would not have to wait; False where that cannot be told."""
        if self._answer.isclosed():  # It has ended, which is there to be read.
            return True
        try:
            return bool(select.select([self._answer], [], [], 0)[0])
        except (OSError, TypeError, ValueError):
            return False

    def _ask_again(self) -> None:
        """The answer is over: one with a single picture is a snapshot, of which there will be another."""
        self.close()
        self._buffer.clear()
        if self._given != 1:
            self._ended = True
            return
        wait = self._asked + self._interval - self._timing.clock()
        if wait > 0:
            self._timing.sleep(wait)
        self._asked, self._given = self._timing.clock(), 0
        try:
            self._answer = self._ask(self._url)
        except HTTP_ERRORS:
            self._ended = True


class Sends(Enum):
    """What an address sends when it is no pictures."""

    A_FILE = auto()  # a recording, which has an end
    A_STREAM = auto()  # a live one, or a playlist, or nobody knows what


def open_http_pictures(url: str, fps: float) -> HttpPictures | Sends:
    """Asks an address for pictures, of snapshots at most `fps` a second; when it sends something else, what PyAV has to
    expect. SourceError when there is surely nothing to see."""
    name = f"'{without_password(url)}'"
    try:
        answer = ask(url)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code in _REFUSED:
            raise SourceError(f"{name} cannot be opened: {_REFUSED[error.code]}") from error
        return Sends.A_STREAM
    except TimeoutError as error:
        raise _silent(name) from error
    except HTTP_ERRORS as error:
        if isinstance(getattr(error, "reason", None), TimeoutError):
            raise _silent(name) from error
        return Sends.A_STREAM
    try:
        if _sends_pictures(answer):
            return HttpPictures(url, answer, fps=fps, ask=ask)
    except TimeoutError as error:
        answer.close()
        raise _silent(name) from error
    except HTTP_ERRORS:
        answer.close()
        return Sends.A_STREAM
    with closing(answer):
        if _type(answer) in ("text/html", "application/xhtml+xml"):
            raise SourceError(f"{name} is a page for a browser; name the address of the video or picture that it shows")
        return _other(answer)


def _silent(name: str) -> SourceError:
    return SourceError(
        f"{name} cannot be opened: it did not answer within {TIMEOUT_S:g} s;"
        " look whether the address is right and the camera is on"
    )


def next_picture(buffer: bytearray) -> bytes | None:
    """Takes the first whole JPEG, PNG or WebP out of the buffer, with all that stands before it; None while none is
    whole. A JPEG that lacks its end is ended where the next one begins."""
    start = _start(buffer)
    if start is None:
        del buffer[: max(0, len(buffer) - 16)]
        return None
    del buffer[:start]
    end, missing = _end(buffer)
    if end is None:
        return None
    picture = bytes(buffer[:end]) + missing
    del buffer[:end]
    return picture


def _with_its_end(picture: bytes) -> bytes:
    """Cameras that leave out the end-of-image mark of every JPEG send whole pictures all the same."""
    return picture + _END_OF_JPEG if picture.startswith(_JPEG) and _END_OF_JPEG not in picture[-16:] else picture


def _start(buffer: bytearray) -> int | None:
    """Where the first picture begins."""
    # What stands before the first JPEG is short, and is all that the others are sought in: a stream is mostly JPEGs.
    jpeg = buffer.find(_JPEG)
    before = len(buffer) if jpeg < 0 else jpeg
    places = (jpeg, buffer.find(_PNG, 0, before), _webp(buffer, before))
    return min((place for place in places if place >= 0), default=None)


def _webp(buffer: bytearray, end: int) -> int:
    place = buffer.find(b"WEBPVP8", 0, end)
    return place - 8 if place >= 8 and buffer[place - 8 : place - 4] == _RIFF else -1


def _end(buffer: bytearray) -> tuple[int | None, bytes]:
    """Where the picture at the beginning ends, None while it does not, and what is to be added to it."""
    if buffer.startswith(_RIFF):
        return _if_there(8 + int.from_bytes(buffer[4:8], "little"), buffer), b""
    if buffer.startswith(_PNG):
        return _end_of_png(buffer), b""
    return _end_of_jpeg(buffer)


def _if_there(end: int, buffer: bytearray) -> int | None:
    return end if end <= len(buffer) else None


def _end_of_png(buffer: bytearray) -> int | None:
    place = len(_PNG)
    while place + 12 <= len(buffer):
        kind = buffer[place + 4 : place + 8]
        place += 12 + int.from_bytes(buffer[place : place + 4], "big")
        if kind == b"IEND":
            return _if_there(place, buffer)
    return None


def _end_of_jpeg(buffer: bytearray) -> tuple[int | None, bytes]:
    place = 2
    while place + 4 <= len(buffer):
        if buffer[place] != 0xFF:
            return _after_coded(buffer, place)
        kind = buffer[place + 1]
        if kind == 0xD9:
            return place + 2, b""
        if kind == 0xD8:
            return place, _END_OF_JPEG
        if kind in (0xFF, 0x01) or 0xD0 <= kind <= 0xD7:
            place += 1 if kind == 0xFF else 2
            continue
        place += 2 + int.from_bytes(buffer[place + 2 : place + 4], "big")
        if kind == 0xDA:
            found = _MARKER.search(buffer, place)
            if found is None:
                return None, b""
            place = found.start()
    return (place + 2, b"") if buffer[place : place + 2] == _END_OF_JPEG else (None, b"")


def _after_coded(buffer: bytearray, place: int) -> tuple[int | None, bytes]:
    """Of a JPEG whose segments do not follow each other: at the next end, or where another one begins."""
    end, other = buffer.find(_END_OF_JPEG, place), buffer.find(_JPEG, place)
    if other >= 0 and not 0 <= end < other:
        return other, _END_OF_JPEG
    return (end + 2, b"") if end >= 0 else (None, b"")


def _sends_pictures(answer: Answer) -> bool:
    kind = _type(answer)
    if kind.startswith("image/") or kind in ("video/x-motion-jpeg", "video/x-mjpeg", "video/mjpeg", "video/x-jpeg"):
        return not kind.startswith(("image/gif", "image/svg"))
    if kind.startswith("multipart/"):
        return True
    start = answer.peek(_SAMPLE)[:_SAMPLE].lstrip(b"\r\n ")
    return (
        start.startswith((_JPEG, _PNG))
        or _PART.match(start) is not None
        or start[:64].lower().startswith(b"content-type: image/")
    )


def _other(answer: Answer) -> Sends:
    if is_playlist(answer):
        return Sends.A_STREAM
    sized = str(answer.headers.get("Content-Length", "")).strip()
    if sized.isdecimal():
        return Sends.A_FILE if int(sized) > 0 else Sends.A_STREAM
    # Brings FFmpeg's libraries, which pictures do without.
    from livecam.live.sources.http.arrival import is_recording

    return Sends.A_FILE if is_recording(answer, clock=REAL_TIME.clock) else Sends.A_STREAM


def _type(answer: Answer) -> str:
    return str(answer.headers.get("Content-Type", "")).partition(";")[0].strip().lower()
