"""The model card of a pupil model: all that the program must know to feed it and to read its answer."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import Field

from livecam.core.errors import AssetError
from livecam.core.model_card import CardSection, ModelCard, ModelKind, ModelWithCard

SCHEMA = 1


class CropSpec(CardSection):
    """How an eye is cut: the corners of the lids lie on the middle line, `margin` of their distance from the sides."""

    width: int = Field(64, ge=16, le=512)
    height: int = Field(48, ge=16, le=512)
    margin: float = Field(0.1, ge=0, le=2)
    other_eye_share: float = Field(0.6, ge=0, le=1)
    """an eye is taken to be at least this share of the other one's width, for side views"""
    mirror_left: bool = True
    """the subject's left eye is mirrored, so that the nose is always on the same side"""


class Normalisation(CardSection):
    """(grey - mean) / (standard deviation + softening), of each crop by itself, within +-limit."""

    softening: float = Field(4.0, gt=0)
    limit: float = Field(4.0, gt=0)


class Decoding(CardSection):
    """Soft-argmax over a heat map (Nibali et al. 2018, DSNT); three more numbers follow in the second output."""

    rows: int = Field(12, ge=2)
    columns: int = Field(16, ge=2)
    numbers: tuple[Literal["radius"], Literal["openness"], Literal["log_sigma"]] = ("radius", "openness", "log_sigma")
    radius_unit: float = Field(10.0, gt=0, le=512)
    radius_step: float = Field(0.25, gt=0, le=4)
    """the radius in crop pixels is radius_unit * exp(radius_step * number)"""
    closed_below: float = Field(0.5, ge=0, le=1)
    """an openness, as a probability, that is lower than this is a closed eye"""


# Wrong landmarks cost more than anything else; figures and alternatives: docs/experiments.md, rows 5 to 8.
class WideRetry(CardSection):
    """Where the first look is in doubt, a wider one finds the eye that wrong landmarks missed."""

    doubt: float = Field(0.02, gt=0)
    """an expected error, in pupil distances, that is worth a second look"""
    widen: float = Field(1.5, ge=1, le=8)
    """how much wider that one is"""


class Convention(CardSection):
    """What a centre is, and how far from it people click, in pupil distances along the face.

    Why: docs/decisions/limbus-circle.md
    """

    centre: Literal["limbus circle"] = "limbus circle"
    """also where lids hide a part of it"""
    clicked_right: float = 0.0
    """median distance from that circle's middle to what people clicked, to the image's right on a level face"""
    clicked_down: float = 0.0
    person_right: float = 0.0
    """the same of the person whose labels a retraining round learnt from"""
    person_down: float = 0.0
    person_eyes: int = 0
    """labelled eyes that this was estimated from"""


class ConfidenceFeatures(NamedTuple):
    """What an answer says of its own quality."""

    reach: float  # log(5 % of the pupil distance / the error the net expects)
    spread: float  # log(standard deviation of the heat map / 5 % of the pupil distance)
    openness: float  # log-odds, within +-4
    disagreement: float  # log(1 + disagreement of the two eyes / 5 % of the pupil distance)


class PupilConfidenceCalibration(CardSection):
    """Logistic weights that turn Features into the probability of being within 5 % of the pupil distance."""

    reach: float
    spread: float
    openness: float
    disagreement: float
    bias: float

    def confidence(self, features: ConfidenceFeatures) -> float:
        return logistic(
            self.bias
            + self.reach * features.reach
            + self.spread * features.spread
            + self.openness * features.openness
            + self.disagreement * features.disagreement
        )


def logistic(log_odds: float) -> float:
    """The probability that has these log-odds."""
    return 1 / (1 + math.exp(-min(max(log_odds, -60.0), 60.0)))


def log_odds(probability: float) -> float:
    """The log-odds of a probability, within +-60."""
    inside = min(max(probability, 1e-26), 1 - 1e-16)
    return math.log(inside / (1 - inside))


class Provenance(CardSection):
    """Where the model comes from."""

    recipe: str
    commit: str
    data: dict[str, str]
    attribution: tuple[str, ...]
    scores: dict[str, float]


class PupilModelCard(ModelCard):
    """A pupil model's description."""

    window: CropSpec
    normalisation: Normalisation
    decoding: Decoding
    second_look: WideRetry
    calibration: PupilConfidenceCalibration
    convention: Convention = Convention()
    provenance: Provenance


def read_card(model: Path) -> tuple[PupilModelCard, bytes]:
    """The card beside `model` and the model itself; AssetError when either is missing, damaged, of another kind, or
    not of the other."""
    files = ModelWithCard.read(model)
    if files.kind is ModelKind.TARGET:
        raise AssetError(
            f"{model} is a model for `livecam find`; a pupil model is wanted here, which comes from:"
            " livecam-train export"
        )
    return files.card(PupilModelCard, schema=SCHEMA), files.content


SHIPPED = "models/pupil.tflite"
