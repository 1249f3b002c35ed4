"""Errors that a user can put right; what a programmer got wrong is a ValueError."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager


class LivecamError(Exception):
    """Something the user can put right; the message says what is wrong, which value, and what would be right.

    Caught once, in the command line, which prints it on one line and exits with 2. A name in it that has several lines
    is shown on one.
    """

    def __str__(self) -> str:
        return " ".join(super().__str__().split("\n"))


class CameraError(LivecamError):
    """A camera that is absent, busy or gone."""


class SourceError(LivecamError):
    """A video, picture or address that cannot be read."""


class SinkError(LivecamError):
    """A place that cannot take pictures: a file that cannot be written, no display, no virtual camera."""


class AssetError(LivecamError):
    """A model, card or overlay picture that is missing, damaged or does not fit this program."""


class PackError(LivecamError):
    """An effect pack that cannot be loaded, installed or drawn; its last good version stays in use."""


class SettingsError(LivecamError):
    """A flag, a key of the configuration file or a value of one that cannot be right."""


class MissingExtraError(LivecamError):
    """A feature whose optional libraries are not installed."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(f"{feature} needs the extra '{extra}'; {extra_advice(extra)}")


# The last Python, and the systems, that the libraries of an extra are made for; for all where nothing is said.
LAST_PYTHON = {"mediapipe": (3, 12), "tflite-runtime": (3, 11), "training": (3, 13)}
_NO_INTEL_MAC = ("Linux", "Windows", "Darwin arm64")
SYSTEMS = {
    "dlib": _NO_INTEL_MAC,
    "training": _NO_INTEL_MAC,
    "scale": _NO_INTEL_MAC,
    "mediapipe": ("Linux x86_64", "Windows", "Darwin"),
    "tflite-runtime": ("Linux",),
}


def extra_advice(extra: str, python: tuple[int, int] = sys.version_info[:2], system: str = "") -> str:
    """How to come by an extra, or that this Python or this system (as "Linux x86_64") cannot have it."""
    import platform

    last, system = LAST_PYTHON.get(extra), system or f"{platform.system()} {platform.machine()}"
    if last is not None and python > last:
        here, there = (".".join(map(str, version)) for version in (python, last))
        return f"Python {here} cannot have it: its last version is made for Python {there}"
    if not system.startswith(SYSTEMS.get(extra, "")):
        return f"{system} cannot have it: it is made for {', '.join(SYSTEMS[extra])}"
    return f"install it with: pip install 'livecam[{extra}]'"


class StoreError(LivecamError):
    """A sample store that cannot be opened, written or understood."""


@contextmanager
def name_errors() -> Iterator[None]:
    """Around a command line: a name that is too long for any file becomes a SettingsError wherever it is noticed."""
    try:
        yield
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            raise
        name = str(error.filename)
        raise SettingsError(f"'{name[:40]}…' is too long for the name of a file, with {len(name)} letters") from error
