"""OSC over UDP on this computer, received by a parser of our own."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence

import pytest

from livecam.core.errors import SinkError
from livecam.core.types import Side
from livecam.live.effects.face_state.signals import SIGNAL_NAMES, Signals
from livecam.live.sinks.factory import MultiSink
from livecam.live.sinks.tracking.faces import TrackedFace
from livecam.live.sinks.tracking.osc import OscSink
from tests.fakes import FakeSink, make_face, make_frame, make_look
from tests.livecam.live.sinks.tracking.osc_parser import Message, parsed
from tests.livecam.live.sinks.tracking.tracked import doing, tracked

pytest.importorskip("pythonosc")


class Listener:
    """A port of this computer that collects what comes until the message that ends a frame."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(30)
        self.port: int = self._socket.getsockname()[1]
        self.largest = 0

    def frame(self, last: str) -> list[Message]:
        messages: list[Message] = []
        while last not in [address for address, _ in messages]:
            packet = self._socket.recv(65535)
            self.largest = max(self.largest, len(packet))
            messages += parsed(packet)
        return messages

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    listening = Listener()
    yield listening
    listening.close()


def received(listener: Listener, faces: Sequence[TrackedFace], last: str = "/VMC/Ext/Blend/Apply") -> list[Message]:
    sink = OscSink("127.0.0.1", listener.port, lambda: faces, say=print)
    sink.show(make_frame(index=30))
    return listener.frame(last)


def test_a_frame_arrives_whole_and_in_order(listener: Listener) -> None:
    addresses = [address for address, _ in received(listener, [doing()])]
    assert (addresses[0], addresses[-1]) == ("/livecam/frame", "/VMC/Ext/Blend/Apply")
    assert addresses.index("/livecam/face/0/fluster") < addresses.index("/VMC/Ext/OK")


def test_each_value_has_its_address_and_type(listener: Listener) -> None:
    face = doing(Signals(smile=0.5, yaw=-1.0, events=frozenset({"smile"})), lids={Side.LEFT: 1.0})
    said = dict(received(listener, [face]))
    pupil = face.observation.right
    assert pupil is not None
    assert said["/livecam/frame"] == (30, 1.0, 640, 480, 1)
    assert said["/livecam/face/0/right/pupil"] == pytest.approx((*pupil.centre, pupil.radius, pupil.confidence))
    assert (said["/livecam/face/0/left/state"], said["/livecam/face/0/left/openness"]) == (("open",), (0.0,))
    assert said["/livecam/face/0/head"] == pytest.approx((-45, 0, 0))
    assert (said["/livecam/face/0/signal/smile"], said["/livecam/face/0/event/smile"]) == ((0.5,), (1,))
    assert {f"/livecam/face/0/signal/{name}" for name in SIGNAL_NAMES} <= set(said)


def test_every_face_has_its_number_and_no_packet_is_too_large(listener: Listener) -> None:
    looks = [make_look(make_face(identity=n, centre=(320, 240 + 9 * n))) for n in range(1, 9)]
    said = dict(received(listener, tracked(*looks)))
    assert [said[f"/livecam/face/{n}/track"] for n in range(8)] == [(n,) for n in range(1, 9)]
    assert listener.largest <= 1400


def test_an_empty_room_is_told_and_the_avatar_left_as_it_is(listener: Listener) -> None:
    said = received(listener, [], last="/VMC/Ext/T")
    assert [address for address, _ in said] == ["/livecam/frame", "/VMC/Ext/OK", "/VMC/Ext/T"]
    assert (said[0][1][-1], said[1][1]) == (0, (1, 3, 0, 0))


def test_it_stands_beside_other_sinks_and_nobody_has_to_listen() -> None:
    window, said = FakeSink(), list[str]()
    sinks = MultiSink([OscSink("127.0.0.1", 9, tracked, say=said.append), window], said.append)
    for index in range(3):
        sinks.show(make_frame(index=index))
    assert (said, len(window.shown)) == ([], 3)


class Unplugged:
    def __init__(self) -> None:
        self.plugged = False
        self.sent = 0

    def send(self, content: object) -> None:
        if not self.plugged:
            raise OSError(101, "Network is unreachable")
        self.sent += 1


def test_a_network_that_is_down_is_told_of_once_and_tried_again() -> None:
    network, said = Unplugged(), list[str]()
    sink = OscSink("h", 9, tracked, say=said.append, connect=lambda host, port: network)
    for plugged in (False, False, True, False):
        network.plugged = plugged
        sink.show(make_frame())
    assert said == ["osc://h:9 cannot be reached: network is unreachable; trying on"] * 2
    assert network.sent > 0


def test_a_computer_that_is_not_known_is_one_line() -> None:
    with pytest.raises(SinkError, match=r"there is no computer 'a\.\.b'; write osc://HOST:PORT"):
        OscSink("a..b", 9, tracked, say=print)
