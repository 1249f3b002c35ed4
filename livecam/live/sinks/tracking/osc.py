"""The sink `osc://HOST:PORT`: tracking data as OSC over UDP, under addresses of our own and those of VMC.

The only importer of python-osc. What is sent is in docs/tracking.md.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Sequence
from math import degrees
from typing import TYPE_CHECKING, Any, Protocol

from livecam.core.errors import MissingExtraError, SinkError
from livecam.core.types import Frame, Side
from livecam.live.effects.face_state.signals import FULL_TURN
from livecam.live.effects.face_state.tracker import FaceState
from livecam.live.sinks.tracking.faces import TrackedFace, TrackedFaces
from livecam.live.sinks.tracking.vmc import OscMessage, vmc_messages

if TYPE_CHECKING:
    from pythonosc.osc_bundle import OscBundle

_PACKET_BYTES = 1400  # that go through any network in one piece


class OscClient(Protocol):
    """What is used of python-osc's UDPClient."""

    def send(self, content: Any) -> None: ...


class OscSink:
    """A Sink: messages of every frame, in bundles; nobody has to listen.

    A network that is down for a while is told of once by `say`, and tried again with every frame.
    """

    def __init__(
        self,
        host: str,
        port: int,
        faces: TrackedFaces,
        *,
        say: Callable[[str], None],
        connect: Callable[[str, int], OscClient] | None = None,
    ) -> None:
        self.address = f"osc://{host}:{port}"
        self._faces, self._say = faces, say
        self._client = (connect or _client)(host, port)
        self._is_failing = False

    def show(self, frame: Frame) -> None:
        """Sends what is known of the faces of this frame."""
        faces = self._faces()
        try:
            for bundle in bundles([*own_messages(frame, faces), *vmc_messages(faces, frame.timestamp)]):
                self._client.send(bundle)
        except OSError as error:
            if not self._is_failing:
                self._say(f"{self.address} cannot be reached: {(error.strerror or str(error)).lower()}; trying on")
            self._is_failing = True
        else:
            self._is_failing = False


def _client(host: str, port: int) -> OscClient:
    try:
        from pythonosc.udp_client import UDPClient
    except ImportError as error:
        raise MissingExtraError(f"--sink osc://{host}:{port}", "osc") from error
    try:
        return UDPClient(host, port)
    except (socket.gaierror, UnicodeError) as error:
        raise SinkError(
            f"there is no computer '{host}'; write osc://HOST:PORT, such as osc://127.0.0.1:{port}"
        ) from error
    except OSError as error:
        raise SinkError(f"osc://{host}:{port} cannot be reached: {(error.strerror or str(error)).lower()}") from error


def own_messages(frame: Frame, faces: Sequence[TrackedFace]) -> Iterator[OscMessage]:
    """Under /livecam: the frame, then each face by its number, 0 is the largest."""
    yield OscMessage("/livecam/frame", (frame.index, frame.timestamp, *frame.size, len(faces)))
    for number, face in enumerate(faces):
        for message in _of_face(face):
            yield OscMessage(f"/livecam/face/{number}/{message.address}", message.arguments)


def _of_face(face: TrackedFace) -> Iterator[OscMessage]:
    seen = face.observation.face
    yield OscMessage("track", (seen.track_id,))
    yield OscMessage("box", (*map(float, seen.box), float(seen.confidence)))
    for side in Side:
        yield OscMessage(f"{side}/state", (face.observation.state(side).value,))
        if pupil := face.observation.pupil(side):
            values = (*pupil.centre, pupil.radius, pupil.confidence)
            yield OscMessage(f"{side}/pupil", tuple(map(float, values)))
        if gaze := face.observation.gaze(side):
            yield OscMessage(f"{side}/gaze", tuple(map(float, gaze)))
        if (openness := face.openness(side)) is not None:
            yield OscMessage(f"{side}/openness", (openness,))
    if face.state:
        yield from _expression(face.state)


def _expression(state: FaceState) -> Iterator[OscMessage]:
    signals = state.signals
    turn = (signals.yaw, signals.pitch, signals.roll)
    yield OscMessage("head", tuple(degrees(value * FULL_TURN) for value in turn))
    for name, value in signals.values().items():
        yield OscMessage(f"signal/{name}", (float(value),))
    for name in sorted(signals.events):
        yield OscMessage(f"event/{name}", (1,))
    yield OscMessage("fluster", (float(state.fluster),))


def bundles(messages: Sequence[OscMessage]) -> Iterator[OscBundle]:
    """The messages in their order, in as few packets as any network takes whole."""
    from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
    from pythonosc.osc_message_builder import OscMessageBuilder

    builder, size = OscBundleBuilder(IMMEDIATELY), 16
    for message in messages:
        building = OscMessageBuilder(message.address)
        for value in message.arguments:
            building.add_arg(value)
        built = building.build()
        if size + built.size + 4 > _PACKET_BYTES:
            yield builder.build()
            builder, size = OscBundleBuilder(IMMEDIATELY), 16
        builder.add_content(built)
        size += built.size + 4
    yield builder.build()
