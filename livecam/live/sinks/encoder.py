"""H.264 video encoding into .mp4 or .mkv with true timestamps; PyAV is loaded with the first recording."""

from __future__ import annotations

import io
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.types import Image, Size
from livecam.live.sound import SoundListener

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import OutputContainer
    from av.video.stream import VideoStream


def fitted(image: Image, size: Size) -> Image:
    """The whole picture, as large as `size` allows, in the middle of black; the picture itself when it fits already."""
    width, height = size
    if image.shape[1::-1] == size:
        return image
    scale = min(width / image.shape[1], height / image.shape[0])
    inner = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
    smaller = cv2.resize(image, inner, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    left, top = (width - inner[0]) // 2, (height - inner[1]) // 2
    canvas = np.zeros((height, width, 3), np.uint8)
    canvas[top : top + inner[1], left : left + inner[0]] = smaller
    return canvas


def even(image: Image) -> Image:
    """The picture with its last column and row repeated where its width or height is odd: nothing is cut off."""
    height, width = image.shape[:2]
    if width % 2 == 0 and height % 2 == 0:
        return image
    return cv2.copyMakeBorder(image, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE).astype(np.uint8, copy=False)


_T = TypeVar("_T")

# A hybrid file is written in fragments, playable up to the last whole one when the program is killed or the disk is
# full, and becomes an ordinary .mp4 with an index when it is closed. Matroska is like that by nature.
CONTAINERS: dict[str, tuple[str, dict[str, str]]] = {
    ".mp4": ("mp4", {"movflags": "hybrid_fragmented"}),
    ".mkv": ("matroska", {}),
}
# A key frame a second at 30 fps ends a fragment; frames that are never reordered start at zero and come out at once.
_X264 = {"preset": "veryfast", "crf": "20", "g": "30", "bf": "0"}
_TICKS = 90_000  # a second
_STEP = _TICKS // 1000  # Matroska counts milliseconds, and two frames must not share one
_LONGEST_LAST_S = 0.1  # that the last picture is taken to last, by which sound may go on
_BT601, _LIMITED = 6, 1  # what cv2.COLOR_BGR2YUV_I420 makes (ITU-T H.273 calls it SMPTE 170M)


def planes(image: Image) -> NDArray[np.uint8]:
    """A picture of even width and height as I420, (h * 3 / 2, w): a copy, half as large."""
    return cv2.cvtColor(image, cv2.COLOR_BGR2YUV_I420).astype(np.uint8, copy=False)


def playable(path: Path) -> bool:
    """Whether a picture can be read from the beginning of a video."""
    import av
    from av.error import FFmpegError

    try:
        with av.open(f"file:{path}") as container:
            return bool(container.streams.video) and next(container.decode(video=0), None) is not None
    except (OSError, FFmpegError):
        return False


def holds_sound(suffix: str, stream: AudioStream) -> bool:
    """Whether a file of this suffix can hold the sound as it is coded; tried on a file in memory."""
    import av
    from av.error import FFmpegError

    container = av.open(io.BytesIO(), "w", format=CONTAINERS[suffix][0])
    try:
        container.add_stream_from_template(stream)
        container.start_encoding()
    except (FFmpegError, ValueError):
        return False
    return True


class VideoEncoder:
    """One video on its way into an open binary file; what the file raises comes out of `write` and `close`.

    Sound is copied as it is coded, from the first picture to the end of the last one.
    """

    def __init__(self, file: BinaryIO, suffix: str, size: Size, sound: SoundListener | None = None) -> None:
        import av

        container, options = CONTAINERS[suffix]
        self._file = _FailingOnce(file)
        self._container = av.open(self._file, "w", format=container, options=options)
        self._stream = _h264(self._container, size)
        self._sound = _CopiedSound(self._container, sound) if sound else None
        self._picture = av.VideoFrame.from_ndarray
        self._first: float | None = None
        self._last = -_STEP
        self._seconds = self._step = 0.0  # of the last picture, and since the one before

    def write(self, i420: NDArray[np.uint8], seconds: float) -> None:
        """Adds a picture that belongs to `seconds`; the first one defines zero, time never runs backwards."""
        frame = self._picture(i420, format="yuv420p")
        frame.pts, frame.time_base = self._tick(seconds), Fraction(1, _TICKS)
        self._container.mux(self._stream.encode(frame))
        self._step, self._seconds = seconds - self._seconds, seconds
        if self._sound:
            self._sound.write_until(seconds, self._first or 0.0)
        self._file.flush()  # a program that is killed takes its buffers along

    def close(self) -> None:
        """Writes what the encoder still holds and the index."""
        try:
            self._container.mux(self._stream.encode(None))
            if self._sound and self._first is not None:
                last = min(max(self._step, 0.0), _LONGEST_LAST_S) if self._seconds > self._first else _LONGEST_LAST_S
                self._sound.write_until(self._seconds + last, self._first)
        finally:
            self._container.close()

    def _tick(self, seconds: float) -> int:
        if self._first is None:
            self._first = seconds
        self._last = max(round((seconds - self._first) * _TICKS), self._last + _STEP)
        return self._last


class _CopiedSound:
    """An audio stream of an output, filled with the packets of another file."""

    def __init__(self, container: OutputContainer, sound: SoundListener) -> None:
        self._container, self._sound = container, sound
        self._stream = container.add_stream_from_template(sound.stream)
        self._last: int | None = None  # stamp of the last packet

    def write_until(self, seconds: float, zero: float) -> None:
        """Writes what begins before `seconds`; times are counted from `zero`, and what begins before that is left
        out."""
        from av import Packet

        for piece in self._sound.taken_until(seconds):
            stamp = round((piece.seconds - zero) / piece.time_base)
            if stamp < 0 or (self._last is not None and stamp <= self._last):
                continue
            packet = Packet(piece.data)
            packet.stream, packet.time_base = self._stream, piece.time_base
            packet.pts = packet.dts = self._last = stamp
            packet.duration = piece.duration
            packet.is_keyframe = True
            self._container.mux(packet)


class _FailingOnce:
    """A file that says once that it takes no more, and nothing after that: PyAV would print it as a stack trace."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._failed = False

    def write(self, data: bytes) -> int:
        return self._unless_failed(lambda: self._file.write(data), len(data))

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._unless_failed(lambda: self._file.seek(offset, whence), offset)

    def tell(self) -> int:
        return self._file.tell()

    def flush(self) -> None:
        self._unless_failed(self._file.flush, None)

    def _unless_failed(self, act: Callable[[], _T], otherwise: _T) -> _T:
        if self._failed:
            return otherwise
        try:
            return act()
        except OSError:
            self._failed = True
            raise


def _h264(container: OutputContainer, size: Size) -> VideoStream:
    stream = container.add_stream("libx264", rate=30, options=_X264)
    stream.width, stream.height = size
    stream.pix_fmt = "yuv420p"
    context = stream.codec_context
    context.time_base = Fraction(1, _TICKS)
    context.colorspace = context.color_primaries = context.color_trc = _BT601
    context.color_range = _LIMITED
    return stream
