"""Keeps what the C++ of MediaPipe, LiteRT and TensorFlow writes each time away from the person, and nothing else."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

_STDERR = 2
# Its log is not open to settings before version 0.10.30: these lines come at every start, and nothing is wrong.
_NOISE = (
    b"All log messages before absl::InitializeLog()",
    b"Created TensorFlow Lite XNNPACK delegate",
    b"inference_feedback_manager.cc",
    b"landmark_projection_calculator.cc",
    b"gl_context",
    b"Attempting to register factory for plugin",
    b"computation placer already registered",
    b"UNKNOWN ERROR (303)",  # no driver of a graphics card is installed
    b"Number of eligible GPUs",
    b"Starting new session",
    b"tf_tfl_flatbuffer_helpers.cc",
    b"fully_quantize:",
)


@contextmanager
def without_start_noise() -> Iterator[None]:
    """Holds back the process' standard error, threads in C++ included; what is no known noise is written at the end."""
    with tempfile.TemporaryFile() as held:
        real = os.dup(_STDERR)
        os.dup2(held.fileno(), _STDERR)
        try:
            yield
        finally:
            os.dup2(real, _STDERR)
            os.close(real)
            held.seek(0)
            for line in held:
                if not any(noise in line for noise in _NOISE):
                    os.write(_STDERR, line)
