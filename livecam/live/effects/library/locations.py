"""Where effect packs lie: those that ship, those in the user's data folder, and those that Python packages bring."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType

from livecam.core.assets import asset
from livecam.core.errors import PackError, SettingsError
from livecam.core.paths import UserFolder, expand_path, user_folder
from livecam.live.effects.packs.manifest import MANIFEST

GROUP = "livecam.effects"
_FIRST = ("tremble", "saucer", "swirl", "spotlight")  # as keys and lists name them
# Parts that the styles are made of; each can be chosen, none is come by with the key for the next one.
ACCESSORIES = ("blush", "gloom", "sweat", "mouth", "lips")


class PackOrigin(StrEnum):
    """Who put a pack where it is."""

    SHIPPED = "ships with livecam"
    OWN = "installed by you"
    PACKAGE = "comes with a Python package"
    FOLDER = "a folder"


@dataclass(frozen=True, slots=True)
class PackPlace:
    """A pack that can be chosen."""

    name: str
    folder: Path
    origin: PackOrigin
    error: str = ""  # why it cannot be found, of one that a package brings

    @property
    def is_watched(self) -> bool:
        """Whether somebody may be working on it."""
        return self.origin in (PackOrigin.OWN, PackOrigin.FOLDER)


def installed_folder() -> Path:
    """Where the packs are that the user installed; it need not exist."""
    return user_folder(UserFolder.DATA) / "effects"


def names() -> tuple[str, ...]:
    """The names a person may choose from: what ships, what they installed, what packages bring; accessories apart."""
    return tuple(dict.fromkeys(place.name for place in places() if place.name not in ACCESSORIES and not place.error))


def places() -> Iterator[PackPlace]:
    """Every pack by name; of two of one name the first one counts."""
    shipped = _folders(asset("effects"))
    order = [*_FIRST, *sorted(shipped.keys() - {*_FIRST, *ACCESSORIES}), *ACCESSORIES]
    yield from (PackPlace(name, shipped[name], PackOrigin.SHIPPED) for name in order if name in shipped)
    yield from (
        PackPlace(name, folder, PackOrigin.OWN) for name, folder in sorted(_folders(installed_folder()).items())
    )
    for point in _entry_points():
        try:
            yield PackPlace(point.name, _of_package(point), PackOrigin.PACKAGE)
        except PackError as error:
            # A package that is broken takes nobody else's effects along.
            yield PackPlace(point.name, Path(), PackOrigin.PACKAGE, str(error))


def _folders(root: Path) -> dict[str, Path]:
    try:
        entries = list(root.iterdir())
    except OSError:
        return {}
    return {entry.name: entry for entry in entries if not entry.name.startswith(".") and (entry / MANIFEST).is_file()}


def _entry_points() -> list[EntryPoint]:
    return sorted(entry_points(group=GROUP), key=lambda point: point.name)


def _of_package(point: EntryPoint) -> Path:
    """An entry point names a folder, or a module that lies in it; PackError when it cannot be loaded."""
    try:
        found = point.load()
        found = found() if callable(found) else found
    except Exception as error:
        raise PackError(f"the effect '{point.name}' of a Python package ({point.value}) cannot be loaded: "
                        f"{type(error).__name__}: {error}; update or remove the package") from error  # fmt: skip
    if isinstance(found, ModuleType) and found.__file__:
        return Path(found.__file__).parent
    if isinstance(found, str | os.PathLike):
        return Path(found)
    raise PackError(f"the effect '{point.name}' of a Python package ({point.value}) is a {type(found).__name__}; a "
                    "path or a module is needed")  # fmt: skip


def entries(text: str) -> tuple[str, ...]:
    """The names and folders of a list such as `saucer,./mine`, from back to front."""
    if "," in text and Path(expand_path(text)).is_dir():
        return (text,)
    parts = tuple(part.strip() for part in text.split(","))
    if not all(parts):
        raise SettingsError(f"--effect cannot be '{text}'; write a name or a folder, or several with commas between")
    if len(parts) > MOST_STACKED:
        raise SettingsError(f"{len(parts)} effects at once; at most {MOST_STACKED} are stacked")
    return parts


MOST_STACKED = 8


def find_pack(entry: str) -> PackPlace:
    """The pack of a name or a folder; SettingsError with the names there are."""
    if is_folder(entry):
        folder = Path(expand_path(entry))
        if not folder.is_dir():
            raise SettingsError(f"there is no folder '{entry}' with an effect; `livecam effects new NAME` makes one")
        return PackPlace(entry, folder, PackOrigin.FOLDER)
    for name, folder in (*_folders(asset("effects")).items(), *_folders(installed_folder()).items()):
        if name == entry:
            shipped = folder.parent == asset("effects")
            return PackPlace(name, folder, PackOrigin.SHIPPED if shipped else PackOrigin.OWN)
    for point in _entry_points():
        if point.name == entry:
            return PackPlace(entry, _of_package(point), PackOrigin.PACKAGE)
    if (Path(entry) / MANIFEST).is_file():
        return PackPlace(entry, Path(entry), PackOrigin.FOLDER)
    known = names()
    close = difflib.get_close_matches(entry, (*known, *ACCESSORIES), n=1)
    hint = f"did you mean '{close[0]}'? " if close else ""
    raise SettingsError(f"there is no effect '{entry}'; {hint}there are {', '.join(known)}; write a folder with a "
                        "slash, such as ./my-effect")  # fmt: skip


def is_folder(entry: str) -> bool:
    """Whether an entry is written as a folder rather than as a name."""
    return "/" in entry or os.sep in entry or entry.startswith((".", "~"))


def folder_of(name: str) -> Path:
    """The folder of a pack that another one is made of; PackError when there is none."""
    try:
        return find_pack(name).folder
    except SettingsError as error:
        raise PackError(str(error)) from error
