"""Draws the pictures of all effects: `python -m assets.overlays.make_overlays assets/effects`, or `make overlays`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import cv2

from assets.overlays import pack_pictures as packs
from assets.overlays import style_pictures as styles
from livecam.core.errors import AssetError
from livecam.drawing.sprites import Rgba

PICTURES: Mapping[str, Callable[[], Rgba]] = {
    "blush/blush.png": styles.blush,
    "gloom/gloom.png": styles.gloom,
    "mouth/line.png": styles.mouth,
    "saucer/brow.png": styles.brow,
    "saucer/pupil.png": styles.saucer_pupil,
    "saucer/squeezed.png": styles.squeezed,
    "saucer/white.png": styles.saucer_eye,
    "sweat/drop.png": styles.sweat,
    "swirl/spiral.png": styles.spiral,
    "swirl/squeezed.png": styles.squeezed,
    "swirl/white.png": styles.saucer_eye,
    "tremble/glint.png": styles.glint,
    "heart-eyes/heart.png": packs.heart,
}


def write(folder: Path) -> None:
    """Every picture in the folder of its effect below `folder`; AssetError when it cannot be written there."""
    for name, picture in PICTURES.items():
        path = folder / name
        if not cv2.imwrite(str(path), picture()):
            raise AssetError(f"{path} cannot be written; name the folder of the effects, assets/effects")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
