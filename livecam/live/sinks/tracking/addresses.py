"""How the sinks of tracking data are named: `jsonl:FILE`, `jsonl:-`, `osc://HOST:PORT`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from livecam.core.errors import SinkError
from livecam.core.paths import exists, expand_path

ACCEPTED = "jsonl:FILE, jsonl:- (the standard output), osc://HOST:PORT"
_STANDARD_OUTPUT = "-"


@dataclass(frozen=True, slots=True)
class TrackingAddress:
    """Where tracking data go: a `place` for lines of JSON, or a host and a port for OSC."""

    place: str = ""
    host: str = ""
    port: int = 0

    @property
    def file(self) -> Path | None:
        """The file that is written; None for the standard output, for a pipe or a device, and for OSC."""
        if self.place in ("", _STANDARD_OUTPUT):
            return None
        path = Path(self.place)
        return None if exists(path) and not path.is_file() else path


def tracking_address(name: str) -> TrackingAddress | None:
    """What a sink's name says; None for a sink of pictures, SinkError for a name that is none."""
    scheme, _, rest = name.partition(":")
    match scheme.lower():
        case "jsonl":
            return TrackingAddress(place=_place(name, rest))
        case "osc":
            return _osc(name)
        case _:
            return None


def _place(name: str, rest: str) -> str:
    if not rest.strip():
        raise SinkError(f"--sink {name} names no file; write jsonl:FILE, or jsonl:- for the standard output")
    return rest if rest == _STANDARD_OUTPUT else expand_path(rest)


def _osc(name: str) -> TrackingAddress:
    wrong = SinkError(f"--sink {name} is no address; write osc://HOST:PORT, such as osc://127.0.0.1:39539")
    try:
        parts = urlsplit(name)
        host, port = parts.hostname, parts.port
    except ValueError:  # a port that is none, or half an IPv6 address
        raise wrong from None
    extra = parts.path.strip("/") or parts.query or parts.fragment or parts.username
    if not re.match("osc://", name, re.IGNORECASE) or not host or not port or extra:
        raise wrong
    return TrackingAddress(host=host, port=port)
