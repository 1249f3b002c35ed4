"""The styles of flustered eyes by name, and what goes with each."""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import NamedTuple

from livecam.core.errors import SettingsError
from livecam.core.scene import Image
from livecam.effects import blush, gloom, lips, mouth, saucer, sweat, swirl, tremble
from livecam.effects.portrait import Portrait

Draw = Callable[[Image, Portrait], None]


class Style(NamedTuple):
    eyes: Draw
    accessories: tuple[str, ...]  # drawn when the settings choose none
    mouth: Draw = mouth.draw  # how this style draws that accessory


STYLES = {
    "tremble": Style(tremble.draw, ("blush", "sweat", "mouth"), mouth=lips.draw),
    "saucer": Style(saucer.draw, ("blush", "sweat", "mouth")),
    "swirl": Style(swirl.draw, ("gloom", "sweat", "mouth")),
}


def styles() -> tuple[str, ...]:
    """The names a person may choose from."""
    return tuple(STYLES)


def style(name: str) -> Style:
    """SettingsError for a name that is not one of `styles()`."""
    if name not in STYLES:
        raise SettingsError(f"there is no style '{name}'; the styles are {', '.join(STYLES)}")
    return STYLES[name]


def layers(style: Style, accessories: Container[str]) -> list[Draw]:
    """What is drawn on a face, from the skin outwards."""
    under: dict[str, Draw] = {"gloom": gloom.draw, "blush": blush.draw, "mouth": style.mouth}
    over: dict[str, Draw] = {"sweat": sweat.draw}
    chosen = ([draw for name, draw in layer.items() if name in accessories] for layer in (under, over))
    lower, upper = chosen
    return [*lower, style.eyes, *upper]
