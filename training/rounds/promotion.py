"""Puts a round's model to use, or goes back to an earlier one, at one stroke."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime

from training.errors import RunError
from training.rounds.places import Places


@dataclass(frozen=True, slots=True)
class Promotion:
    """A change of the model in use; round 0 is the model that ships."""

    round: int
    when: str  # UTC, ISO 8601
    why: str


def promote(places: Places, number: int, why: str) -> None:
    """The model of this round is in use from now on; the link is turned over, so that no reader sees half of it."""
    if number and not (places.round(number) / "model" / "pupil.json").exists():
        raise RunError(f"round {number} made no model; livecam-train rounds shows those that did")
    _append(places, Promotion(number, datetime.now(UTC).isoformat(timespec="seconds"), why))
    _turn(places, number)


def _turn(places: Places, number: int) -> None:
    places.current.parent.mkdir(parents=True, exist_ok=True)
    if not number:
        places.current.unlink(missing_ok=True)
        return
    fresh = places.current.with_name(".current.fresh")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(os.path.relpath(places.round(number) / "model", places.current.parent))
    fresh.replace(places.current)


def heal(places: Places) -> None:
    """Ends a promotion that was killed half way: the record and the list of promotions are right, the link is not."""
    done = promotions(places)
    recorded = [number for number in places.numbers() if _promoted(places, number)]
    if recorded and recorded[-1] not in {past.round for past in done}:
        promote(places, recorded[-1], "ended an interrupted promotion")
    elif done and done[-1].round != in_use(places):
        _turn(places, done[-1].round)


def _promoted(places: Places, number: int) -> bool:
    path = places.round(number) / "round.json"
    return path.exists() and bool(json.loads(path.read_text())["promoted"])


def promotions(places: Places) -> list[Promotion]:
    """All of them, oldest first."""
    if not places.promotions.exists():
        return []
    try:
        return [Promotion(**json.loads(line)) for line in places.promotions.read_text().splitlines()]
    except (ValueError, TypeError) as fault:
        raise RunError(f"{places.promotions} is damaged; repair or remove it") from fault


def in_use(places: Places) -> int:
    """The round whose model is in use; 0 is the model that ships."""
    return int(places.current.readlink().parent.name) if places.current.is_symlink() else 0


def roll_back(places: Places, to: int | None) -> int:
    """To round `to`, or to what was in use before the model that is; the round that is in use now is returned."""
    now = in_use(places)
    number = to if to is not None else _before(places, now)
    if number == now:
        raise RunError(f"{f'the model of round {now}' if now else 'the model that ships'} is in use already")
    promote(places, number, f"rolled back from round {now}")
    return number


def _before(places: Places, now: int) -> int:
    """What was in use when the present model was first promoted; nothing was before the model that ships."""
    history = [0, *(past.round for past in promotions(places))]
    return history[history.index(now, 1) - 1] if now else 0


def _append(places: Places, promotion: Promotion) -> None:
    places.rounds.mkdir(parents=True, exist_ok=True)
    line = json.dumps({"round": promotion.round, "when": promotion.when, "why": promotion.why})
    with places.promotions.open("a") as stream:
        stream.write(line + "\n")
        stream.flush()
        os.fsync(stream.fileno())
