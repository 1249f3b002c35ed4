"""Hot reload: takes a newly trained model into use while the program runs; no frame waits for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from livecam.core.crop import EyePair
from livecam.core.errors import LivecamError
from livecam.core.interfaces import EyeCropper, PupilDetector, PupilPair
from livecam.core.paths import exists
from livecam.core.timing import Clock

# Why a link that is turned: docs/decisions/model-link.md
POLL_SECONDS = 1.0

Say = Callable[[str], None]


class ModelDetector(PupilDetector, Protocol):
    """A PupilDetector that runs a model file."""

    @property
    def version(self) -> str:
        """The first figures of the model's sha256."""
        ...


class _State(NamedTuple):
    """What tells one model from another without reading it: the place, and both files' times, sizes and inodes."""

    path: Path
    files: tuple[tuple[int, int, int], ...]


class HotReloadingDetector:
    """A PupilDetector that uses the first of `places` where there is a model, and looks there again every second.

    A changed pair of files is opened by another thread once it has been the same for two looks, and used from the next
    frame on. One that cannot be used is told about, and the old one stays.
    """

    def __init__(
        self,
        places: Sequence[Path],
        open_model: Callable[[Path], ModelDetector],
        *,
        say: Say,
        clock: Clock = time.monotonic,
        in_background: Callable[[Callable[[], None]], None] | None = None,
    ) -> None:
        """What `open_model` raises for the last place is raised; a bad model before it is told about and passed."""
        self._places, self._open, self._say, self._clock = places, open_model, say, clock
        self._in_background = in_background or _in_thread
        self._detector = self._first()
        self._known = self._seen = _state(places)
        self._next_look = clock() + POLL_SECONDS
        self._coming: ModelDetector | None = None

    @property
    def version(self) -> str:
        """Of the model in use."""
        return self._detector.version

    @property
    def cropper(self) -> EyeCropper:
        """Of the model in use, which changes here and nowhere else: eyes are read by the model they were cut for."""
        if self._clock() >= self._next_look:
            self._look()
        if self._coming is not None:
            self._detector, self._coming = self._coming, None
            self._say(f"a new model is in use, {self.version}")
        return self._detector.cropper

    def detect(self, eyes: EyePair) -> PupilPair:
        return self._detector.detect(eyes)

    def _first(self) -> ModelDetector:
        *preferred, last = [place for place in self._places if exists(place)] or [self._places[-1]]
        for place in preferred:
            try:
                return self._open(place)
            except LivecamError as error:
                self._say(f"{error}; using the next best model")
        return self._open(last)

    def _look(self) -> None:
        self._next_look = self._clock() + POLL_SECONDS
        before, self._seen = self._seen, _state(self._places)
        # Model and card are two files: what still changes is not whole.
        if self._seen is None or self._seen == self._known or self._seen != before:
            return
        self._known = self._seen
        self._in_background(lambda: self._take(self._known))

    def _take(self, state: _State | None) -> None:
        assert state is not None
        try:
            self._coming = self._open(state.path)
        except LivecamError as error:
            self._say(f"{error}; the old model stays")


def _in_thread(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="model", daemon=True).start()


def _state(places: Sequence[Path]) -> _State | None:
    """None when there is no whole model anywhere."""
    for place in places:
        try:
            stats = [path.stat() for path in (place, place.with_suffix(".json"))]
        except OSError:
            continue
        return _State(place, tuple((stat.st_mtime_ns, stat.st_size, stat.st_ino) for stat in stats))
    return None
