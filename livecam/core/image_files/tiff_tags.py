"""Tags of a TIFF file, classic or BigTIFF: the few that say what its bands mean."""

from __future__ import annotations

import struct

_EXTRA_SAMPLES = 338
_TRANSPARENT = (1, 2)  # associated and unassociated alpha
_SHORT = 3


def has_alpha_band(data: bytes) -> bool:
    """Whether the fourth band of a TIFF is transparency by its tag; a band of unknown meaning, such as infrared, is
    none. A file without the tag is taken for one with alpha, as older programs wrote no tag."""
    values = _shorts(data, _EXTRA_SAMPLES)
    return not values or values[0] in _TRANSPARENT


def _shorts(data: bytes, wanted: int) -> tuple[int, ...]:
    """The 16-bit values of a tag of the first picture; none where it is absent or cannot be understood."""
    try:
        order = {b"II": "<", b"MM": ">"}[data[:2]]
        big = struct.unpack_from(f"{order}H", data, 2)[0] == 43
        wide, count_size, entry = ("Q", "Q", 20) if big else ("I", "H", 12)
        begin = struct.unpack_from(f"{order}{wide}", data, 8 if big else 4)[0]
        count = struct.unpack_from(f"{order}{count_size}", data, begin)[0]
        first = begin + struct.calcsize(count_size)
        for place in range(first, first + entry * min(count, 4096), entry):
            tag, kind, length = struct.unpack_from(f"{order}HH{wide}", data, place)
            if tag == wanted and kind == _SHORT and 0 < length <= 64:
                size = struct.calcsize(wide)
                inline = 2 * length <= size
                at = place + 4 + size
                value = at if inline else struct.unpack_from(f"{order}{wide}", data, at)[0]
                return struct.unpack_from(f"{order}{length}H", data, value)
    except (KeyError, struct.error):
        return ()
    return ()
