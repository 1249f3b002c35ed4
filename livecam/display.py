"""Whether there is a screen: OpenCV aborts the whole process when a window is opened without one."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping


def has_display(environment: Mapping[str, str] = os.environ) -> bool:
    """True where windows need no X server or Wayland compositor, or one of them is named."""
    if not sys.platform.startswith("linux"):
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))
