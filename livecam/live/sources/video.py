"""The video source, a file or one behind an address: every frame, in order, upright, at its true time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO, cast

import av
import av.error
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from livecam.core.errors import SourceError
from livecam.core.paths import without_password
from livecam.core.types import Frame
from livecam.live.sound import SoundTrack
from livecam.live.sources.containers.container_facts import ContainerFacts, container_facts
from livecam.live.sources.containers.decoding import DisplayShape, open_container, video_stream
from livecam.live.sources.containers.timeline import HELD_S, LONGEST_GAP_IN_STREAM_S, LONGEST_GAP_S, Timeline
from livecam.live.sources.http.responses import HTTP_ERRORS, HttpFile, gives_playlist, is_http
from livecam.live.sources.pacing import REAL_TIME, FrameTiming, Pacer

# A file may say that it is a little longer than its last frame, without having lost anything.
_MISSING_S = 0.5
_MOST_DAMAGED = 1000
_TIMEOUT_S = 8.0  # to open an address, and for a piece of it to arrive
_READ_ON_S = 1.0  # after the last frame that was taken: the sound that goes with it may come later in the file
# How often a list of HLS on the disk is read anew for a next part: each time is half of a part's length. FFmpeg's own
# thousand times are for ever where the list was left without its end.
_PATIENCE = {"m3u8_hold_counters": "6"}
_BROADCAST = frozenset({"mpegts", "mpeg", "hls"})  # their clocks may be set anew within a recording


class VideoSource:
    """Every frame of a video; `paced` shows each at its time, otherwise they come as fast as they are taken.

    A damaged or truncated video yields what can be read, and its last frame says so in its notice. A last picture that
    is held comes once more at the end of its time. Every iteration starts from the beginning, and holds the file open
    until it ends. A text instead of a path is an address.
    """

    def __init__(self, path: Path | str, *, paced: bool = False, timing: FrameTiming = REAL_TIME) -> None:
        self._path, self._paced, self._timing = path, paced, timing
        self._name = f"'{without_password(str(path))}'"
        self._by_http = isinstance(path, str) and is_http(path) and not gives_playlist(path)
        self._sound: SoundTrack | None = None
        with self._opened() as container:
            self.length = (container.duration or 0) / av.time_base  # seconds, 0 when it does not tell

    def open_sound(self) -> SoundTrack | None:
        """From the next iteration on the packets of its sound go there too; None where it has none."""
        with ExitStack() as stack:
            # Never closed but let go together with the track, whose stream is a part of it.
            container = self._container(stack)
            stream = container.streams.best("audio", related=video_stream(container, self._name))
            self._sound = SoundTrack(stream) if isinstance(stream, AudioStream) else None
        return self._sound

    def __iter__(self) -> Iterator[Frame]:
        pace = Pacer(self._timing)
        for frame in self._with_notice():
            if self._paced:
                pace.wait(frame.timestamp)
            yield replace(frame, captured_at=self._timing.clock())

    def _with_notice(self) -> Iterator[Frame]:
        """The frames, held back by one, so that the last can tell what is missing after it."""
        held: Frame | None = None
        with self._opened() as container:
            facts = container_facts(self._path) if isinstance(self._path, Path) else ContainerFacts()
            reading = _reading(container, facts, self._name, self._sound)
            for frame in reading.frames(container):
                if held is not None:
                    yield held
                held = frame
        if held is None:
            raise SourceError(f"the video {self._name} is damaged: not one frame of it can be read")
        end = reading.end()
        if end is None:
            yield replace(held, status=reading.verdict())
            return
        yield held
        yield replace(held, index=held.index + 1, timestamp=end, status=reading.verdict())

    @contextmanager
    def _opened(self) -> Iterator[InputContainer]:
        """The video, which is known to have pictures."""
        with ExitStack() as stack:
            container = stack.enter_context(self._container(stack))
            video_stream(container, self._name)
            yield container

    def _container(self, stack: ExitStack) -> InputContainer:
        try:
            return self._read_head(stack)
        except (av.error.FFmpegError, *HTTP_ERRORS) as error:
            raise SourceError(_unreadable(self._name, error)) from error

    def _read_head(self, stack: ExitStack) -> InputContainer:
        if isinstance(self._path, Path):
            return open_container(self._path, options=_PATIENCE)
        if not self._by_http:
            return open_container(self._path, timeout=(_TIMEOUT_S, _TIMEOUT_S))
        file = HttpFile(self._path, timeout=_TIMEOUT_S)
        stack.callback(file.close)
        return open_container(cast("BinaryIO", file))


def _unreadable(name: str, error: Exception) -> str:
    if isinstance(error, PermissionError):
        return f"{name} cannot be read: permission denied"
    return f"{name} is not a video that can be read, or its end is missing"


def _reading(container: InputContainer, facts: ContainerFacts, name: str, sound: SoundTrack | None) -> _Reading:
    stream = video_stream(container, name)
    order = [video.index for video in container.streams.video].index(stream.index)
    crop = facts.crops[order] if order < len(facts.crops) else None
    broadcast = container.format.name in _BROADCAST
    rate = stream.guessed_rate or stream.average_rate
    if sound is not None:
        sound.begin()
    return _Reading(
        stream,
        DisplayShape(stream, crop),
        Timeline(float(rate) if rate else None, LONGEST_GAP_IN_STREAM_S if broadcast else LONGEST_GAP_S),
        length=(container.duration or 0) / av.time_base,
        whole=facts.whole,
        sound=sound,
    )


@dataclass(slots=True)
class _Reading:
    """One pass through a video."""

    stream: VideoStream
    shape: DisplayShape
    timeline: Timeline
    length: float  # seconds of the whole file, 0 when it does not tell
    whole: bool | None  # whether all of its bytes are there, None when it does not tell
    sound: SoundTrack | None = None  # that is to hear the packets of its stream
    damaged: int = 0
    count: int = 0
    interrupted: bool = False
    stamp: float | None = None  # of the last frame that has one
    last: float = 0.0  # seconds of the last frame
    held: float = field(default=0.0)  # how long it is shown
    first_stamp: float | None = None  # of anything in the file, sound included
    last_stamp: float = 0.0  # the end of the last thing in the file

    def frames(self, container: InputContainer) -> Iterator[Frame]:
        packets = self._packets(container)
        try:
            for packet in packets:
                # Of the other streams it only matters when they end.
                if packet.stream.index == self.stream.index:
                    yield from self._decoded(packet)
            yield from self._decoded(None)
        finally:
            self._read_on(packets)

    def _read_on(self, packets: Iterator[Packet[Stream]]) -> None:
        """The sound that goes with the last frame, where reading ends before the file does."""
        if self.sound is None or self.stamp is None:
            return
        for packet in packets:
            stamp = _stamp(packet)
            if packet.stream.index == self.stream.index and stamp is not None and stamp > self.stamp + _READ_ON_S:
                break
        self.sound.pictured(self.stamp, self.timeline.shift, ahead=_READ_ON_S)

    def _packets(self, container: InputContainer) -> Iterator[Packet[Stream]]:
        packets = container.demux()
        while True:
            try:
                packet = next(packets, None)
            except av.error.EOFError:
                return
            except (av.error.FFmpegError, OSError):
                # The file or the connection ends here: a generator that has raised gives nothing more.
                self.interrupted = True
                return
            if packet is None:
                return
            if packet.size:
                self._notice_time(packet)
                yield packet

    def _notice_time(self, packet: Packet[Stream]) -> None:
        begin = _stamp(packet)
        if begin is None or packet.time_base is None:
            return
        if self.sound is not None and packet.stream.index == self.sound.stream.index:
            self.sound.read(bytes(packet), begin, packet.duration or 0, packet.time_base)
        if self.first_stamp is None:
            self.first_stamp = begin
        self.last_stamp = max(self.last_stamp, begin + float((packet.duration or 0) * packet.time_base))

    def _decoded(self, packet: Packet[Stream] | None) -> Iterator[Frame]:
        """The frames that come of a packet; None asks for those that the decoder still holds."""
        if self.damaged > _MOST_DAMAGED:
            return
        try:
            pictures = self.stream.codec_context.decode(packet)
            for picture in pictures:
                yield self._frame(picture)
        except av.error.EOFError:
            return
        except (av.error.FFmpegError, ValueError, MemoryError):
            self.damaged += 1

    def _frame(self, picture: VideoFrame) -> Frame:
        # Those that the decoder held to the end carry no time base of their own.
        base = picture.time_base or self.stream.time_base
        stamp = None if picture.pts is None or base is None else float(picture.pts * base)
        self.last = self.timeline.seconds(stamp, self.held)
        self.stamp = stamp if stamp is not None else self.stamp
        if self.sound is not None and stamp is not None:
            self.sound.pictured(stamp, self.timeline.shift)
        self.held = float((picture.duration or 0) * base) if base is not None else 0.0
        frame = Frame(self.shape.image(picture), self.count, self.last)
        self.count += 1
        return frame

    def end(self) -> float | None:
        """When the last picture is shown for the last time, if that is held for longer than the others."""
        held = min(self.held, LONGEST_GAP_S)
        return self.last + held - self.timeline.usual if held > max(HELD_S, 3 * self.timeline.usual) else None

    def verdict(self) -> str:
        """What is wrong with the video, empty when nothing is."""
        if self.damaged:
            return f"the video is damaged: {self.damaged} parts of it could not be read"
        if self._is_cut():
            of_all = f" of {self.length:.1f}" if self.length > self.last else ""
            return f"the video is cut short: it ends at {self.last:.1f}{of_all} s"
        return ""

    def _is_cut(self) -> bool:
        """By the bytes that are missing where the file tells how many there are; else by what it says of its length,
        which pictures that are held and sound that goes on make up for."""
        if self.whole or self.count == self.stream.frames:
            return False
        missing = self.length - (self.last_stamp - (self.first_stamp or 0.0))
        return self.whole is False or self.interrupted or missing > _MISSING_S + self.timeline.usual


def _stamp(packet: Packet[Stream]) -> float | None:
    """Seconds on the clock of the file; None where it has none."""
    stamp = packet.pts if packet.pts is not None else packet.dts
    return None if stamp is None or packet.time_base is None else float(stamp * packet.time_base)
