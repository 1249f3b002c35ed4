"""The model registry of a store: rounds, the model in use, promotion, rollback, and the lock."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from livecam.core.assets import asset
from livecam.core.files import exclusive_lock as file_lock
from livecam.core.files import point_to, pointed_to
from livecam.perception.pupils.factory import own_model, own_models
from livecam.perception.pupils.network.model_card import SHIPPED
from training.engine.files import RunError

# Why a link: docs/decisions/model-link.md
MODEL, WEIGHTS = "pupil.tflite", "pupil.weights.h5"


@dataclass(frozen=True, slots=True)
class ModelRegistry:
    """The folders of a store's rounds."""

    store: Path

    @property
    def rounds(self) -> Path:
        return self.store / "rounds"

    @property
    def promotions(self) -> Path:
        """A line for every change of the model in use."""
        return self.rounds / "promotions.jsonl"

    @property
    def current(self) -> Path:
        """A link to the folder of the model in use, so that model, card and weights change at one stroke."""
        return own_models(self.store)

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
    places.rounds.mkdir(parents=True, exist_ok=True)
    try:
        with file_lock(places.rounds / ".lock", seconds=0):
            yield
    except TimeoutError:
        raise RunError(f"another round of {places.store} is under way; wait for it or end it") from None


@dataclass(frozen=True, slots=True)
class Promotion:
    """A change of the model in use; round 0 is the model that ships."""

    round: int
    when: str  # UTC, ISO 8601
    why: str


def promote(places: ModelRegistry, number: int, why: str) -> None:
    """The model of this round is in use from now on; the link is turned over, so that no reader sees half of it."""
    if number and not (places.round(number) / "model" / "pupil.json").exists():
        raise RunError(f"round {number} made no model; livecam-train rounds shows those that did")
    _append(places, Promotion(number, datetime.now(UTC).isoformat(timespec="seconds"), why))
    _turn(places, number)


def _turn(places: ModelRegistry, number: int) -> None:
    places.current.parent.mkdir(parents=True, exist_ok=True)
    if not number:
        places.current.unlink(missing_ok=True)
        return
    point_to(places.current, places.round(number) / "model")


def recover(places: ModelRegistry) -> None:
    """Ends a promotion that was killed half way: the record and the list of promotions are right, the link is not."""
    done = promotions(places)
    recorded = [number for number in places.numbers() if _promoted(places, number)]
    if recorded and recorded[-1] not in {past.round for past in done}:
        promote(places, recorded[-1], "ended an interrupted promotion")
    elif done and done[-1].round != in_use(places):
        _turn(places, done[-1].round)


def _promoted(places: ModelRegistry, number: int) -> bool:
    path = places.round(number) / "round.json"
    return path.exists() and bool(json.loads(path.read_text())["promoted"])


def promotions(places: ModelRegistry) -> list[Promotion]:
    """All of them, oldest first."""
    if not places.promotions.exists():
        return []
    try:
        return [Promotion(**json.loads(line)) for line in places.promotions.read_text().splitlines()]
    except (ValueError, TypeError) as fault:
        raise RunError(f"{places.promotions} is damaged; repair or remove it") from fault


def in_use(places: ModelRegistry) -> int:
    """The round whose model is in use; 0 is the model that ships."""
    folder = pointed_to(places.current)
    return int(folder.parent.name) if folder is not None else 0


def roll_back(places: ModelRegistry, to: int | None) -> int:
    """To round `to`, or to what was in use before the model that is; the round that is in use now is returned."""
    now = in_use(places)
    number = to if to is not None else _before(places, now)
    if number == now:
        raise RunError(f"{f'the model of round {now}' if now else 'the model that ships'} is in use already")
    promote(places, number, f"rolled back from round {now}")
    return number


def _before(places: ModelRegistry, now: int) -> int:
    """What was in use when the present model was first promoted; nothing was before the model that ships."""
    history = [0, *(past.round for past in promotions(places))]
    return history[history.index(now, 1) - 1] if now else 0


def _append(places: ModelRegistry, promotion: Promotion) -> None:
    places.rounds.mkdir(parents=True, exist_ok=True)
    line = json.dumps({"round": promotion.round, "when": promotion.when, "why": promotion.why})
    with places.promotions.open("a") as stream:
        stream.write(line + "\n")
        stream.flush()
        os.fsync(stream.fileno())
