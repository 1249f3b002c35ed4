"""Model cards: what every card says, and how a model is read that is really the one described."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from livecam.core.errors import AssetError


class ModelKind(StrEnum):
    """What a model finds."""

    PUPIL = "pupil"
    TARGET = "target"


class CardSection(BaseModel):
    """What cards are made of; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ModelCard(CardSection):
    """What every card says; `sha256` ties it to the file it describes."""

    schema_number: int = Field(alias="schema")
    sha256: str


SomeCard = TypeVar("SomeCard", bound=ModelCard)


@dataclass(frozen=True, slots=True)
class ModelWithCard:
    """The contents of a model and of its card, read together; nothing of them is checked yet."""

    model: Path
    content: bytes
    text: bytes

    @classmethod
    def read(cls, model: Path) -> ModelWithCard:
        """AssetError when the model or the card beside it cannot be read."""
        return cls(model, _content(model), _content(_card_path(model)))

    @property
    def kind(self) -> ModelKind | None:
        return _kind(self.text)

    def card(self, card: type[SomeCard], *, schema: int) -> SomeCard:
        """The card; AssetError when it is damaged, of another schema, or not the model's."""
        path = _card_path(self.model)
        try:
            read = card.model_validate_json(self.text)
        except ValidationError as fault:
            raise AssetError(f"the card {path} cannot be used: {_first(fault)}; export it again") from fault
        if read.schema_number != schema:
            raise AssetError(
                f"the card {path} has schema {read.schema_number}, this program reads {schema}; export again"
            )
        if hashlib.sha256(self.content).hexdigest() != read.sha256:
            raise AssetError(f"{self.model} is not the model its card describes (sha256 differs); export it again")
        return read


def model_kind(model: Path) -> ModelKind | None:
    """What a model finds by the card beside it; None when there is no card, or none that says so."""
    try:
        return _kind(_card_path(model).read_bytes())
    except OSError:
        return None


def _card_path(model: Path) -> Path:
    return model.with_suffix(".json")


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        reason = (fault.strerror or "unreadable").lower()
        raise AssetError(
            f"cannot read {path} ({reason}); a model is a .tflite with its .json card beside it"
        ) from fault


def _kind(text: bytes) -> ModelKind | None:
    try:
        content = json.loads(text)
    except ValueError:
        return None
    if not isinstance(content, dict):
        return None
    if content.get("kind") == ModelKind.TARGET:
        return ModelKind.TARGET
    # The cards of pupil models name no kind; only they tell how an eye is cut.
    return ModelKind.PUPIL if "kind" not in content and "window" in content else None


def _first(fault: ValidationError) -> str:
    """Where the first mistake is, and what it is."""
    first = fault.errors()[0]
    where = ".".join(map(str, first["loc"])) or "the file"
    return f"{where}: {first['msg'].lower()}"
