"""What the figures of a benchmark depend on: the machine and the versions of what does the work."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import cv2

_LIBRARIES = ("livecam", "numpy", "opencv-python", "dlib-bin", "mediapipe", "ai-edge-litert", "tflite-runtime", "av")


def machine() -> Mapping[str, str | int]:
    return {
        "processor": _processor(),
        "cores": os.cpu_count() or 1,
        "system": platform.platform(),
        "opencv_threads": cv2.getNumThreads(),
    }


def versions() -> Mapping[str, str]:
    """Of Python and of every library that is installed."""
    found = {name: _version(name) for name in _LIBRARIES}
    return {"python": platform.python_version(), **{name: number for name, number in found.items() if number}}


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
