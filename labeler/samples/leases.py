"""Who holds a sample: a name for each running labeler, and which of them are gone for good."""

from __future__ import annotations

import itertools
import os
import re
import socket

SECONDS = 180.0  # of a lease; a labeler that lives renews it long before
_OWNER = re.compile(r".*@(?P<host>[^@]*):(?P<process>\d+)\.\d+")
_numbers = itertools.count(1)


def new_owner(by: str) -> str:
    """A name that no other session has, of this program or another."""
    return f"{by}@{socket.gethostname()}:{os.getpid()}.{next(_numbers)}"


def is_gone(owner: str) -> bool:
    """Whether the labeler of that name ran on this computer and was killed: what it held is free."""
    parts = _OWNER.fullmatch(owner)
    if parts is None or parts["host"] != socket.gethostname():
        return False
    try:
        os.kill(int(parts["process"]), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
