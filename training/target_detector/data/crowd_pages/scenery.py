"""Scenery of synthetic crowd pages: beach, fair on a meadow, winter square."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from training.target_detector.data.augmentation import Random
from training.target_detector.data.crowd_pages.canvas import Colour, PageCanvas
from training.target_detector.data.crowd_pages.clothing import BLUE, GREEN, RED, WHITE, YELLOW

_AWNINGS: tuple[tuple[Colour, Colour], ...] = (
    (RED, WHITE),
    (BLUE, WHITE),
    (GREEN, WHITE),
    (YELLOW, RED),
    (BLUE, YELLOW),
)


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours of a scene and what stands in it."""

    far: Colour  # at the top of the page
    near: Colour  # at its bottom
    specks: tuple[Colour, ...]
    things: tuple[Callable[[PageCanvas, float, float, float, Random], None], ...]


def ground(canvas: PageCanvas, theme: Theme, unit: float, random: Random) -> None:
    """A gentle change of colour from top to bottom, with blotches and specks."""
    height, width = canvas.image.shape[:2]
    down = np.linspace(0, 1, height)[:, None, None]
    shade = np.array(theme.far) * (1 - down) + np.array(theme.near) * down
    blotches = cv2.resize(random.normal(0, 7, (height // 110 + 2, width // 110 + 2)), (width, height))
    canvas.image[:] = np.clip(shade + blotches[..., None], 0, 255).astype(np.uint8)
    for _ in range(int(width * height / (unit * unit * 3))):
        x, y = random.uniform(0, width), random.uniform(0, height)
        speck = theme.specks[int(random.integers(len(theme.specks)))]
        reach = float(random.uniform(0.06, 0.22)) * unit
        canvas.stroke([(x, y), (x + reach * 0.4, y - reach), (x + reach, y)], speck, unit * 0.04)


def tree(canvas: PageCanvas, x: float, y: float, unit: float, random: Random) -> None:
    canvas.limb([(x, y), (x + 0.2 * unit, y - 2.6 * unit)], 0.6 * unit, [(60, 90, 130)])
    for _ in range(7):
        place = x + random.normal(0, 0.9) * unit, y - (3.6 + random.normal(0, 0.7)) * unit
        green = (70 + int(random.integers(30)), 140 + int(random.integers(40)), 70 + int(random.integers(40)))
        canvas.oval(place, (1.2 * unit, 0.95 * unit), green)


def parasol(canvas: PageCanvas, x: float, y: float, unit: float, random: Random) -> None:
    """A striped sunshade: the stripes that fool a filter for stripes."""
    colours = _awning(random)
    canvas.limb([(x, y), (x, y - 4 * unit)], 0.12 * unit, [(120, 140, 160)])
    rim = np.linspace(-2.2, 2.2, 7)
    for k in range(6):
        canvas.shape(
            [(x, y - 5 * unit), (x + rim[k] * unit, y - 3.6 * unit), (x + rim[k + 1] * unit, y - 3.6 * unit)],
            colours[k % 2],
        )


def tent(canvas: PageCanvas, x: float, y: float, unit: float, random: Random) -> None:
    colours, edges = _awning(random), np.linspace(-3, 3, 9)
    for k in range(8):
        left, right = edges[k], edges[k + 1]
        top, bottom = y - 4.6 * unit, y - 2.9 * unit
        canvas.shape(
            [
                (x + left * 0.5 * unit, top),
                (x + right * 0.5 * unit, top),
                (x + right * unit, bottom),
                (x + left * unit, bottom),
            ],
            colours[k % 2],
        )
        canvas.shape(
            [(x + left * unit, bottom), (x + right * unit, bottom), (x + right * unit, y), (x + left * unit, y)],
            colours[(k + 1) % 2],
        )
    canvas.shape([(x - 0.9 * unit, y), (x, y - 2.6 * unit), (x + 0.9 * unit, y)], (40, 44, 60))
    canvas.shape([(x, top), (x, top - 1.2 * unit), (x + unit, top - 0.9 * unit), (x, top - 0.6 * unit)], colours[0])


def towel(canvas: PageCanvas, x: float, y: float, unit: float, random: Random) -> None:
    colours, slant = _awning(random), float(random.uniform(-0.8, 0.8))
    for k in range(6):
        low, high = k * 0.32 * unit, (k + 1) * 0.32 * unit
        lean = slant * 0.32
        canvas.shape(
            [
                (x + lean * k * unit, y - low),
                (x + 2.6 * unit + lean * k * unit, y - low),
                (x + 2.6 * unit + lean * (k + 1) * unit, y - high),
                (x + lean * (k + 1) * unit, y - high),
            ],
            colours[k % 2],
            outline=False,
        )


def ball(canvas: PageCanvas, x: float, y: float, unit: float, random: Random) -> None:
    colours = _awning(random)
    canvas.oval((x, y - 0.5 * unit), (0.5 * unit, 0.5 * unit), colours[0])
    canvas.oval((x, y - 0.5 * unit), (0.18 * unit, 0.5 * unit), colours[1])


def snowman(canvas: PageCanvas, x: float, y: float, unit: float, random: Random) -> None:
    for up, size in ((0.8, 0.95), (2.2, 0.7), (3.3, 0.5)):
        canvas.oval((x, y - up * unit), (size * unit, size * unit), WHITE)
    scarf = _awning(random)
    canvas.limb([(x - 0.5 * unit, y - 2.8 * unit), (x + 0.5 * unit, y - 2.8 * unit)], 0.24 * unit, [*scarf, *scarf])
    canvas.shape([(x, y - 3.4 * unit), (x + 0.8 * unit, y - 3.3 * unit), (x, y - 3.2 * unit)], (40, 130, 240))


def fir(canvas: PageCanvas, x: float, y: float, unit: float, random: Random) -> None:
    canvas.limb([(x, y), (x, y - unit)], 0.4 * unit, [(60, 90, 130)])
    green = (80 + int(random.integers(40)), 110 + int(random.integers(40)), 50)
    for k in range(3):
        wide, low = (1.9 - 0.5 * k) * unit, y - (0.7 + 1.3 * k) * unit
        canvas.shape([(x - wide, low), (x, low - 2.2 * unit), (x + wide, low)], green)


def _awning(random: Random) -> tuple[Colour, Colour]:
    return _AWNINGS[int(random.integers(len(_AWNINGS)))]


THEMES = (
    Theme((190, 222, 240), (150, 205, 238), ((120, 170, 205), (170, 200, 220)), (parasol, towel, ball, towel)),
    Theme((150, 205, 150), (110, 190, 130), ((80, 150, 80), (90, 200, 230), (240, 240, 250)), (tree, tent, parasol)),
    Theme((250, 244, 236), (238, 228, 216), ((225, 205, 190), (250, 250, 250)), (fir, snowman, tent)),
)
