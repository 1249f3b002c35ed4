"""Commands as a person types them: what a message says to do next can be copied."""

from __future__ import annotations

import os
import shlex
from pathlib import Path


def typed(*words: str | Path) -> str:
    """The words as one types them into the shell of this system."""
    if os.name != "nt":
        return shlex.join(map(str, words))
    from subprocess import list2cmdline  # which no run on other systems has to load

    return list2cmdline(words)
