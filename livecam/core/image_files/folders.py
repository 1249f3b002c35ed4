"""Folders of pictures: the picture files in a folder, and in the folders that a command line names beside files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from livecam.core.errors import SourceError
from livecam.core.image_files.images import SUFFIXES
from livecam.core.paths import is_folder


def pictures_in(folder: Path, pattern: str = "*") -> list[Path]:
    """The pictures of a folder by name, with those of its folders for the pattern `**/*`; SourceError when it has
    none."""
    try:
        next(folder.iterdir(), None)
        found = sorted(path for path in folder.glob(pattern) if path.suffix.lower() in SUFFIXES and path.is_file())
    except OSError as error:
        raise SourceError(f"the folder '{folder}' cannot be read: {(error.strerror or '').lower()}") from error
    if not found:
        raise SourceError(f"the folder '{folder}' has no pictures; files ending in .png, .jpg, .webp, .tif or .bmp are")
    return found


def named_pictures(names: Sequence[str]) -> tuple[list[str], dict[str, SourceError]]:
    """The pictures that are named, and all those in the folders that are named, by name; what is told of each folder
    that has none."""
    found: list[str] = []
    empty: dict[str, SourceError] = {}
    for name in names:
        try:
            found += map(str, pictures_in(Path(name), "**/*")) if is_folder(Path(name)) else [name]
        except SourceError as error:
            empty[name] = error
    return found, empty
