"""Finds the pictures to judge and, by file name, the mask of each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from livecam.core.errors import SourceError

SUFFIXES = frozenset({".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"})


@dataclass(frozen=True, slots=True)
class Pairs:
    """A folder of pictures with their masks, by the pictures' file names, in their order."""

    folder: Path
    mask_folder: Path | None
    masks: dict[str, Path | None]


def find_pairs(images: Path, masks: Path | None) -> Pairs:
    """Two folders, or two files, or a file and a folder; SourceError when there is nothing to judge.

    The mask of `a.jpg` is `a.jpg`, else another picture called `a`; two files belong together whatever their names.
    """
    pictures = _pictures(images, "pictures")
    folder = images if images.is_dir() else images.parent
    if masks is None:
        return Pairs(folder, None, dict.fromkeys(path.name for path in pictures))
    found = _pictures(masks, "masks")
    if masks.is_file() and images.is_file():
        return Pairs(folder, masks.parent, {images.name: masks})
    matched = {path.name: _mask(path, found) for path in pictures}
    if not any(matched.values()):
        raise SourceError(f"no file in {masks} is called like a picture in {images}; a mask has its picture's name")
    return Pairs(folder, masks if masks.is_dir() else masks.parent, matched)


def _pictures(path: Path, what: str) -> list[Path]:
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise SourceError(f"there is no file or folder '{path}'; name a folder with {what}")
    found = sorted(file for file in path.iterdir() if file.suffix.lower() in SUFFIXES and file.is_file())
    if not found:
        also = ", and is no sample store either, which livecam run --queue fills" if what == "pictures" else ""
        raise SourceError(f"the folder '{path}' holds no {what} (they end in {', '.join(sorted(SUFFIXES))}){also}")
    return found


def _mask(picture: Path, masks: list[Path]) -> Path | None:
    by_name = {mask.name: mask for mask in masks}
    by_stem = {mask.stem: mask for mask in masks}
    return by_name.get(picture.name) or by_stem.get(picture.stem)
