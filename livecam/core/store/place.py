"""Where a queue is kept when nobody names a place."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def default_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """`livecam/queue` in the user's data directory, after the XDG base directory specification; it need not exist."""
    named = Path(environment.get("XDG_DATA_HOME", ""))
    # The specification asks to ignore a relative path, and an empty one is relative.
    data = named if named.is_absolute() else Path.home() / ".local" / "share"
    return data / "livecam" / "queue"
