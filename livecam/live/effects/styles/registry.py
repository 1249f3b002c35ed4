"""The registry of styles: each name with its eyes, accessories and mouth."""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import NamedTuple

from livecam.core.errors import SettingsError
from livecam.core.types import Image
from livecam.live.effects.face_state.context import DrawContext
from livecam.live.effects.styles import cartoon_eyes, tremble
from livecam.live.effects.styles.accessories import draw_blush, draw_gloom, draw_lips, draw_mouth, draw_sweat

Draw = Callable[[Image, DrawContext], None]


class Style(NamedTuple):
    eyes: Draw
    accessories: tuple[str, ...]  # drawn when the settings choose none
    mouth: Draw = draw_mouth  # how this style draws that accessory


STYLES = {
    "tremble": Style(tremble.draw, ("blush", "sweat", "mouth"), mouth=draw_lips),
    "saucer": Style(cartoon_eyes.draw_saucer, ("blush", "sweat", "mouth")),
    "swirl": Style(cartoon_eyes.draw_swirl, ("gloom", "sweat", "mouth")),
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
    under: dict[str, Draw] = {"gloom": draw_gloom, "blush": draw_blush, "mouth": style.mouth}
    over: dict[str, Draw] = {"sweat": draw_sweat}
    chosen = ([draw for name, draw in layer.items() if name in accessories] for layer in (under, over))
    lower, upper = chosen
    return [*lower, style.eyes, *upper]
