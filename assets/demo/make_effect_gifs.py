"""Makes the moving pictures of the effects for the README and the panel: `make previews`."""

from __future__ import annotations

import sys
from pathlib import Path

from livecam.core.files import write_atomically
from livecam.live.effects.preview import animated_gif, preview

# By name, where in the demo each begins: with something to see from the first frame on.
EFFECTS = {
    "heart-eyes": 1.0, "tears": 1.0, "kira-kira": 1.0, "angry": 1.0, "shock": 1.0, "sleepy": 2.2, "dizzy": 1.0,
}  # fmt: skip
SECONDS, WIDTH, COLOURS = 2.0, 180, 80
# Styles, smaller: the large moving picture of the README shows them, too.
STYLES = {"tremble": 1.0, "saucer": 1.0, "swirl": 1.0, "spotlight": 1.0}
STYLE_WIDTH, STYLE_COLOURS = 140, 48


def main(folder: Path) -> None:
    """Every effect as NAME.gif in the folder."""
    for name, start in {**EFFECTS, **STYLES}.items():
        images = preview(name, seconds=SECONDS, start=start)
        width, colours = (WIDTH, COLOURS) if name in EFFECTS else (STYLE_WIDTH, STYLE_COLOURS)
        write_atomically(folder / f"{name}.gif", animated_gif(images, width=width, colours=colours))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
