"""Where a store keeps its rounds and the model they promoted."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from livecam.core.assets import asset
from livecam.pupils.choose import SHIPPED, own_model
from training.errors import RunError

MODEL, WEIGHTS = "pupil.tflite", "pupil.weights.h5"


@dataclass(frozen=True, slots=True)
class Places:
    """The folders of a store's rounds."""

    store: Path

    @property
    def rounds(self) -> Path:
        return self.store / "rounds"

    @property
    def frozen(self) -> Path:
        """The ids of the samples every round is judged by."""
        return self.rounds / "frozen.json"

    @property
    def promotions(self) -> Path:
        """A line for every change of the model in use."""
        return self.rounds / "promotions.jsonl"

    @property
    def current(self) -> Path:
        """A link to the folder of the model in use, so that model, card and weights change at one stroke."""
        return own_model(self.store).parent

    @property
    def model(self) -> Path:
        """The model in use: what a round promoted, else what ships."""
        own = own_model(self.store)
        return own if own.exists() else asset(SHIPPED)

    @property
    def weights(self) -> Path:
        """What the model in use was before it was exported, to go on from."""
        return self.model.with_name(WEIGHTS)

    def round(self, number: int) -> Path:
        return self.rounds / f"{number:03d}"

    def numbers(self) -> list[int]:
        """Of all rounds begun, in order."""
        return sorted(int(path.name) for path in self.rounds.glob("[0-9][0-9][0-9]") if path.is_dir())


@contextmanager
def only_one(places: Places) -> Iterator[None]:
    """RunError while another process works on a round of this store."""
    places.rounds.mkdir(parents=True, exist_ok=True)
    handle = os.open(places.rounds / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as fault:
        os.close(handle)
        raise RunError(f"another round of {places.store} is under way; wait for it or end it") from fault
    try:
        yield
    finally:
        os.close(handle)
