"""Pairs of images and masks, matched by file name, and how they are blended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.errors import SourceError
from livecam.core.image_files.images import SUFFIXES, read_samples
from livecam.core.types import Image


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
    matched = match_by_name(pictures, found)
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


def match_by_name(pictures: Sequence[Path], masks: Sequence[Path]) -> dict[str, Path | None]:
    """The mask of each picture by that picture's name: of that name, else of that stem; each file is looked at once."""
    by_name = {mask.name: mask for mask in masks}
    by_stem = {mask.stem: mask for mask in masks}
    return {path.name: by_name.get(path.name) or by_stem.get(path.stem) for path in pictures}


Mask = NDArray[np.uint8]  # (h, w), 0 is nothing
ALPHA = 0.3
_SHARE = 0.9  # of the picture, so that a mask shows on white too
_ONE_COLOUR = (0, 255, 255)  # yellow, BGR


def blend(picture: Image, mask: Mask, alpha: float = ALPHA) -> Image:
    """A new image; a mask of many values is coloured by JET, a binary one yellow, and one of zeros changes nothing.

    A mask of another size is brought to the picture's.
    """
    if not mask.any():
        return picture.copy()
    if mask.shape != picture.shape[:2]:
        mask = cv2.resize(mask, picture.shape[1::-1], interpolation=cv2.INTER_NEAREST).astype(np.uint8, copy=False)
    blended = cv2.addWeighted(picture, _SHARE, _coloured(mask), alpha, 0.0)
    shown = picture.copy()
    shown[mask > 0] = blended[mask > 0]
    return shown


def _coloured(mask: Mask) -> Image:
    levels = (mask * (255.0 / mask.max())).astype(np.uint8)
    if len(np.unique(levels)) > 2:
        jet: Image = cv2.applyColorMap(levels, cv2.COLORMAP_JET).astype(np.uint8, copy=False)
        return jet
    coloured = np.zeros((*mask.shape, 3), np.uint8)
    coloured[levels > 0] = _ONE_COLOUR
    return coloured


def read_mask(path: Path) -> Mask:
    """(h, w) uint8; a deeper mask is brought to 8 bits by its largest value. SourceError names a file that is none."""
    # Not as `read_image` does: the values are what counts, and a mask of 16 bits may well hold 0 and 1.
    mask = read_samples(path, cv2.IMREAD_GRAYSCALE | cv2.IMREAD_ANYDEPTH)
    if mask.dtype == np.uint8:
        return mask.astype(np.uint8, copy=False)
    return np.clip(mask * (255.0 / max(float(mask.max()), 1e-9)), 0, 255).astype(np.uint8)
