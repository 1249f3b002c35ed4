"""A file that grows under another name and takes its own when it is done."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from livecam.core.errors import SinkError

Create = Callable[[Path], BinaryIO]


def create(path: Path) -> BinaryIO:
    return path.open("wb")


class PartFile:
    """`clip.part.mp4` until it is settled as `clip.mp4`, which replaces an older file of that name at once."""

    def __init__(self, path: Path, create: Create = create) -> None:
        self.path = path
        self.part = path.with_name(f"{path.stem}.part{path.suffix}")
        if path.is_dir():
            raise SinkError(f"{path} is a folder; name a file in it")
        try:
            self.file = create(self.part)
        except OSError as error:
            raise SinkError(f"cannot write {path}: {reason(error)}; choose another place") from error

    def settle(self) -> None:
        """Gives the file its name, safely on the disk. OSError when the disk refuses; the part is left then."""
        self.file.flush()
        os.fsync(self.file.fileno())
        self.file.close()
        self.part.replace(self.path)

    def salvage(self) -> None:
        """Gives the file its name with as much in it as the disk took, which is known to be not all."""
        self.close()
        self.part.replace(self.path)

    def discard(self) -> None:
        self.close()
        self.part.unlink(missing_ok=True)

    def close(self) -> None:
        """Closes the file; what its buffer still holds may be lost, for the disk has failed already."""
        with suppress(OSError):
            self.file.close()


def reason(error: Exception) -> str:
    """What the system says, in the style of our messages: lower case, no full stop."""
    said = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return said[:1].lower() + said[1:].rstrip(".")
