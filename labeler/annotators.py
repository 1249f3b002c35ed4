"""Who labels: a short name that stands beside every decision."""

from __future__ import annotations

import getpass
import re

from livecam.core.errors import SettingsError

_NAME = re.compile(r"[\w.+-][\w.+ -]{0,62}")


def check_name(name: str) -> str:
    """The name without spaces around it; SettingsError when it is empty, too long or has odd characters."""
    if not _NAME.fullmatch(name.strip()):
        raise SettingsError(f"--as cannot be '{name}'; a name has at most 63 letters, figures, spaces and . _ + -")
    return name.strip()


def login_name() -> str:
    """Of the person at this computer; `somebody` where the system knows no name."""
    try:
        return check_name(getpass.getuser())
    except (OSError, KeyError, SettingsError):
        return "somebody"
