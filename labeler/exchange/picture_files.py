"""Where the picture is that a file names: under its name, or the one that another tool or system gave it."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path, PurePosixPath
from urllib.parse import parse_qs, unquote, urlsplit

from labeler.formats.elements.interfaces import ParsedItem, file_name
from livecam.core.errors import SourceError
from livecam.core.image_files.images import SUFFIXES

_PREFIX = re.compile(r"^[0-9a-f]{8}-")  # which Label Studio gives to what was uploaded


class PictureFiles:
    """Finds pictures; each folder is listed once."""

    def __init__(self, images: Path | None = None) -> None:
        self._images = images
        self._list = lru_cache(maxsize=None)(_listed)

    def find(self, found: ParsedItem) -> Path:
        """SourceError when it is nowhere, or when several could be meant."""
        folders = (*([self._images] if self._images else []), *found.folders)
        folders = tuple(dict.fromkeys(folder for folder in folders))
        for name in self._names(found):
            for folder in folders:
                if name and (folder / name).is_file():
                    return folder / name
        for folder in folders:
            alike = self._list(folder).get(_key(file_name(found.picture)), ())
            if len(alike) > 1:
                names = ", ".join(sorted(path.name for path in alike))
                raise SourceError(f"{found.where}: its picture {found.picture} may be any of {names} in {folder}")
            if alike:
                return alike[0]
        looked = ", ".join(str(folder) for folder in folders)
        raise SourceError(
            f"{found.where}: its picture {found.picture} is in none of {looked}; name its folder with --images"
        )

    def _names(self, found: ParsedItem) -> Iterable[str]:
        """A tool may have kept its pictures elsewhere: then their names are left. An address has its own signs."""
        names = [*found.other_names, found.picture, file_name(found.picture)]
        names += [file_name(part) for part in parse_qs(urlsplit(found.picture).query).get("d", [])]
        names += [unquote(name) for name in names]
        names += [_PREFIX.sub("", name) for name in names]
        if PurePosixPath(found.picture).suffix.lower() not in SUFFIXES:
            names += [f"{name}{suffix}" for name in names for suffix in sorted(SUFFIXES)]
        return dict.fromkeys(names)


def _listed(folder: Path) -> Mapping[str, list[Path]]:
    """The pictures of a folder by what their names have in common with those that tools make of them."""
    by_key: dict[str, list[Path]] = defaultdict(list)
    if folder.is_dir():
        for path in folder.iterdir():
            if path.suffix.lower() in SUFFIXES and path.is_file():
                by_key[_key(path.name)].append(path)
    return by_key


def _key(name: str) -> str:
    """Composed letters, small ones, and as Label Studio stores it: no prefix, `_` for a space, no other signs."""
    plain = unicodedata.normalize("NFC", _PREFIX.sub("", name)).casefold().strip().replace(" ", "_")
    return re.sub(r"[^-\w.]", "", plain)
