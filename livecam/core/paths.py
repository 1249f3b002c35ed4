"""Paths as people write them: `~`, environment variables, and relative to the file that they stand in."""

from __future__ import annotations

import os
from pathlib import Path


def expand_path(text: str, folder: Path | None = None) -> str:
    """With the home folder for `~` and the values of variables that are set; a file of that very name stays.

    A relative path is below `folder`, where that is given. A variable that is not set stays as it is written, for `$`
    may be part of a name.
    """
    literal = Path(folder or ".") / text
    if "$" in text or "%" in text or text.startswith("~"):
        text = str(literal) if os.path.lexists(literal) else os.path.expanduser(os.path.expandvars(text))  # noqa: PTH111
    if folder is None or Path(text).is_absolute() or text == str(literal):
        return text
    return str(folder / text)
