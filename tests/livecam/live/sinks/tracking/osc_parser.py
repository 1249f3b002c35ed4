"""Reads OSC 1.0 packets by the specification alone, independent of the library that writes them."""

from __future__ import annotations

import struct
from collections.abc import Iterator

Message = tuple[str, tuple[object, ...]]


def parsed(packet: bytes) -> Iterator[Message]:
    """Every message of a packet: (address, arguments); bundles may hold bundles."""
    assert len(packet) % 4 == 0, "a packet is a multiple of four bytes long"
    if not packet.startswith(b"#bundle\0"):
        yield _message(packet)
        return
    place = 16  # after the name and the time tag
    while place < len(packet):
        (size,) = struct.unpack_from(">i", packet, place)
        yield from parsed(packet[place + 4 : place + 4 + size])
        place += 4 + size


def _message(packet: bytes) -> Message:
    address, place = _string(packet, 0)
    types, place = _string(packet, place)
    assert (address[0], types[0]) == ("/", ",")
    values: list[object] = []
    for kind in types[1:]:
        if kind == "s":
            text, place = _string(packet, place)
            values.append(text)
            continue
        assert kind in "if", f"no type {kind}"
        values += struct.unpack_from(f">{kind}", packet, place)
        place += 4
    assert place == len(packet), "nothing is left over"
    return address, tuple(values)


def _string(packet: bytes, place: int) -> tuple[str, int]:
    end = packet.index(b"\0", place)
    return packet[place:end].decode("ascii"), (end // 4 + 1) * 4
