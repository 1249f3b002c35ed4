"""The model card of a target model: how to feed it, how to search with it, and where it comes from."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from livecam.core.errors import AssetError
from livecam.core.model_card import CardSection, ModelCard, ModelKind, ModelWithCard, model_kind
from livecam.perception.targets.peaks import HeadSize

SCHEMA = 1
_CERTAIN = 1e-4  # heights nearer to 0 or 1 than this are all the same


class InputSpec(CardSection):
    """The network is given (level - mean) * scale of every channel."""

    order: Literal["bgr", "rgb"] = "rgb"
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """in the order of `order`, levels of 0..255"""
    scale: float = Field(1 / 255, gt=0)


class TargetConfidenceCalibration(CardSection):
    """Logistic weights of the log-odds of a peak's height, and of how far these lie above the next best peak's.

    What is calibrated today has no weight of the lead: two targets of a page would deny each other, and the lead tells
    no better than the height alone.
    """

    height: float
    lead: float = 0.0
    bias: float

    def score(self, raw: float, rival: float) -> float:
        """The probability, 0..1, that a peak of this height is a target when the best other one has that of `rival`."""
        odds = _log_odds(raw)
        return _logistic(self.bias + self.height * odds + self.lead * (odds - _log_odds(rival)))


def _real(size: HeadSize) -> HeadSize:
    if min(size) < 1:
        raise ValueError("a box has at least one pixel a side")
    return size


class SearchSpec(CardSection):
    """How a page is searched; all that TargetDetector needs to know beside the network."""

    scales: tuple[Annotated[float, Field(ge=0.05, le=4)], ...] = Field((0.7, 1.0, 1.3), min_length=1)
    """the page, brought to `page_pixels`, is looked at enlarged by each of these"""
    cut_outs: tuple[Annotated[float, Field(ge=0.05, le=4)], ...] = ()
    """and by each of these, for it may be but a part of one; what shows there is a third as likely"""
    looks: tuple[Annotated[float, Field(ge=0.25, le=4)], ...] = ()
    """the best candidates are looked at again, enlarged by each of these, as they are and mirrored"""
    middle: bool = False
    """whether the median of these log-odds counts, rather than their mean"""
    first_look: float = Field(0.0, ge=0, lt=1)
    """how much of a candidate's log-odds are those of the search itself; the rest are those of the looks"""
    page_pixels: int = Field(0, ge=0, le=100_000_000)
    """where it is not 0, every page is brought to this many pixels first: heads are a fixed share of a page's area,
    whatever the scanner's resolution"""
    box: Annotated[HeadSize, AfterValidator(_real)]
    """the usual size of a target, pixels, as the network sees it"""
    calibration: TargetConfidenceCalibration
    threshold: float = Field(0.5, ge=0, le=1)
    """the score from which a target counts as found"""


class TargetModelCard(ModelCard, SearchSpec):
    """A target model's description."""

    schema_number: int = Field(SCHEMA, alias="schema")
    kind: Literal["target"] = "target"
    input: InputSpec
    stride: int = Field(4, ge=1, le=64)
    multiple: int = Field(8, ge=1, le=512)
    """the sides of the input must be multiples of this, pixels"""
    margin: int = Field(ge=0, le=1024)
    """context a cell needs on each side, pixels: half the receptive field, rounded up"""
    trained_on: str
    attribution: tuple[str, ...] = ()
    scores: dict[str, float] = Field(default_factory=dict)
    commit: str
    created: str
    """date and time, ISO 8601"""


def read_card(model: Path) -> tuple[TargetModelCard, bytes]:
    """The card beside `model` and the model itself; AssetError when either is missing, damaged, of another kind, or
    not of the other."""
    files = ModelWithCard.read(model)
    if files.kind is ModelKind.PUPIL:
        raise AssetError(
            f"{model} is a pupil model, for `livecam run` and `livecam locate`; a target model is wanted here,"
            " which comes from: livecam-train segment export"
        )
    if files.kind is not ModelKind.TARGET:
        raise AssetError(
            f"{model} is not a target model by its card; one that is comes from: livecam-train segment export"
        )
    return files.card(TargetModelCard, schema=SCHEMA), files.content


def is_target(model: Path) -> bool:
    """Whether a readable card beside the file says that it finds targets."""
    return model_kind(model) is ModelKind.TARGET


def _log_odds(probability: float) -> float:
    inside = min(max(probability, _CERTAIN), 1 - _CERTAIN)
    return math.log(inside / (1 - inside))


def _logistic(log_odds: float) -> float:
    return 1 / (1 + math.exp(-min(max(log_odds, -60.0), 60.0)))
