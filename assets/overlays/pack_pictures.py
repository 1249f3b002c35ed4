"""The pictures of the effects that are not styles: hearts, sparkles, tears, veins, steam, bubbles, stars, birds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assets.overlays.sheet import INK, WHITE, Mask, Sheet
from livecam.drawing.sprites import Rgba

Curve = NDArray[np.float64]  # (n, 2)
_TURN = np.linspace(0, 2 * np.pi, 240, endpoint=False)


def _heart(scale: float, x: float = 0.5, y: float = 0.5) -> Curve:
    """The outline of a heart about a point, about 0.9 wide at a scale of 1."""
    across = 16 * np.sin(_TURN) ** 3
    up = 13 * np.cos(_TURN) - 5 * np.cos(2 * _TURN) - 2 * np.cos(3 * _TURN) - np.cos(4 * _TURN)
    return np.column_stack([x + scale * across / 36, y - scale * (up + 2.5) / 36])


def heart() -> Rgba:
    """A plump heart with an ink outline and a shine."""
    sheet = Sheet(256, 256)
    sheet.lay(sheet.blurred(sheet.polygon(_heart(0.97, y=0.53)), 0.02), INK, 0.35)
    sheet.lay(sheet.polygon(_heart(0.97)), INK)
    inside = sheet.polygon(_heart(0.84, y=0.497))
    sheet.lay(inside, (120, 60, 245))
    sheet.lay(inside * sheet.blurred(sheet.ellipse(0.5, 0.22, 0.42, 0.26), 0.06), (170, 130, 255), 0.75)
    sheet.lay(inside * sheet.blurred(sheet.ellipse(0.5, 0.92, 0.4, 0.2), 0.06), (84, 22, 186), 0.7)
    sheet.lay(inside * sheet.stroke([(0.22, 0.42), (0.235, 0.31), (0.31, 0.24)], (0.04, 0.085, 0.04)), WHITE, 0.95)
    sheet.lay(inside * sheet.ellipse(0.235, 0.52, 0.022, 0.026), WHITE, 0.9)
    return sheet.rgba()


def _pointed(points: int, outer: float, inner: float, x: float = 0.5, y: float = 0.5, turn: float = 0.0) -> Curve:
    """A star whose points are straight lines, one of them up."""
    angle = turn + np.pi * np.arange(2 * points) / points - np.pi / 2
    radius = np.where(np.arange(2 * points) % 2 == 0, outer, inner)
    return np.column_stack([x + radius * np.cos(angle), y + radius * np.sin(angle)])


def _sparkle(outer: float, power: float = 2.6) -> Curve:
    """A sparkle of four points with hollow sides, as light makes it on glass; the more power, the more slender."""
    across, up = np.cos(_TURN), np.sin(_TURN)
    hollow = np.column_stack([0.8 * np.sign(across) * np.abs(across) ** power, np.sign(up) * np.abs(up) ** power])
    sparkle: Curve = 0.5 + outer * hollow
    return sparkle


def sparkle() -> Rgba:
    """A four-pointed glint with a warm halo."""
    sheet = Sheet(192, 192)
    sheet.lay(sheet.blurred(sheet.ellipse(0.5, 0.5, 0.26, 0.3), 0.07), (140, 226, 255), 0.55)
    sheet.lay(sheet.polygon(_sparkle(0.495, 3.6)), (70, 170, 250))
    sheet.lay(sheet.polygon(_sparkle(0.46, 4.2)), (190, 244, 255))
    sheet.lay(sheet.polygon(_sparkle(0.4, 4.6)), WHITE)
    return sheet.rgba()


def shine() -> Rgba:
    """What glitters in the eye of somebody who sees a wonder: large and small lights over a deep iris."""
    sheet = Sheet(256, 256)
    iris = sheet.ellipse(0.5, 0.5, 0.44, 0.46)
    sheet.lay(sheet.ellipse(0.5, 0.5, 0.47, 0.49), INK)
    sheet.lay(iris, (150, 70, 66))
    sheet.lay(iris * sheet.blurred(sheet.ellipse(0.5, 0.86, 0.36, 0.3), 0.07), (250, 190, 120), 0.95)
    sheet.lay(iris * sheet.blurred(sheet.ellipse(0.5, 0.2, 0.5, 0.26), 0.08), INK, 0.85)
    sheet.lay(sheet.ellipse(0.5, 0.5, 0.17, 0.2), INK, 0.9)
    sheet.lay(iris * sheet.ellipse(0.35, 0.3, 0.16, 0.18), WHITE)
    sheet.lay(iris * sheet.ellipse(0.67, 0.68, 0.085, 0.095), WHITE)
    sheet.lay(iris * sheet.ellipse(0.44, 0.8, 0.045, 0.05), WHITE, 0.9)
    small = _sparkle(0.2, 3.6) + (0.19, -0.17)
    sheet.lay(iris * sheet.polygon(small), WHITE)
    return sheet.rgba()


def star() -> Rgba:
    """A round-cornered star of yellow candy."""
    sheet = Sheet(192, 192)

    def soft(outer: float) -> Mask:
        grown = sheet.blurred(sheet.polygon(_pointed(5, outer, 0.52 * outer, y=0.53)), 0.035)
        return np.clip((grown - 0.42) * 12, 0, 1).astype(np.float32)

    sheet.lay(soft(0.475), INK)
    inside = soft(0.375)
    sheet.lay(inside, (60, 200, 255))
    sheet.lay(inside * sheet.blurred(sheet.ellipse(0.5, 0.86, 0.4, 0.22), 0.06), (24, 140, 240), 0.8)
    sheet.lay(inside * sheet.blurred(sheet.ellipse(0.44, 0.3, 0.26, 0.16), 0.05), (170, 240, 255), 0.8)
    sheet.lay(inside * sheet.stroke([(0.36, 0.5), (0.42, 0.4), (0.47, 0.3)], (0.03, 0.06, 0.03)), WHITE, 0.9)
    return sheet.rgba()


def chick(wing: float) -> Rgba:
    """A round bird that flies to the right of the picture; `wing` -1 is down, 1 up."""
    sheet = Sheet(224, 192)
    y = 0.47 - 0.02 * wing
    sheet.lay(sheet.polygon([(0.83, y - 0.09), (0.985, y - 0.01), (0.83, y + 0.07)]), INK)
    sheet.lay(sheet.ellipse(0.52, y, 0.37, 0.33), INK)
    sheet.lay(sheet.polygon([(0.06, y - 0.16), (0.24, y - 0.05), (0.24, y + 0.1), (0.08, y + 0.04)]), INK)
    sheet.lay(sheet.polygon([(0.85, y - 0.055), (0.945, y - 0.01), (0.85, y + 0.035)]), (40, 130, 250))
    body = sheet.ellipse(0.52, y, 0.335, 0.295)
    sheet.lay(body, (90, 222, 255))
    sheet.lay(body * sheet.blurred(sheet.ellipse(0.5, y + 0.3, 0.32, 0.16), 0.05), (40, 168, 245), 0.8)
    sheet.lay(body * sheet.ellipse(0.78, y + 0.06, 0.055, 0.035), (150, 140, 255), 0.8)
    cross = [[(0.66, y - 0.12), (0.75, y - 0.02)], [(0.75, y - 0.12), (0.66, y - 0.02)]]
    for line in cross:
        sheet.lay(sheet.stroke(line, (0.035, 0.035)), INK)
    tip = (0.36, y - 0.02 - 0.3 * wing)
    sheet.lay(sheet.stroke([(0.5, y + 0.02), (0.43, y - 0.01 - 0.12 * wing), tip], (0.2, 0.21, 0.09)), INK)
    sheet.lay(
        sheet.stroke([(0.5, y + 0.02), (0.43, y - 0.01 - 0.12 * wing), tip], (0.135, 0.145, 0.04)), (150, 238, 255)
    )
    return sheet.rgba()


def stream(phase: float) -> Rgba:
    """A waterfall of tears, wavy at its edges, its lights running down; `phase` 0..1 is one round."""
    sheet = Sheet(160, 448)
    down = np.linspace(0, 2.76, 160)

    def band(grow: float) -> Mask:
        wide = 0.27 + 0.13 * (down / 2.8) ** 0.7 + grow
        sway = 0.022 * np.sin(2 * np.pi * (1.6 * down - phase)) * np.minimum(down, 1)
        left = np.column_stack([0.5 - wide + sway, down + 0.02])
        right = np.column_stack([0.5 + wide + 0.8 * sway[::-1], (down + 0.02)])[::-1]
        right[:, 0] = (0.5 + wide + sway)[::-1]
        return sheet.polygon(np.vstack([left, right]))

    fading = sheet.down(0.86, 0.995)
    # Its source is round.
    lower = 1 - sheet.polygon([(0, 0), (1, 0), (1, 0.36), (0, 0.36)])
    fading = fading * np.maximum(sheet.ellipse(0.5, 0.36, 0.33, 0.34), lower)
    sheet.lay(band(0.045) * fading, INK)
    water = band(0.0) * fading * np.maximum(sheet.ellipse(0.5, 0.36, 0.285, 0.295), lower)
    sheet.lay(water, (250, 204, 130))
    sheet.lay(water * band(-0.11), (255, 232, 190), 0.9)
    for index, (x, length) in enumerate(((0.36, 0.5), (0.52, 0.75), (0.66, 0.42), (0.44, 0.36), (0.6, 0.5))):
        top = ((index * 0.77 + 2.8 * phase) % 2.8) - 0.45
        for start in (top, top - 2.8, top + 2.8):
            sheet.lay(water * sheet.stroke([(x, start), (x + 0.01, start + length)], (0.02, 0.055, 0.02)), WHITE, 0.95)
    sheet.lay(water * sheet.stroke([(0.29, 0.1), (0.24, 1.2), (0.22, 2.5)], (0.03, 0.045, 0.03)), WHITE, 0.85)
    return sheet.rgba()


def tear() -> Rgba:
    """A drop that flies off, round."""
    sheet = Sheet(96, 96)
    sheet.lay(sheet.ellipse(0.5, 0.5, 0.45, 0.45), INK)
    inside = sheet.ellipse(0.5, 0.5, 0.35, 0.35)
    sheet.lay(inside, (250, 204, 130))
    sheet.lay(inside * sheet.ellipse(0.52, 0.6, 0.24, 0.2), (255, 236, 200), 0.9)
    sheet.lay(inside * sheet.ellipse(0.4, 0.36, 0.1, 0.1), WHITE)
    return sheet.rgba()


def sob() -> Rgba:
    """An eye that is pressed shut in tears: a bow of lashes, the one on the left of the picture."""
    sheet = Sheet(320, 224)
    line = np.column_stack([0.5 + 0.36 * np.cos(_TURN[:121]), 0.42 - 0.24 * np.sin(_TURN[:121])])
    halo = sheet.blurred(sheet.stroke(line, (0.10, 0.17, 0.10)), 0.012)
    sheet.lay(halo, WHITE, 0.9)
    sheet.lay(sheet.stroke(line, (0.05, 0.10, 0.05)), INK)
    return sheet.rgba()


def wail() -> Rgba:
    """A mouth that wails: a wide wobbling hole with a tongue."""
    sheet = Sheet(256, 192)

    def hole(grow: float) -> Mask:
        wobble = 1 + 0.05 * np.cos(3 * _TURN + 0.6)
        x, y = (
            0.5 + (0.37 + grow) * wobble * np.cos(_TURN),
            0.37 + (0.24 + grow) * np.sin(_TURN) * (1 - 0.22 * np.cos(2 * _TURN)),
        )
        return sheet.polygon(np.column_stack([x, y]))

    sheet.lay(sheet.blurred(hole(0.06), 0.015), WHITE, 0.55)
    sheet.lay(hole(0.04), INK)
    inside = hole(0.0)
    sheet.lay(inside, (52, 24, 110))
    sheet.lay(inside * sheet.ellipse(0.5, 0.6, 0.24, 0.16), (150, 120, 245))
    sheet.lay(inside * sheet.ellipse(0.44, 0.55, 0.07, 0.03), (190, 170, 255), 0.9)
    return sheet.rgba()
