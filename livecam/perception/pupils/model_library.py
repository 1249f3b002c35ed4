"""The pupil models of a sample store: the shipped one, those of its rounds, imported ones; which of them is in use."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from livecam.core.assets import asset
from livecam.core.errors import AssetError
from livecam.core.files import exclusive_lock, point_to, pointed_to
from livecam.core.shell import typed
from livecam.perception.pupils.factory import own_models
from livecam.perception.pupils.network.model_card import SHIPPED, read_card

# Why a link: docs/decisions/model-link.md
SHIPPED_NAME = "shipped"
MODEL, CARD, WEIGHTS = "pupil.tflite", "pupil.json", "pupil.weights.h5"
_ROUND = re.compile(r"round-([1-9]\d*)")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model of the list; `problem` says why one cannot be used, empty where it can."""

    name: str  # shipped, round-3, or what it was imported as
    path: Path
    sha256: str
    recipe: str
    in_use: bool
    trainable: bool  # its weights lie beside it, from which a round can go on
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ModelChange:
    """A change of the model in use."""

    model: str
    when: str  # UTC, ISO 8601
    why: str


def round_name(number: int) -> str:
    """Of the model of a round; 0 is the one that ships."""
    return f"round-{number}" if number else SHIPPED_NAME


def round_number(name: str) -> int | None:
    """The round that made a model: 0 for the one that ships, None for one that was imported."""
    if name == SHIPPED_NAME:
        return 0
    match = _ROUND.fullmatch(name)
    return int(match[1]) if match else None


def check_import_name(name: str) -> str:
    """AssetError for what an imported model cannot be called."""
    if not _NAME.fullmatch(name) or round_number(name) is not None:
        raise AssetError(
            f"a model cannot be called '{name}'; --name takes up to 40 small letters, figures and . _ -, and neither"
            f" {SHIPPED_NAME} nor round-N"
        )
    return name


def imported_folder(store: Path) -> Path:
    """Where the models lie that were imported, each in a folder of its name."""
    return store / "models" / "imported"


def known_models(store: Path) -> list[KnownModel]:
    """The model that ships, then those of rounds by number, then imported ones by name."""
    used = model_in_use(store)
    rounds = sorted(int(path.parents[1].name) for path in store.glob(f"rounds/[0-9][0-9][0-9]/model/{CARD}"))
    imported = sorted(path.parent.name for path in imported_folder(store).glob(f"[a-z0-9]*/{CARD}"))
    names = [SHIPPED_NAME, *map(round_name, rounds), *imported]
    return [_known(name, model_path(store, name), used == name) for name in names]


def _known(name: str, path: Path, in_use: bool) -> KnownModel:
    trainable = path.with_name(WEIGHTS).is_file()
    try:
        card, _ = read_card(path)
    except AssetError as error:
        return KnownModel(name, path, "", "", in_use, trainable, str(error))
    return KnownModel(name, path, card.sha256, card.provenance.recipe, in_use, trainable)


def model_path(store: Path, name: str) -> Path:
    """Where the model of this name lies; it need not be there."""
    number = round_number(name)
    if number is None:
        return imported_folder(store) / name / MODEL
    return store / "rounds" / f"{number:03d}" / "model" / MODEL if number else asset(SHIPPED)


def model_in_use(store: Path) -> str | None:
    """The name of the model that a run with this store uses; None when the pointer leads to none that is known."""
    folder = pointed_to(own_models(store))
    if folder is None:
        return SHIPPED_NAME
    if folder.name == "model" and folder.parent.name.isdecimal():
        return round_name(int(folder.parent.name))
    return folder.name if folder.parent.name == imported_folder(store).name else None


@contextmanager
def models_locked(store: Path) -> Iterator[None]:
    """Nobody else changes the models of the store meanwhile; TimeoutError while somebody does, or a round runs."""
    (store / "rounds").mkdir(parents=True, exist_ok=True)
    with exclusive_lock(store / "rounds" / ".lock", seconds=0):
        yield


def use_model(store: Path, name: str, why: str) -> None:
    """The model of this name is in use from now on; AssetError when there is none, or it cannot be used.

    Whoever calls it holds `models_locked`. The link is turned over, so that no reader sees half of it.
    """
    if name != SHIPPED_NAME and (name not in {model.name for model in known_models(store)}):
        shown = typed("livecam", "model", "list", "--queue", store)
        raise AssetError(f"there is no model '{name}' in {store}; {shown} shows those that are there")
    read_card(model_path(store, name))
    _record(store, ModelChange(name, datetime.now(UTC).isoformat(timespec="seconds"), why))
    point_to_model(store, name)


def point_to_model(store: Path, name: str) -> None:
    """Turns the link alone; the list of changes stays as it is."""
    pointer = own_models(store)
    pointer.parent.mkdir(parents=True, exist_ok=True)
    if name == SHIPPED_NAME:
        pointer.unlink(missing_ok=True)
    else:
        point_to(pointer, model_path(store, name).parent)


def _changes_file(store: Path) -> Path:
    return store / "rounds" / "promotions.jsonl"


def model_changes(store: Path) -> list[ModelChange]:
    """All changes of the model in use, oldest first; AssetError when the list is damaged."""
    path = _changes_file(store)
    if not path.exists():
        return []
    try:
        return [_change(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
    except (ValueError, TypeError, KeyError) as fault:
        raise AssetError(f"{path} is damaged; repair or remove it") from fault


def _change(content: dict[str, Any]) -> ModelChange:
    # Once a line named the round alone.
    model = content["model"] if "model" in content else round_name(int(content["round"]))
    return ModelChange(str(model), str(content["when"]), str(content["why"]))


def _record(store: Path, change: ModelChange) -> None:
    line = json.dumps({"model": change.model, "when": change.when, "why": change.why})
    with _changes_file(store).open("a", encoding="utf-8") as stream:
        stream.write(line + "\n")
        stream.flush()
        os.fsync(stream.fileno())
