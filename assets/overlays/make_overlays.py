"""Draws the pictures of all effects: `python -m assets.overlays.make_overlays assets/effects`, or `make overlays`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import cv2

from assets.overlays import mood_pictures as moods
from assets.overlays import pack_pictures as packs
from assets.overlays import style_pictures as styles
from assets.overlays.blush import blush
from livecam.core.errors import AssetError
from livecam.drawing.sprites import Rgba

PICTURES: Mapping[str, Callable[[], Rgba]] = {
    "blush/blush.png": blush,
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
    "angry/brow.png": moods.angry_brow,
    "angry/glare.png": moods.glare,
    "angry/puff.png": moods.puff,
    "angry/pupil.png": styles.saucer_pupil,
    "angry/rage.png": moods.rage,
    "angry/teeth.png": moods.teeth,
    "angry/vein.png": moods.vein,
    "dizzy/spiral.png": styles.spiral,
    "dizzy/star.png": packs.star,
    "dizzy/white.png": styles.saucer_eye,
    "heart-eyes/heart.png": packs.heart,
    "kira-kira/shine.png": packs.shine,
    "kira-kira/sparkle.png": packs.sparkle,
    "shock/blank.png": moods.blank,
    "shock/chill.png": moods.chill,
    "shock/gape.png": moods.gape,
    "sleepy/ball.png": moods.ball,
    "sleepy/bubble.png": moods.bubble,
    "sleepy/burst.png": moods.burst,
    "sleepy/letter.png": moods.letter,
    "tears/sob.png": packs.sob,
    "tears/tear.png": packs.tear,
    "tears/wail.png": packs.wail,
    **{f"dizzy/chick/{index + 1}.png": partial(packs.chick, wing) for index, wing in enumerate((-1.0, 0.0, 1.0, 0.0))},
    **{f"shock/soul/{index + 1}.png": partial(moods.soul, index / 6) for index in range(6)},
    **{f"sleepy/lid/{index + 1}.png": partial(moods.lid, index / 7) for index in range(8)},
    **{f"tears/stream/{index + 1}.png": partial(packs.stream, index / 6) for index in range(6)},
}


def write(folder: Path) -> None:
    """Every picture in the folder of its effect below `folder`; AssetError when it cannot be written there."""
    for name, picture in PICTURES.items():
        path = folder / name
        if folder.is_dir():
            path.parent.mkdir(parents=True, exist_ok=True)
        if not cv2.imwrite(str(path), picture()):
            raise AssetError(f"{path} cannot be written; name the folder of the effects, assets/effects")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
