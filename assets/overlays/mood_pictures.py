"""The pictures of the effects of temper, fright and tiredness: veins, steam, blank eyes, a soul, lids, bubbles."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from assets.overlays.sheet import INK, WHITE, Colour, Mask, Sheet
from livecam.drawing.sprites import Rgba

_TURN = np.linspace(0, 2 * np.pi, 240, endpoint=False)
RED: Colour = (54, 40, 226)


def vein() -> Rgba:
    """The mark of a popping vein: four bows that turn their backs to each other."""
    sheet = Sheet(224, 224)
    bows = []
    for turn in range(4):
        angle = turn * np.pi / 2 + 0.12
        bow = np.array([(0.085, 0.40), (0.10, 0.21), (0.21, 0.10), (0.40, 0.085)])
        cos, sin = np.cos(angle), np.sin(angle)
        bows.append(_rounded(bow @ np.array([[cos, sin], [-sin, cos]])) + 0.5)
    for width, colour in ((0.155, INK), (0.085, RED)):
        for bow in bows:
            sheet.lay(sheet.stroke(bow, (0.75 * width, width, width, 0.75 * width)), colour)
    for bow in bows:
        sheet.lay(sheet.stroke(bow[20:60] - 0.008, (0.008, 0.022, 0.008)), (150, 140, 255), 0.9)
    return sheet.rgba()


def _rounded(corners: np.ndarray) -> np.ndarray:
    """A Bezier curve through the ends, drawn by the two in the middle."""
    t = np.linspace(0, 1, 80)[:, None]
    a, b, c, d = corners
    return (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d


def puff() -> Rgba:
    """A cloud of steam."""
    sheet = Sheet(224, 192)
    balls = ((0.30, 0.50, 0.2), (0.47, 0.34, 0.22), (0.67, 0.40, 0.21), (0.72, 0.55, 0.18), (0.5, 0.56, 0.22))

    def cloud(grow: float) -> Mask:
        return np.max([sheet.ellipse(x, y, radius + grow, radius + grow) for x, y, radius in balls], axis=0)

    sheet.lay(cloud(0.045), INK)
    inside = cloud(0.0)
    sheet.lay(inside, (246, 240, 236))
    shade = np.clip(inside - np.max([sheet.ellipse(x - 0.03, y - 0.06, r, r) for x, y, r in balls], axis=0), 0, 1)
    sheet.lay(shade, (222, 196, 184), 0.95)
    return sheet.rgba()


def rage() -> Rgba:
    """The red that rises into a face, the most at its top; it tints."""
    sheet = Sheet(256, 320)
    face = sheet.blurred(sheet.ellipse(0.5, 0.56, 0.33, 0.42), 0.07)
    sheet.lay(face * sheet.down(0.25, 0.95), (70, 60, 235), 0.95)
    return sheet.rgba()


def angry_brow() -> Rgba:
    """A brow that is drawn down to the nose: the one on the left of the picture."""
    sheet = Sheet(256, 144)
    line = [(0.08, 0.10), (0.34, 0.15), (0.62, 0.27), (0.9, 0.46)]
    sheet.lay(sheet.blurred(sheet.stroke(line, (0.08, 0.17, 0.19, 0.13)), 0.01), WHITE, 0.5)
    sheet.lay(sheet.stroke(line, (0.04, 0.13, 0.16, 0.10)), INK)
    return sheet.rgba()


def glare() -> Rgba:
    """An eye that glares: white, cut off above by the brow: the one on the left of the picture."""
    sheet = Sheet(256, 192)
    lid = [(-0.2, -0.42), (0.02, 0.20), (0.98, 0.44), (1.2, -0.42)]
    under = 1 - sheet.polygon(lid)
    sheet.lay(sheet.ellipse(0.5, 0.38, 0.42, 0.33) * (1 - sheet.polygon([(x, y - 0.05) for x, y in lid])), INK)
    sheet.lay(sheet.ellipse(0.5, 0.38, 0.365, 0.275) * under, WHITE)
    sheet.lay(sheet.stroke(lid[1:3], (0.06, 0.085, 0.06)) * sheet.ellipse(0.5, 0.38, 0.46, 0.36), INK)
    return sheet.rgba()


def teeth() -> Rgba:
    """A mouth of clenched teeth."""
    sheet = Sheet(288, 144)

    def box(grow: float) -> Mask:
        x = 0.5 + (0.40 + grow) * np.sign(np.cos(_TURN)) * np.abs(np.cos(_TURN)) ** 0.55
        y = 0.25 + (0.155 + grow) * np.sign(np.sin(_TURN)) * np.abs(np.sin(_TURN)) ** 0.55
        bow = 0.05 * np.cos(np.pi * (x - 0.5))
        return sheet.polygon(np.column_stack([x, y - bow + 0.03]))

    sheet.lay(sheet.blurred(box(0.06), 0.012), WHITE, 0.5)
    sheet.lay(box(0.045), INK)
    inside = box(0.0)
    sheet.lay(inside, WHITE)
    sheet.lay(inside * sheet.ellipse(0.5, 0.46, 0.5, 0.14), (226, 206, 198), 0.8)
    for x in (0.2, 0.32, 0.44, 0.56, 0.68, 0.8):
        sheet.lay(inside * sheet.stroke([(x, 0.02), (x, 0.48)], (0.02, 0.02)), INK)
    across = [(x, 0.27 - 0.05 * np.cos(np.pi * (x - 0.5))) for x in np.linspace(0.08, 0.92, 20)]
    sheet.lay(inside * sheet.stroke(across, (0.022, 0.022)), INK)
    return sheet.rgba()


def blank() -> Rgba:
    """An eye that has gone blank: all white, with an outline that trembles."""
    sheet = Sheet(256, 256)

    def ring(grow: float) -> Mask:
        radius = 0.41 + grow + 0.006 * np.sin(3 * _TURN) + 0.005 * np.sin(5 * _TURN + 1)
        return sheet.polygon(np.column_stack([0.5 + radius * np.cos(_TURN), 0.5 + radius * np.sin(_TURN)]))

    sheet.lay(sheet.blurred(ring(0.03), 0.02), INK, 0.4)
    sheet.lay(ring(0.045), INK)
    inside = ring(0.0)
    sheet.lay(inside, WHITE)
    sheet.lay(inside * (1 - sheet.blurred(sheet.ellipse(0.5, 0.56, 0.37, 0.36), 0.03)), (236, 210, 196), 0.8)
    return sheet.rgba()


def chill() -> Rgba:
    """The blue lines and the pallor of a shock, hanging from the top of the head; it tints."""
    sheet = Sheet(320, 288)
    shade = sheet.blurred(sheet.ellipse(0.5, 0.40, 0.38, 0.30), 0.05) * sheet.down(0.15, 0.95)
    sheet.lay(shade, (214, 130, 80), 0.9)
    lengths = (0.26, 0.42, 0.36, 0.56, 0.44, 0.66, 0.48, 0.58, 0.38, 0.44, 0.28)
    for index, length in enumerate(lengths):
        x = 0.10 + 0.80 * index / (len(lengths) - 1)
        top = 0.09 + 0.8 * (x - 0.5) ** 2
        line = sheet.stroke([(x, top), (x, top + length)], (0.004, 0.021, 0.019, 0.003))
        sheet.lay(line, (150, 50, 30), 0.92)
    return sheet.rgba()


def gape() -> Rgba:
    """A jaw that has dropped: a tall dark hole."""
    sheet = Sheet(192, 256)

    def hole(grow: float) -> Mask:
        x = 0.5 + (0.33 + grow) * np.cos(_TURN) * (1 + 0.10 * np.sin(_TURN))
        return sheet.polygon(np.column_stack([x, 0.66 + (0.52 + grow) * np.sin(_TURN)]))

    sheet.lay(sheet.blurred(hole(0.09), 0.02), WHITE, 0.55)
    sheet.lay(hole(0.06), INK)
    inside = hole(0.0)
    sheet.lay(inside, (40, 20, 84))
    sheet.lay(inside * sheet.blurred(sheet.ellipse(0.5, 1.16, 0.34, 0.2), 0.03), (130, 100, 226))
    return sheet.rgba()


def soul(phase: float) -> Rgba:
    """A small ghost that leaves by the mouth; its tail waves, `phase` 0..1 is one round."""
    sheet = Sheet(192, 288)
    down = np.linspace(0, 1, 80)

    def shape(grow: float) -> Mask:
        sway = 0.13 * np.sin(2 * np.pi * (0.9 * down - phase)) * down**1.6
        head = np.sqrt(np.clip(1 - ((down - 0.3) / 0.3) ** 2, 0, 1))
        tail = np.clip(1 - (down - 0.3) / 0.7, 0, 1) ** 0.8
        wide = (0.31 + grow) * np.where(down < 0.3, head, tail)
        y = 0.07 + 1.36 * down - 1.2 * grow * np.cos(np.pi * down)
        middle = 0.5 + sway
        return sheet.polygon(
            np.vstack([np.column_stack([middle - wide, y]), np.column_stack([middle + wide, y])[::-1]])
        )

    sheet.lay(sheet.blurred(shape(0.05), 0.03), (255, 236, 214), 0.6)
    sheet.lay(shape(0.035), (120, 70, 60))
    inside = shape(0.0)
    sheet.lay(inside, (255, 250, 246))
    sheet.lay(inside * sheet.blurred(sheet.ellipse(0.66, 0.6, 0.16, 0.5), 0.05), (246, 218, 200), 0.9)
    for x in (0.40, 0.60):
        sheet.lay(sheet.ellipse(x, 0.42, 0.036, 0.05), INK)
    sheet.lay(sheet.ellipse(0.5, 0.56, 0.045, 0.055), INK)
    for x in (0.31, 0.69):
        sheet.lay(inside * sheet.ellipse(x, 0.52, 0.055, 0.035), (170, 160, 255), 0.8)
    return sheet.rgba()


def ball() -> Rgba:
    """The white of an eye that can hardly stay open."""
    sheet = Sheet(256, 256)
    sheet.lay(sheet.blurred(sheet.ellipse(0.5, 0.53, 0.43, 0.43), 0.02), INK, 0.35)
    sheet.lay(sheet.ellipse(0.5, 0.5, 0.45, 0.45), INK)
    sheet.lay(sheet.ellipse(0.5, 0.5, 0.405, 0.405), WHITE)
    sheet.lay(sheet.ellipse(0.5, 0.60, 0.16, 0.16), INK)
    sheet.lay(sheet.ellipse(0.45, 0.55, 0.05, 0.05), WHITE, 0.9)
    return sheet.rgba()


def lid(closed: float) -> Rgba:
    """The heavy lid over that eye, `closed` 0..1 of the way down."""
    sheet = Sheet(256, 256)
    edge = 0.06 + 0.86 * closed
    bow = [(x, edge + 0.10 * np.sin(np.pi * x)) for x in np.linspace(-0.1, 1.1, 40)]
    cover = sheet.polygon([(-0.1, -0.2), *bow, (1.1, -0.2)])
    ball_ = sheet.ellipse(0.5, 0.5, 0.45, 0.45)
    inner = sheet.ellipse(0.5, 0.5, 0.405, 0.405)
    sheet.lay(ball_ * cover, INK)
    sheet.lay(inner * cover, (214, 168, 196))
    sheet.lay(inner * cover * sheet.blurred(sheet.ellipse(0.5, 0.16, 0.34, 0.14), 0.06), (238, 208, 226), 0.9)
    sheet.lay(ball_ * sheet.stroke(bow, (0.075, 0.085, 0.075)), INK)
    return sheet.rgba()


def bubble() -> Rgba:
    """A bubble that hangs from a nose; its neck is at the upper left."""
    sheet = Sheet(256, 256)
    sheet.lay(sheet.ellipse(0.52, 0.52, 0.44, 0.44), INK, 0.95)
    inside = sheet.ellipse(0.52, 0.52, 0.40, 0.40)
    sheet.cut(inside)
    sheet.lay(inside, (255, 232, 200), 0.42)
    rim = np.clip(inside - sheet.blurred(sheet.ellipse(0.52, 0.52, 0.33, 0.33), 0.03), 0, 1)
    sheet.lay(rim, (246, 196, 130), 0.8)
    sheet.lay(inside * sheet.stroke([(0.24, 0.50), (0.27, 0.36), (0.38, 0.25)], (0.03, 0.075, 0.03)), WHITE, 0.95)
    sheet.lay(inside * sheet.ellipse(0.24, 0.60, 0.028, 0.034), WHITE, 0.9)
    sheet.lay(inside * sheet.stroke([(0.68, 0.80), (0.78, 0.70)], (0.02, 0.045, 0.02)), WHITE, 0.7)
    return sheet.rgba()


def burst() -> Rgba:
    """What is left of a bubble in the moment when it bursts."""
    sheet = Sheet(224, 224)
    for index in range(9):
        angle = 2 * np.pi * index / 9 + 0.2
        near, far = (0.26, 0.45) if index % 2 else (0.30, 0.40)
        line = [(0.5 + r * np.cos(angle), 0.5 + r * np.sin(angle)) for r in (near, far)]
        sheet.lay(sheet.stroke(line, (0.05, 0.085)), INK)
        sheet.lay(sheet.stroke(line, (0.02, 0.05)), (250, 210, 150))
    return sheet.rgba()


def letter() -> Rgba:
    """The letter of snoring."""
    sheet = Sheet(160, 160)
    line = [(0.2, 0.22), (0.8, 0.22), (0.2, 0.78), (0.8, 0.78)]
    for width, colour in ((0.26, INK), (0.15, (255, 214, 150))):
        for one, other in pairwise(line):
            sheet.lay(sheet.stroke([one, other], (width, width)), colour)
    sheet.lay(sheet.stroke([(0.22, 0.19), (0.7, 0.19)], (0.03, 0.045, 0.03)), WHITE, 0.9)
    return sheet.rgba()
