"""Synthetic crowd pages with one target among people, the same for the same seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from livecam.core.types import Box, Image
from training.engine.files import DatasetError
from training.target_detector.data.augmentation import Random
from training.target_detector.data.crowd_pages import scenery
from training.target_detector.data.crowd_pages.canvas import PageCanvas, blank
from training.target_detector.data.crowd_pages.clothing import PIP, Outfit, anybody, look_alike
from training.target_detector.data.crowd_pages.person import TALL, PersonPose, any_pose, draw
from training.target_detector.data.dataset import Mask

MOST = 0.001  # of the pixels that a target may have
_HEAD_PIXELS = 2.5  # of the head that is sought with its cap, in squares of a head's height


@dataclass(frozen=True, slots=True)
class PageSettings:
    """What a page looks like; a head is some `head` pixels high on average."""

    width: int = 2100
    height: int = 1320
    head: tuple[float, float] = (13.0, 23.0)
    crowd: float = 1.2  # how densely people stand
    doubles: float = 0.06  # share of them that nearly is who is sought
    empty: bool = False  # nobody is to be found


class DrawnPage(NamedTuple):
    """A page, its target's pixels, and the box around them; None when nobody is to be found."""

    image: Image
    mask: Mask
    box: Box | None


def draw_page(seed: int, settings: PageSettings | None = None) -> DrawnPage:
    """A crowd of some hundred people; DatasetError when the page is too small to hide anybody in."""
    wanted = settings or PageSettings()
    check(wanted)
    random = np.random.default_rng(seed)
    unit = float(random.uniform(*wanted.head))
    canvas = blank(wanted.width, wanted.height, (255, 255, 255))
    theme = scenery.THEMES[int(random.integers(len(scenery.THEMES)))]
    scenery.ground(canvas, theme, unit, random)
    _populate(canvas, theme, unit, wanted, random)
    ys, xs = np.nonzero(canvas.mask)
    if wanted.empty:
        return DrawnPage(canvas.image, canvas.mask, None)
    box = Box(float(xs.min()), float(ys.min()), float(np.ptp(xs) + 1), float(np.ptp(ys) + 1))
    return DrawnPage(canvas.image, canvas.mask, box)


def check(settings: PageSettings) -> None:
    """DatasetError when such a page is too small to hide anybody in."""
    least, largest = settings.head
    if not 3 <= least <= largest:
        raise DatasetError(f"heads of {least:g} to {largest:g} pixels cannot be drawn; name two heights from 3 on")
    if MOST * settings.width * settings.height < _HEAD_PIXELS * largest**2:
        raise DatasetError(
            f"a page of {settings.width}x{settings.height} pixels is too small for heads of {largest:g} pixels, "
            f"which would be more than {MOST:.1%} of it; make it larger or them smaller"
        )


def _populate(canvas: PageCanvas, theme: scenery.Theme, unit: float, settings: PageSettings, random: Random) -> None:
    """Everybody and everything, the farthest first; nobody stands before the head that is sought."""
    sought = _sought(unit, settings, random)
    count = int(settings.crowd * settings.width * settings.height / (unit * unit * 9))
    places = random.uniform((0, 0.6 * TALL * unit), (settings.width, settings.height + 2 * unit), (count, 2))
    for x, y in sorted([*map(tuple, places), (sought.x, sought.y)], key=lambda place: (place[1], place[0])):
        if (x, y) == (sought.x, sought.y):
            if not settings.empty:
                draw(canvas, sought, PIP, sought=True)
            continue
        near = unit * (0.85 + 0.3 * y / settings.height) * float(random.uniform(0.9, 1.1))
        if random.random() < 0.05:
            thing = theme.things[int(random.integers(len(theme.things)))]
            if not _covers(sought, x, y, 3.2 * near, 5.5 * near):
                canvas.line = max(near * 0.05, 0.8)
                thing(canvas, float(x), float(y), near, random)
            continue
        look: Outfit = look_alike(random) if random.random() < settings.doubles else anybody(random)
        pose = any_pose(float(x), float(y), near, random)
        if not _covers(sought, x, y, 0.9 * near, 4.8 * near):
            draw(canvas, pose, look)


def _sought(unit: float, settings: PageSettings, random: Random) -> PersonPose:
    x = float(random.uniform(2 * unit, settings.width - 2 * unit))
    y = float(random.uniform((TALL + 0.8) * unit, settings.height + 1.2 * unit))
    return any_pose(x, y, unit * (0.85 + 0.3 * y / settings.height), random)


def _covers(sought: PersonPose, x: float, y: float, reach: float, tall: float) -> bool:
    """Whether somebody in front, so wide and tall, would hide the head that is sought."""
    head_x, head_y = sought.at(0, 3.5)
    behind = y <= sought.y
    return not behind and abs(x - head_x) < reach + 0.6 * sought.unit and y - tall < head_y + 0.7 * sought.unit
