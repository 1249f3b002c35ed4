"""Who reads the virtual camera: the open files of other programs, which only Linux tells."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Self

_EVERY_SECONDS = 0.5  # between two looks


def has_reader(device: str, processes: Path = Path("/proc")) -> bool:
    """Whether another program that this user may look into has the device open.

    The programs of other users cannot be seen; cameras are used by those of the person at the screen.
    """
    own = str(os.getpid())
    return any(
        device in _open_files(entry / "fd")
        for entry in processes.iterdir()
        if entry.name.isdigit() and entry.name != own
    )


def _open_files(folder: Path) -> set[str]:
    found = set()
    try:
        for entry in os.scandir(folder):
            found.add(os.readlink(entry.path))  # noqa: PTH115
    except OSError:  # it has ended, or is somebody else's
        return found
    return found


class LoopbackReaders:
    """A thread that looks now and then whether somebody reads the device, so that no frame waits for it.

    `device` tells its path; while that is empty, as before the first picture, somebody is taken to look.
    """

    def __init__(self, device: Callable[[], str], *, platform: str = sys.platform) -> None:
        # Elsewhere nothing tells, and a picture nobody needs is better than a black one in a call.
        self._tells = platform == "linux"
        self._device, self._is_read = device, True
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="readers", daemon=True)

    def __enter__(self) -> Self:
        if self._tells:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        if self._tells:
            self._thread.join(timeout=5)

    @property
    def is_read(self) -> bool:
        """As it was at the last look; true where nothing tells."""
        return self._is_read

    def _watch(self) -> None:
        while not self._ended.is_set():
            device = self._device()
            self._is_read = not device or has_reader(device)
            self._ended.wait(_EVERY_SECONDS)
