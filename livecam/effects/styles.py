"""The styles of flustered eyes by name, and what goes with each."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from livecam.core.errors import SettingsError
from livecam.core.scene import Image
from livecam.effects import blush, gloom, mouth, saucer, sweat, swirl, tremble
from livecam.effects.portrait import Portrait

Draw = Callable[[Image, Portrait], None]


class Style(NamedTuple):
    eyes: Draw
    accessories: tuple[str, ...]  # drawn when the settings choose none


STYLES = {
    "tremble": Style(tremble.draw, ("blush", "sweat")),
    "saucer": Style(saucer.draw, ("blush", "sweat")),
    "swirl": Style(swirl.draw, ("blush", "mouth")),
}
# In the order in which they are laid over each other, under the eyes and over them.
UNDER: dict[str, Draw] = {"gloom": gloom.draw, "blush": blush.draw, "mouth": mouth.draw}
OVER: dict[str, Draw] = {"sweat": sweat.draw}


def styles() -> tuple[str, ...]:
    """The names a person may choose from."""
    return tuple(STYLES)


def style(name: str) -> Style:
    """SettingsError for a name that is not one of `styles()`."""
    if name not in STYLES:
        raise SettingsError(f"there is no style '{name}'; the styles are {', '.join(STYLES)}")
    return STYLES[name]
