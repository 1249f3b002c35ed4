"""Moving thumbnails of effects: those that ship, those a pack brings, and for all others one that is drawn once."""

from __future__ import annotations

import hashlib
import os
import sys
import threading
from pathlib import Path

from livecam.core.assets import asset
from livecam.core.files import write_atomically
from livecam.core.paths import UserFolder, user_folder
from livecam.live.effects.library.loading import signature
from livecam.live.effects.library.locations import PackOrigin, find_pack

_WIDTH, _COLOURS = 200, 64
_LOWEST = 19  # priority on Linux


class Thumbnails:
    """Animated GIFs by the name of an effect. One that has to be drawn is drawn by a thread, for which nobody waits."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or user_folder(UserFolder.STATE) / "previews"
        self._lock = threading.Lock()  # one is drawn at a time

    def find(self, name: str) -> Path | None:
        """The file of a thumbnail; None where it has to be drawn. LivecamError for an unknown name."""
        place = find_pack(name)
        shipped = asset("demo/effects") / f"{name}.gif"
        known = [place.folder / "preview.gif"]
        if place.origin is PackOrigin.SHIPPED:
            known.append(shipped)
        known.append(self._cached(name, place.folder))
        return next((path for path in known if path.is_file()), None)

    def draw(self, name: str) -> Path:
        """Draws the thumbnail of an effect, which takes seconds; LivecamError when it cannot be loaded."""
        with self._lock:
            found = self.find(name)
            if found is not None:
                return found
            # Here, for it brings the video libraries.
            from livecam.live.effects.preview import animated_gif, preview

            _yield_to_the_picture()
            content = animated_gif(preview(name, seconds=2.5), width=_WIDTH, colours=_COLOURS)
            path = self._cached(name, find_pack(name).folder)
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, content)
            return path

    def _cached(self, name: str, folder: Path) -> Path:
        """Another file as soon as something of the pack was saved."""
        state = hashlib.sha256(repr(signature(folder)).encode()).hexdigest()[:16]
        return self._folder / f"{hashlib.sha256(name.encode()).hexdigest()[:16]}-{state}.gif"


def _yield_to_the_picture() -> None:
    """This thread works when the others of the program rest; only Linux has that for threads."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LOWEST)
