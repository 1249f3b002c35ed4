"""Errors that a user can put right; what a programmer got wrong is a ValueError."""

from __future__ import annotations

import errno
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


class ImageError(LivecamError, ValueError):
    """A picture given by a program that is none: None, grey, with other numbers than uint8, or empty."""


class AssetError(LivecamError):
    """A model, card or overlay picture that is missing, damaged or does not fit this program."""


class PackError(LivecamError):
    """An effect pack that cannot be loaded, installed or drawn; its last good version stays in use."""


class SettingsError(LivecamError):
    """A flag, a key of the configuration file or a value of one that cannot be right."""


class MissingExtraError(LivecamError):
    """A feature whose optional libraries are not installed, or are there in a version that does not fit."""

    def __init__(self, feature: str, extra: str, unfit: str = "") -> None:
        """`unfit` tells what is there instead, as a sentence."""
        # Only here, for it brings what reads the metadata of packages.
        from livecam.core.installation import extra_advice

        found = f"; {unfit}" if unfit else ""
        super().__init__(f"{feature} needs the extra '{extra}'{found}; {extra_advice(extra)}")


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
