"""The model registry of a store: rounds, the model in use, promotion, rollback, and the lock."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from livecam.core.assets import asset
from livecam.core.shell import typed
from livecam.perception.pupils.factory import own_model
from livecam.perception.pupils.model_library import (
    SHIPPED_NAME,
    WEIGHTS,
    model_changes,
    model_in_use,
    models_locked,
    point_to_model,
    round_name,
    round_number,
    use_model,
)
from livecam.perception.pupils.network.model_card import SHIPPED
from training.engine.files import RunError


@dataclass(frozen=True, slots=True)
class ModelRegistry:
    """The folders of a store's rounds."""

    store: Path

    @property
    def rounds(self) -> Path:
        return self.store / "rounds"

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


def unfinished(places: ModelRegistry) -> int | None:
    """The round that was begun last, when it was interrupted."""
    numbers = places.numbers()
    return numbers[-1] if numbers and not (places.round(numbers[-1]) / "round.json").exists() else None


@contextmanager
def exclusive_round(places: ModelRegistry) -> Iterator[None]:
    """RunError while another process works on a round of this store."""
    try:
        with models_locked(places.store):
            yield
    except TimeoutError:
        raise RunError(f"another round of {places.store} is under way; wait for it or end it") from None


def promote(places: ModelRegistry, number: int, why: str) -> None:
    """The model of this round is in use from now on; 0 is the one that ships."""
    if number and not (places.round(number) / "model" / "pupil.json").exists():
        shown = typed("livecam-train", "rounds", places.store)
        raise RunError(f"round {number} made no model; {shown} shows those that did")
    use_model(places.store, round_name(number), why)


def recover(places: ModelRegistry) -> None:
    """Ends a change that was killed half way: the record and the list of changes are right, the link is not."""
    done = model_changes(places.store)
    recorded = [number for number in places.numbers() if _promoted(places, number)]
    if recorded and round_name(recorded[-1]) not in {past.model for past in done}:
        promote(places, recorded[-1], "ended an interrupted promotion")
    elif done and done[-1].model != model_in_use(places.store):
        point_to_model(places.store, done[-1].model)


def _promoted(places: ModelRegistry, number: int) -> bool:
    path = places.round(number) / "round.json"
    return path.exists() and bool(json.loads(path.read_text())["promoted"])


def in_use(places: ModelRegistry) -> int | None:
    """The round whose model is in use; 0 is the model that ships, None one that was imported."""
    name = model_in_use(places.store)
    return None if name is None else round_number(name)


def told(name: str | None) -> str:
    """A model by its name, for people."""
    number = None if name is None else round_number(name)
    if number is None:
        return f"the imported model '{name}'"
    return f"the model of round {number}" if number else "the model that ships"


def roll_back(places: ModelRegistry, to: int | None) -> str:
    """To round `to`, or to what was in use before the model that is; the name of what is in use now is returned."""
    now = model_in_use(places.store)
    name = round_name(to) if to is not None else _before(places, now)
    if name == now:
        raise RunError(f"{told(now)} is in use already")
    number, why = round_number(name), f"rolled back from {told(now)}"
    if number is None:
        use_model(places.store, name, why)
    else:
        promote(places, number, why)
    return name


def _before(places: ModelRegistry, now: str | None) -> str:
    """What was in use when the present model was first taken; nothing was before the model that ships."""
    history = [SHIPPED_NAME, *(past.model for past in model_changes(places.store))]
    return history[history.index(now, 1) - 1] if now in history[1:] and now != SHIPPED_NAME else SHIPPED_NAME
