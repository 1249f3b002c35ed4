"""Image files of a store: one PNG a sample, there whole or not at all, also after a power cut."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np

from livecam.core.errors import StoreError
from livecam.core.files import atomic_file, exclusive_lock, sync_folder
from livecam.core.types import Image

_ID = re.compile(r"[0-9a-f]{64}")
_PART = ".part"  # ends the name of a file that is not whole yet


def encode(picture: Image) -> bytes:
    """Lossless PNG."""
    written, buffer = cv2.imencode(".png", picture)
    assert written
    return buffer.tobytes()


class StoredImages:
    """Files named after their sample's id in `pictures`; those that no sample claims are kept apart in `strays`."""

    def __init__(self, folder: Path) -> None:
        self._lock = folder / ".lock"
        self.folder = folder / "pictures"
        self.strays = folder / "strays"

    @contextmanager
    def locked(self, seconds: float) -> Iterator[None]:
        """Nobody else adds or removes pictures meanwhile, in this process or another; the system frees it on a kill.

        StoreError when somebody holds it for longer than `seconds`.
        """
        try:
            with exclusive_lock(self._lock, seconds=seconds):
                yield
        except TimeoutError:
            raise StoreError(f"the store is busy: another program has held {self._lock} for {seconds:g} s") from None

    def path(self, sample_id: str) -> Path:
        """StoreError for what cannot be an id, so that no id leads out of the folder."""
        if not _ID.fullmatch(sample_id):
            raise StoreError(f"no sample is called {sample_id[:80]!r}; an id is 64 figures of sixteen")
        return self.folder / f"{sample_id}.png"

    def write(self, sample_id: str, content: bytes) -> None:
        """Durable when it returns; OSError leaves nothing behind."""
        _write(self.path(sample_id), content)
        self.stray(sample_id).unlink(missing_ok=True)

    def write_stray(self, sample_id: str, content: bytes) -> None:
        """As `write`, but among the strays, where no lock is needed: until it is taken back no sample claims it."""
        self.strays.mkdir(mode=0o700, exist_ok=True)
        _write(self.stray(sample_id), content)

    def stray(self, sample_id: str) -> Path:
        """StoreError as in `path`."""
        return self.strays / self.path(sample_id).name

    def read(self, sample_id: str) -> Image:
        """(h, w, 3) uint8 BGR; StoreError when it is missing or damaged."""
        path = self.path(sample_id)
        try:
            content = np.frombuffer(path.read_bytes(), np.uint8)
        except FileNotFoundError as error:
            raise StoreError(f"the picture of sample {sample_id} is missing: {path}") from error
        picture = cv2.imdecode(content, cv2.IMREAD_COLOR) if content.size else None
        if picture is None:
            raise StoreError(f"the picture of sample {sample_id} is damaged: {path}")
        return np.asarray(picture, np.uint8)

    def ids(self) -> set[str]:
        return {path.stem for path in self.folder.glob("*.png") if _ID.fullmatch(path.stem)}

    def remove(self, sample_id: str) -> None:
        self.path(sample_id).unlink(missing_ok=True)
        (self.strays / f"{sample_id}.png").unlink(missing_ok=True)

    def remove_leftovers(self) -> None:
        """What killed writers began; only while `locked`, for another's unfinished file looks the same."""
        for part in self.folder.glob(f"*{_PART}"):
            part.unlink(missing_ok=True)

    def set_aside(self, sample_id: str) -> None:
        self.strays.mkdir(mode=0o700, exist_ok=True)
        self.path(sample_id).replace(self.strays / f"{sample_id}.png")

    def restore(self, sample_id: str) -> bool:
        """Whether the picture was among the strays; it is not any more."""
        stray = self.strays / f"{sample_id}.png"
        if not stray.exists():
            return False
        stray.replace(self.path(sample_id))
        return True

    def stray_files(self) -> Sequence[Path]:
        return sorted(self.strays.glob("*.png"))

    def remove_all(self) -> None:
        # With what a killed import had begun.
        for path in (*self.folder.iterdir(), *self.strays.glob("*")):
            path.unlink(missing_ok=True)
        sync_folder(self.folder)


def _write(path: Path, content: bytes) -> None:
    with atomic_file(path, private=True, suffix=_PART) as file:
        file.write(content)
    sync_folder(path.parent)
