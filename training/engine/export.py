"""TFLite export, shared by the detectors: a graph with constant weights, limits of size and error, model and card."""

from __future__ import annotations

import hashlib
import importlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from training.engine.files import RunError, replacing


@dataclass(frozen=True, slots=True)
class ExportLimits:
    """What an exported model may weigh, and how far its answers may lie from those of the network it was made of."""

    size: int  # bytes
    apart: float
    unit: str  # of `apart`, as it reads after a number
    remedy: str  # for a model that is too large


def constant_graph(function: Any) -> Any:
    """A concrete TensorFlow function with its variables as constants.

    The int8 calibration of Keras 3 graphs fails with READ_VARIABLE otherwise, and only constants are folded into
    convolutions.
    """
    module = importlib.import_module("tensorflow.python.framework.convert_to_constants")
    return module.convert_variables_to_constants_v2(function)


def check_export(content: bytes, apart: float, limits: ExportLimits) -> None:
    """RunError when a model is too large, or `apart` says that it answers otherwise than what was trained."""
    if len(content) > limits.size:
        raise RunError(f"the exported model has {len(content)} bytes, at most {limits.size} are right; {limits.remedy}")
    if not apart <= limits.apart:
        raise RunError(
            f"the exported model is {apart:.3f}{limits.unit} off the trained one, "
            f"at most {limits.apart}{limits.unit} is right"
        )


def model_hash(content: bytes) -> str:
    """The SHA-256 of a model that a card names it by, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def write_model(content: bytes, card: BaseModel, out: Path) -> None:
    """Writes the model as `out` and its card beside it, as .json, each whole or not at all."""
    with replacing(out) as stream:
        stream.write(content)
    with replacing(out.with_suffix(".json")) as stream:
        stream.write((json.dumps(card.model_dump(mode="json", by_alias=True), indent=1) + "\n").encode())
