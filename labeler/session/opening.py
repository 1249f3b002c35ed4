"""Opens the store that is to be labelled, and says what is wrong with a folder that is none."""

from __future__ import annotations

import getpass
import re
from pathlib import Path

from livecam.core.errors import SettingsError, StoreError
from livecam.store.location import DATABASE, require_store
from livecam.store.store import Store


def is_store(folder: Path, url: str | None = None) -> bool:
    """Whether there is a store: its database is in the folder, or somewhere else at `url`."""
    return folder.is_dir() and (url is not None or (folder / DATABASE).is_file())


def open_store(folder: Path, url: str | None = None) -> Store:
    """A store with samples, if it may not be written one to read; StoreError when there is none, when it is empty, or
    cannot be opened."""
    require_store(folder, url)
    store = Store.open_to_read(folder, url)
    if store.counts().samples == 0:
        store.close()
        raise StoreError(f"the sample store in '{folder}' is empty; fill it with: livecam run --queue {folder}")
    return store


_NAME = re.compile(r"[\w.+-][\w.+ -]{0,62}")


def check_name(name: str) -> str:
    """The name without spaces around it; SettingsError when it is empty, too long or has odd characters."""
    if not _NAME.fullmatch(name.strip()):
        raise SettingsError(f"--as cannot be '{name}'; a name has at most 63 letters, figures, spaces and . _ + -")
    return name.strip()


def login_name() -> str:
    """Of the person at this computer; `somebody` where the system knows no name."""
    try:
        return check_name(getpass.getuser())
    except (OSError, KeyError, SettingsError):
        return "somebody"
