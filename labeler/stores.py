"""Opens the store that is to be labelled, and says what is wrong with a folder that is none."""

from __future__ import annotations

import getpass
import re
from pathlib import Path

from livecam.core.errors import SettingsError, StoreError
from livecam.core.store.place import DATABASE
from livecam.core.store.store import Store

_NAME = re.compile(r"\w[\w.@+ -]{0,62}\w|\w")


def is_store(folder: Path, url: str | None = None) -> bool:
    """Whether there is a store: its database is in the folder, or somewhere else at `url`."""
    return folder.is_dir() and (url is not None or (folder / DATABASE).is_file())


def open_store(folder: Path, url: str | None = None) -> Store:
    """A store with samples; StoreError when there is none, when it is empty, or cannot be opened."""
    if not is_store(folder, url):
        raise StoreError(f"there is no sample store in '{folder}'; fill one with: livecam run --queue {folder}")
    store = Store.open(folder, url)
    if store.counts().samples == 0:
        store.close()
        raise StoreError(f"the sample store in '{folder}' is empty; fill it with: livecam run --queue {folder}")
    return store


def person(name: str | None) -> str:
    """Whose labels they are: the name, else that of the login; SettingsError for what cannot be a name."""
    if name is None:
        name = _login()
    if not _NAME.fullmatch(name):
        raise SettingsError(
            f"--as cannot be {name!r}; a name has up to 64 letters, figures, spaces and . @ + - _, a letter first"
        )
    return name


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:
        raise SettingsError("this computer does not say who you are; name yourself with --as NAME") from error
