"""The folder of a store: its default place, how it is made, and the images derived from its samples."""

from __future__ import annotations

import difflib
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from livecam.core.errors import StoreError
from livecam.core.files import sync_folder
from livecam.core.paths import home_folder

DATABASE = "queue.db"
PICTURES = "pictures"
# What other programs keep in the store that shows people: maps, contact sheets, and the eyes rounds learnt from.
_DERIVED = ("cam", "selections", "rounds/*/fine", "rounds/*/promoted")


def default_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """`livecam/queue` in the user's data directory, after the XDG base directory specification; it need not exist."""
    named = Path(environment.get("XDG_DATA_HOME", ""))
    # The specification asks to ignore a relative path, and an empty one is relative.
    data = named if named.is_absolute() else home_folder() / ".local" / "share"
    return data / "livecam" / "queue"


def require_store(folder: Path, url: str | None) -> None:
    """StoreError when nothing was ever kept in `folder`, nor is there a database at `url`, for reading makes none."""
    try:
        there = folder.is_dir() and (url is not None or (folder / DATABASE).is_file())
    except PermissionError as error:
        raise unreadable(folder) from error
    if not there:
        near = difflib.get_close_matches(folder.name, _stores_beside(folder), n=1)
        hint = f" (did you mean {folder.with_name(near[0])}?)" if near else ""
        raise StoreError(f"there is no sample store in '{folder}'{hint}; fill one with: livecam run --queue {folder}")


def unreadable(folder: Path) -> StoreError:
    return StoreError(f"the store {folder}: it may not be read by this user; name another folder")


def _stores_beside(folder: Path) -> list[str]:
    try:
        return [place.name for place in folder.absolute().parent.iterdir() if (place / DATABASE).is_file()]
    except OSError:
        return []


def may_write(folder: Path) -> bool:
    """Whether this user may change the store in `folder`: it, its pictures and the database that may lie in it."""
    places = (folder, folder / PICTURES, folder / DATABASE)
    return all(os.access(place, os.W_OK) for place in places if place.exists())


def prepare_folder(folder: Path, *, with_database: bool) -> None:
    """Makes the folder, for its owner alone; OSError, and StoreError for a folder that holds something else."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for made in missing:
        sync_folder(made.parent)
    _refuse_foreign(folder)
    status = folder.stat()
    if sys.platform != "win32" and status.st_mode & 0o077 and status.st_uid == os.geteuid():
        folder.chmod(status.st_mode & 0o700)
    if not (folder / PICTURES).is_dir():
        (folder / PICTURES).mkdir(mode=0o700, exist_ok=True)
        sync_folder(folder)
    if with_database:
        # SQLite would make it readable for others, and its companions take after it.
        (folder / DATABASE).touch(mode=0o600)


def _refuse_foreign(folder: Path) -> None:
    # One look, for meanwhile another program may make the store.
    held = {path.name for path in folder.iterdir()}
    if held and not held & {DATABASE, PICTURES}:
        raise StoreError(f"the folder {folder} holds other things and no store; name an empty or a new one")


def remove_derived_images(folder: Path) -> None:
    """Removes every picture of a person that was made from the samples of the store in `folder`."""
    for pattern in _DERIVED:
        for path in folder.glob(pattern):
            shutil.rmtree(path)
