"""The machine that a benchmark runs on: what it is, which libraries it has, and how busy others keep it."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import cv2

_LIBRARIES = ("livecam", "numpy", "opencv-python", "dlib-bin", "mediapipe", "ai-edge-litert", "tflite-runtime", "av")


_BUSY = 0.15  # of all cores; with more times are not to be believed, ratios within one run are


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


class ForeignLoad:
    """The share of all processors, 0..1, that other programs take from the construction on."""

    def __init__(self) -> None:
        self._busy, self._own, self._moment = _busy_seconds(), _own_seconds(), time.monotonic()

    def share(self) -> float:
        """Until now; by the load average where the system tells no more, 0 where not even that."""
        cores = os.cpu_count() or 1
        passed = time.monotonic() - self._moment
        now = _busy_seconds()
        if self._busy is not None and now is not None and passed > 0:
            others = now - self._busy - (_own_seconds() - self._own)
            return min(max(others / (passed * cores), 0.0), 1.0)
        average = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
        return min(max((average - 1) / cores, 0.0), 1.0)


def busy_warning(share: float) -> str:
    """What to think of figures taken while others took that much; empty when they may be believed."""
    if share < _BUSY:
        return ""
    return f"the machine was busy: other programs took {share:.0%} of it; trust the ratios of this run, not its times"


def _busy_seconds() -> float | None:
    """What all programs together have taken of all processors; None where the system does not tell."""
    try:
        fields = Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:9]
    except OSError:
        return None
    user, nice, system, _, _, irq, soft_irq, _ = (int(field) for field in fields)
    return (user + nice + system + irq + soft_irq) / os.sysconf("SC_CLK_TCK")


def _own_seconds() -> float:
    """Of this process and of those of its children that have ended."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system
