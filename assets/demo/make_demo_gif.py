"""Makes the first moving picture of the README: each style in turn on the face of the demo."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from livecam.core.files import write_atomically
from livecam.core.types import Image
from livecam.live.effects.preview import FPS, animated_gif, demo_scenes
from livecam.live.effects.stack import SelectableEffect
from livecam.settings import EffectSettings

STYLES = ("tremble", "saucer", "swirl")
SECONDS_A_STYLE = 2.0
_SEEN = (slice(20, 404), slice(224, 736))  # rows and columns around the face, in the proportions of the GIF


def frames() -> Iterator[Image]:
    """The demo with every style for a while, (h, w, 3) BGR."""
    effects = [SelectableEffect(EffectSettings(style=style)) for style in STYLES]
    for index, scene in enumerate(demo_scenes(SECONDS_A_STYLE * len(STYLES))):
        effect = effects[min(int(index / (SECONDS_A_STYLE * FPS)), len(effects) - 1)]
        yield np.ascontiguousarray(effect.draw(scene)[_SEEN])


if __name__ == "__main__":
    write_atomically(Path(sys.argv[1]), animated_gif(frames()))
