"""Drawn pages to try the training of an own target with: a red bird with a blue cap among birds much like it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from livecam.core.files import write_file
from livecam.core.types import Box, Image
from livecam.perception.targets.boxes.page_boxes import LOOKALIKE, TARGET, LabelledBox, PageBoxes, write_table
from training.engine.files import DatasetError

Random = np.random.Generator
Colour = tuple[int, int, int]
_RED, _BLUE, _YELLOW, _GREEN, _BROWN, _WHITE, _BLACK = (
    (40, 40, 215),
    (200, 90, 30),
    (60, 200, 240),
    (80, 160, 70),
    (50, 90, 140),
    (240, 240, 240),
    (30, 30, 30),
)
_SUPER = 4  # pictures are drawn so many times as large, and reduced: soft edges
_LABELLED = 3  # look-alikes a page that get a box


class Plumage(NamedTuple):
    """The colours of a bird; no cap where it has none."""

    body: Colour
    cap: Colour | None
    beak: Colour


TARGET_BIRD = Plumage(_RED, _BLUE, _YELLOW)
# Each differs from the target in one thing.
DOUBLES = (
    Plumage(_RED, None, _YELLOW),
    Plumage(_RED, _GREEN, _YELLOW),
    Plumage(_BLUE, _RED, _YELLOW),
    Plumage(_BROWN, _BLUE, _YELLOW),
    Plumage(_GREEN, _BLUE, _YELLOW),
    Plumage(_RED, _YELLOW, _BLACK),
)


@dataclass(frozen=True, slots=True)
class DemoSettings:
    """How many pages, and how large."""

    labelled: int = 12
    empty: int = 2  # of them without the target
    unseen: int = 4
    width: int = 1000
    height: int = 700
    birds: int = 110
    sides: tuple[float, float] = (22.0, 34.0)  # of a bird, pixels


def write(out: Path, settings: DemoSettings, *, seed: int) -> Iterator[Path]:
    """Draws `labelled/pages`, `labelled/boxes.csv` and `unseen`; yields each picture. DatasetError for a folder that
    holds something else."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise DatasetError(f"--out cannot be {out}: something is there already; name a new folder")
    pages = []
    for number in range(settings.labelled + settings.unseen):
        shown = not settings.labelled - settings.empty <= number < settings.labelled
        image, boxes = draw(settings, np.random.default_rng((seed, number)), target=shown)
        seen = number < settings.labelled
        folder, name = out / ("labelled/pages" if seen else "unseen"), f"{number + 1:02d}.png"
        folder.mkdir(parents=True, exist_ok=True)
        write_file(folder / name, cv2.imencode(".png", image)[1].tobytes())
        if seen:
            pages.append(PageBoxes(name, boxes, (settings.width, settings.height)))
        yield folder / name
    write_table(out / "labelled" / "boxes.csv", pages)


def draw(settings: DemoSettings, random: Random, *, target: bool) -> tuple[Image, tuple[LabelledBox, ...]]:
    """A page (height, width, 3), and the boxes of its target and of some look-alikes."""
    size = settings.width * _SUPER, settings.height * _SUPER
    canvas = _ground(size, random)
    boxes: list[LabelledBox] = []
    taken: list[tuple[float, float]] = []
    for number in range(settings.birds):
        side = float(random.uniform(*settings.sides))
        place = _place(settings, side, taken, random)
        if place is None:
            continue
        taken.append(place)
        is_target = target and number == 0
        plumage = TARGET_BIRD if is_target else DOUBLES[int(random.integers(len(DOUBLES)))]
        _bird(canvas, place, side, plumage, random)
        if is_target or len(boxes) <= _LABELLED:
            box = Box(place[0] - side * 0.5, place[1] - side * 0.5, side, side)
            boxes.append(LabelledBox(box, TARGET if is_target else LOOKALIKE))
    page = cv2.resize(canvas, (settings.width, settings.height), interpolation=cv2.INTER_AREA)
    noisy = np.clip(page + random.normal(0, 4, page.shape), 0, 255).astype(np.uint8)
    kept = tuple(boxes) if target else ()
    return noisy, kept


def _place(
    settings: DemoSettings, side: float, taken: list[tuple[float, float]], random: Random
) -> tuple[float, float] | None:
    for _ in range(40):
        x, y = random.uniform(side, settings.width - side), random.uniform(side, settings.height - side)
        if all(abs(x - a) + abs(y - b) > 1.3 * settings.sides[1] for a, b in taken):
            return float(x), float(y)
    return None


def _ground(size: tuple[int, int], random: Random) -> Image:
    """A meadow with leaves and twigs."""
    small = random.integers(120, 190, (size[1] // 200 + 1, size[0] // 200 + 1, 3)).astype(np.uint8)
    small[..., 0] = small[..., 0] // 2 + 40
    canvas = cv2.resize(small, size, interpolation=cv2.INTER_CUBIC).astype(np.uint8, copy=False)
    for _ in range(700):
        middle = int(random.integers(size[0])), int(random.integers(size[1]))
        axes = int(random.integers(8, 60)), int(random.integers(4, 20))
        shade = random.integers(30, 220, 3)
        colour = (int(shade[0]) // 2, int(shade[1]), int(shade[2]) // 2 + 40)
        cv2.ellipse(canvas, middle, axes, float(random.uniform(0, 180)), 0, 360, colour, -1)
    return canvas


def _bird(canvas: Image, place: tuple[float, float], side: float, plumage: Plumage, random: Random) -> None:
    """Body, tail, head, cap, eye and beak, looking left or right, leaning a little."""
    facing = 1 if random.random() < 0.5 else -1
    lean = float(random.normal(0, 8))
    unit = side * _SUPER

    def at(x: float, y: float) -> tuple[int, int]:
        return round((place[0]) * _SUPER + facing * x * unit), round(place[1] * _SUPER + y * unit)

    def blob(x: float, y: float, across: float, down: float, colour: Colour) -> None:
        cv2.ellipse(canvas, at(x, y), (round(across * unit), round(down * unit)), facing * lean, 0, 360, colour, -1)

    tail = np.array([at(-0.2, 0.1), at(-0.5, -0.08), at(-0.46, 0.16)], np.int32)
    cv2.fillPoly(canvas, [tail], plumage.body)
    blob(-0.05, 0.16, 0.31, 0.23, plumage.body)
    blob(-0.08, 0.2, 0.17, 0.1, _WHITE)
    blob(0.17, -0.16, 0.19, 0.19, plumage.body)
    if plumage.cap is not None:
        cv2.ellipse(canvas, at(0.17, -0.22), (round(0.2 * unit), round(0.2 * unit)), 0, 180, 360, plumage.cap, -1)
    beak = np.array([at(0.33, -0.2), at(0.5, -0.12), at(0.33, -0.06)], np.int32)
    cv2.fillPoly(canvas, [beak], plumage.beak)
    blob(0.22, -0.15, 0.06, 0.06, _WHITE)
    blob(0.235, -0.15, 0.03, 0.03, _BLACK)
    for x in (-0.1, 0.05):
        cv2.line(canvas, at(x, 0.36), at(x, 0.5), _BLACK, max(1, round(0.04 * unit)))
