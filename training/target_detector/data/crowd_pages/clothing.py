"""Clothing of the people on synthetic crowd pages: the target's, its look-alikes', everybody else's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from training.target_detector.data.augmentation import Random
from training.target_detector.data.crowd_pages.canvas import Colour

RED: Colour = (48, 40, 214)
WHITE: Colour = (248, 248, 250)
BLUE: Colour = (168, 92, 40)
YELLOW: Colour = (60, 200, 246)
BLACK: Colour = (44, 40, 42)
GREEN: Colour = (92, 150, 54)
_CLOTHES: tuple[Colour, ...] = (
    RED, WHITE, BLUE, YELLOW, GREEN, (196, 150, 70), (120, 90, 190), (90, 130, 230), (70, 60, 140), (150, 190, 120),
    (200, 190, 90), (110, 110, 110), (60, 100, 60), (170, 120, 200), (80, 170, 230), (140, 60, 60), (210, 200, 190),
)  # fmt: skip
_SKINS: tuple[Colour, ...] = (
    (180, 205, 250), (150, 184, 236), (116, 156, 216), (84, 122, 180), (56, 84, 132), (200, 220, 252)
)  # fmt: skip
_HAIRS: tuple[Colour, ...] = (
    (34, 52, 92),
    (30, 30, 36),
    (60, 120, 190),
    (90, 180, 230),
    (170, 170, 176),
    (40, 70, 150),
)


class Hat(StrEnum):
    """What is on a head."""

    NONE = "none"
    NIGHTCAP = "nightcap"
    BOBBLE = "bobble"
    CAP = "cap"
    SUNHAT = "sunhat"
    TOP = "top"
    SCARF = "scarf"


@dataclass(frozen=True, slots=True)
class Outfit:
    """Colours that alternate are stripes; one colour is plain."""

    shirt: tuple[Colour, ...]
    trousers: Colour
    skin: Colour
    hair: Colour
    hat: Hat
    hat_colours: tuple[Colour, ...]
    glasses: bool
    long_hair: bool = False


STRIPES = (RED, WHITE)
PIP = Outfit(STRIPES, BLUE, _SKINS[0], _HAIRS[0], Hat.NIGHTCAP, STRIPES, True)
"""The one to be found: a drooping red and white nightcap with a bobble, round glasses, a striped shirt."""


def anybody(random: Random) -> Outfit:
    """Somebody who could be anybody."""
    shirt: tuple[Colour, ...] = (_one(random, _CLOTHES),)
    if random.random() < 0.3:
        shirt = (shirt[0], _one(random, _CLOTHES))
    if shirt in (STRIPES, STRIPES[::-1]):
        shirt = (BLUE, WHITE)
    hat = Hat(str(random.choice(list(Hat), p=[0.42, 0.04, 0.1, 0.16, 0.14, 0.05, 0.09])))
    hats: tuple[Colour, ...] = (_one(random, _CLOTHES),)
    if hat in (Hat.NIGHTCAP, Hat.BOBBLE) and random.random() < 0.5:
        hats = (hats[0], _one(random, _CLOTHES))
    if hat is Hat.NIGHTCAP and RED in hats:
        hats = (GREEN, WHITE)
    return Outfit(
        shirt,
        _one(random, _CLOTHES),
        _one(random, _SKINS),
        _one(random, _HAIRS),
        hat,
        hats,
        bool(random.random() < 0.18),
        bool(random.random() < 0.35),
    )


def look_alike(random: Random) -> Outfit:
    """Pip but for one thing: no glasses, another hat, other colours, no cap, a plain one."""
    own = replace(PIP, skin=_one(random, _SKINS), trousers=_one(random, _CLOTHES))
    others = ((BLUE, WHITE), (YELLOW, BLACK), (GREEN, WHITE), (RED, YELLOW))
    colours = others[int(random.integers(len(others)))]
    doubles = (
        replace(own, hat=Hat.NONE),
        replace(own, hat=Hat.CAP, hat_colours=(RED,)),
        replace(own, hat=Hat.SUNHAT, hat_colours=(WHITE,), long_hair=True),
        replace(own, shirt=colours, hat_colours=colours),
        replace(own, glasses=False, hat_colours=(RED,)),
        replace(own, hat=Hat.BOBBLE, hat_colours=colours, glasses=False),
        replace(own, hat=Hat.TOP, hat_colours=(BLACK,)),
    )
    return doubles[int(random.integers(len(doubles)))]


def _one(random: Random, colours: tuple[Colour, ...]) -> Colour:
    return colours[int(random.integers(len(colours)))]
