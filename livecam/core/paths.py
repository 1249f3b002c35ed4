"""Paths as people write them: `~`, environment variables, file:// addresses, relative to the file they stand in."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from livecam.core.errors import SourceError

_NO_HOME = Path("/nonexistent")


def expand_path(text: str, folder: Path | None = None) -> str:
    """With the home folder for `~` and the values of variables that are set; a file of that very name stays.

    A relative path is below `folder`, where that is given. A variable that is not set stays as it is written, for `$`
    may be part of a name.
    """
    literal = Path(folder or ".") / text
    if "$" in text or "%" in text or text.startswith("~"):
        text = str(literal) if os.path.lexists(literal) else os.path.expanduser(os.path.expandvars(text))  # noqa: PTH111
    if folder is None or Path(text).is_absolute() or text == str(literal):
        return text
    return str(folder / text)


def home_folder() -> Path:
    """Of the user; `/nonexistent`, as Debian calls it, for one who has none, as services and containers."""
    try:
        home = Path.home()
    except RuntimeError:
        return _NO_HOME
    return home if home.is_absolute() else _NO_HOME


class UserFolder(StrEnum):
    """A folder that every user has one of."""

    DATA = "data"  # livecam's own, and so is the next one
    STATE = "state"
    VIDEOS = "videos"
    PICTURES = "pictures"


def user_folder(kind: UserFolder) -> Path:
    """A folder of the user as the system has it; that of nobody where the user has no home."""
    from platformdirs import PlatformDirs

    folders = PlatformDirs("livecam")
    try:
        place = Path(getattr(folders, f"user_{kind.value}_path"))
    except RuntimeError:
        return _NO_HOME
    # Older versions of that library leave the ~ as it is.
    return place if place.is_absolute() else _NO_HOME


def local_path(name: str) -> Path | None:
    """The file of this computer that a name means; None when it is another kind of source."""
    if name in ("", "auto", "demo") or name.isdigit():
        return None
    if name.lower().startswith("file:"):
        parts = urlsplit(name)
        if parts.netloc.lower() in ("", "localhost") and (parts.path or parts.query):
            # Only here, for it brings all of http.
            from urllib.request import url2pathname

            return Path(url2pathname(parts.path))
        raise SourceError(f"'{name}' is a file of another computer; write file:///path for one of this")
    path = _expanded(name)
    return None if "://" in name and not exists(path) else path


def exists(path: Path) -> bool:
    """Also of a name that is too long, or holds what no name can: then it does not."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """As `exists`."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _expanded(name: str) -> Path:
    try:
        return Path(name).expanduser()
    except RuntimeError:  # the home of a user there is not
        return Path(name)


def without_password(url: str) -> str:
    """An address as it can be shown to anybody."""
    try:
        parts = urlsplit(url)
    except ValueError:  # half an IPv6 address
        return url
    if parts.password is None or not parts.scheme:
        return url
    return parts._replace(netloc=f"{parts.username}:***@{parts.netloc.rpartition('@')[2]}").geturl()
