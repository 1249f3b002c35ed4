"""TensorFlow for convolutions over pictures: with oneDNN, which halves the time of a step on a processor."""

from __future__ import annotations

import os
from typing import Any

from training import tensors


def tensorflow() -> Any:
    """The module tensorflow; MissingExtraError without it."""
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    return tensors.tensorflow()


def keras() -> Any:
    """The module keras, on TensorFlow."""
    tensorflow()
    return tensors.keras()
