"""Lazy imports of TensorFlow and Keras, without their log messages."""

from __future__ import annotations

import importlib
import logging
import os
from functools import cache
from typing import Any

from livecam.core.errors import MissingExtraError
from livecam.core.runtime import silence_native_logs


@cache
def tensorflow() -> Any:
    """The module tensorflow; MissingExtraError without it."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    try:
        with silence_native_logs():
            module = importlib.import_module("tensorflow")
            module.config.list_physical_devices()
    except ModuleNotFoundError as fault:
        raise MissingExtraError("training", "training") from fault
    for logger in ("tensorflow", "absl"):
        logging.getLogger(logger).setLevel(logging.ERROR)
    return module


@cache
def keras() -> Any:
    """The module keras, on TensorFlow."""
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    tensorflow()
    return importlib.import_module("keras")
