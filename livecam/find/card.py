"""The card beside a target model: how to feed it, how to search with it, and where it comes from."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from livecam.core.errors import AssetError
from livecam.find.peaks import Size

SCHEMA = 1
KIND: Literal["target"] = "target"
_CERTAIN = 1e-4  # heights nearer to 0 or 1 than this are all the same


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Input(_Part):
    """The network is given (level - mean) * scale of every channel."""

    order: Literal["bgr", "rgb"] = "rgb"
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """in the order of `order`, levels of 0..255"""
    scale: float = Field(1 / 255, gt=0)


class Calibration(_Part):
    """Logistic weights of the log-odds of a peak's height, and of how far these lie above the next best peak's."""

    height: float
    lead: float
    bias: float

    def score(self, raw: float, rival: float) -> float:
        """The probability, 0..1, that a peak of this height is a target when the best other one has that of `rival`."""
        odds = _log_odds(raw)
        return _logistic(self.bias + self.height * odds + self.lead * (odds - _log_odds(rival)))


def _real(size: Size) -> Size:
    if min(size) < 1:
        raise ValueError("a box has at least one pixel a side")
    return size


class Search(_Part):
    """How a page is searched; all that TargetFinder needs to know beside the network."""

    scales: tuple[Annotated[float, Field(ge=0.05, le=4)], ...] = Field((0.7, 1.0, 1.3), min_length=1)
    """the page, brought to `page_pixels`, is looked at enlarged by each of these"""
    page_pixels: int = Field(0, ge=0, le=100_000_000)
    """where it is not 0, every page is brought to this many pixels first: heads are a fixed share of a page's area,
    whatever the scanner's resolution"""
    box: Annotated[Size, AfterValidator(_real)]
    """the usual size of a target, pixels, as the network sees it"""
    calibration: Calibration
    threshold: float = Field(0.5, ge=0, le=1)
    """the score from which a target counts as found"""


class Card(Search):
    """A target model's description; `sha256` ties it to the file it describes."""

    schema_number: int = Field(SCHEMA, alias="schema")
    kind: Literal["target"] = KIND
    sha256: str
    input: Input
    stride: int = Field(4, ge=1, le=64)
    multiple: int = Field(8, ge=1, le=512)
    """the sides of the input must be multiples of this, pixels"""
    margin: int = Field(ge=0, le=1024)
    """context a cell needs on each side, pixels: half the receptive field, rounded up"""
    trained_on: str
    attribution: tuple[str, ...] = ()
    scores: dict[str, float] = {}
    commit: str
    created: str
    """date and time, ISO 8601"""


def read_card(model: Path) -> tuple[Card, bytes]:
    """The card beside `model` and the model itself; AssetError when either is missing, damaged, of another kind, or
    not of the other."""
    path = model.with_suffix(".json")
    content, text = _content(model), _content(path)
    if kind_of(text) != KIND:
        raise AssetError(
            f"{model} is not a target model by its card; one that is comes from: livecam-train segment export"
        )
    try:
        card = Card.model_validate_json(text)
    except ValidationError as fault:
        first = fault.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise AssetError(f"the card {path} cannot be used: {where}: {first['msg'].lower()}; export it again") from fault
    if card.schema_number != SCHEMA:
        raise AssetError(f"the card {path} has schema {card.schema_number}, this program reads {SCHEMA}; export again")
    if hashlib.sha256(content).hexdigest() != card.sha256:
        raise AssetError(f"{model} is not the model its card describes (sha256 differs); export it again")
    return card, content


def is_target(model: Path) -> bool:
    """Whether a readable card beside the file says that it finds targets."""
    try:
        return kind_of(model.with_suffix(".json").read_bytes()) == KIND
    except OSError:
        return False


def kind_of(text: bytes) -> str:
    """What a card says of its model; empty when it says nothing, as the cards of pupil models do."""
    try:
        content = json.loads(text)
    except ValueError:
        return ""
    return str(content.get("kind", "")) if isinstance(content, dict) else ""


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        reason = (fault.strerror or "unreadable").lower()
        raise AssetError(
            f"cannot read {path} ({reason}); a model is a .tflite with its .json card beside it"
        ) from fault


def _log_odds(probability: float) -> float:
    inside = min(max(probability, _CERTAIN), 1 - _CERTAIN)
    return math.log(inside / (1 - inside))


def _logistic(log_odds: float) -> float:
    return 1 / (1 + math.exp(-min(max(log_odds, -60.0), 60.0)))
