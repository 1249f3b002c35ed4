"""The sound of a source video on its way into recordings: packets as they are coded, at the times of the pictures."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from av.audio.stream import AudioStream

# Sound may be read this much before or after the pictures it belongs to; further away is another clock.
_AHEAD_S, _BEHIND_S = 0.5, 10.0
_MOST_WAITING = 4096


class SoundPacket(NamedTuple):
    """A piece of sound in its codec."""

    data: bytes
    seconds: float  # on the clock of the frames
    duration: int  # in `time_base`
    time_base: Fraction


@dataclass(slots=True, eq=False)
class _Undated:
    """A piece whose time among the frames is not known yet."""

    data: bytes
    stamp: float  # seconds on the clock of the file
    duration: int
    time_base: Fraction


class SoundListener:
    """What one recording has not taken yet of the sound; threads may hear and take at once."""

    def __init__(self, stream: AudioStream) -> None:
        self.stream = stream  # what is to be copied: codec, rate, layout
        self._packets: deque[SoundPacket] = deque()

    def hear(self, packet: SoundPacket) -> None:
        self._packets.append(packet)

    def taken_until(self, seconds: float) -> Iterator[SoundPacket]:
        """Takes what begins before; the packets are in order."""
        while self._packets and self._packets[0].seconds < seconds:
            yield self._packets.popleft()


class SoundTrack:
    """Passes the packets of an audio stream on to whoever listens; the source that reads the stream fills it.

    `stream` describes them, and belongs to an opening of the file that nobody reads. A source sets the clock of its
    frames anew where the file does, so what is read waits until a picture of about the same stamp tells how far the
    clocks are apart.
    """

    def __init__(self, stream: AudioStream) -> None:
        self.stream = stream
        self._waiting: deque[_Undated] = deque(maxlen=_MOST_WAITING)
        self._listeners: list[SoundListener] = []

    @property
    def codec(self) -> str:
        return self.stream.codec_context.name

    def begin(self) -> None:
        """The source begins from its start."""
        self._waiting.clear()

    def listen(self) -> SoundListener:
        """A new listener, who hears from now on."""
        self._listeners.append(SoundListener(self.stream))
        return self._listeners[-1]

    def leave(self, listener: SoundListener) -> None:
        self._listeners.remove(listener)

    def read(self, data: bytes, stamp: float, duration: int, time_base: Fraction) -> None:
        """The source has come upon a packet."""
        self._waiting.append(_Undated(data, stamp, duration, time_base))

    def pictured(self, stamp: float, shift: float, ahead: float = _AHEAD_S) -> None:
        """The source has come upon a picture of this stamp, to which `shift` is added to make it a time of frames.

        What was read of the sound up to `ahead` seconds after it is of the same clock.
        """
        for _ in range(len(self._waiting)):
            piece = self._waiting.popleft()
            if stamp - _BEHIND_S <= piece.stamp <= stamp + ahead:
                self._pass_on(piece, piece.stamp + shift)
            else:
                self._waiting.append(piece)

    def _pass_on(self, piece: _Undated, seconds: float) -> None:
        packet = SoundPacket(piece.data, seconds, piece.duration, piece.time_base)
        for listener in self._listeners:
            listener.hear(packet)
