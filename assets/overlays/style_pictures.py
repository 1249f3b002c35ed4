"""The pictures of the styles and of their accessories."""

from __future__ import annotations

import numpy as np

from assets.overlays.sheet import INK, WHITE, Mask, Sheet
from livecam.drawing.sprites import Rgba


def saucer_eye() -> Rgba:
    """The white of a big cartoon eye, its outline heavier above, with a shadow falling on the face."""
    sheet = Sheet(320, 320)
    sheet.lay(sheet.blurred(sheet.ellipse(0.5, 0.53, 0.43, 0.43), 0.025), INK, 0.45)
    sheet.lay(sheet.ellipse(0.5, 0.49, 0.45, 0.45), INK)
    white = sheet.ellipse(0.5, 0.5, 0.413, 0.408)
    sheet.lay(white, WHITE)
    lit = sheet.blurred(sheet.ellipse(0.5, 0.60, 0.40, 0.40), 0.02)
    sheet.lay(white * (1 - lit), (225, 196, 190), 0.85)
    return sheet.rgba()


def saucer_pupil() -> Rgba:
    """A tiny iris with two glints."""
    sheet = Sheet(128, 128)
    sheet.lay(sheet.ellipse(0.5, 0.5, 0.46, 0.46), INK)
    sheet.lay(sheet.blurred(sheet.ellipse(0.5, 0.72, 0.26, 0.16), 0.05), (150, 96, 92), 0.8)
    sheet.lay(sheet.ellipse(0.36, 0.33, 0.15, 0.15), WHITE)
    sheet.lay(sheet.ellipse(0.64, 0.66, 0.07, 0.07), WHITE, 0.9)
    return sheet.rgba()


def spiral() -> Rgba:
    """What turns in a dizzy eye; its middle is the middle of the picture."""
    sheet = Sheet(320, 320)
    turns = np.linspace(0.25, 3.1, 400)
    radius = 0.006 + 0.128 * turns
    x, y = 0.5 + radius * np.cos(2 * np.pi * turns), 0.5 + radius * np.sin(2 * np.pi * turns)
    sheet.lay(sheet.stroke(np.column_stack([x, y]), (0.025, 0.042, 0.046, 0.046, 0.042, 0.015)), INK)
    return sheet.rgba()


def squeezed() -> Rgba:
    """A tightly shut eye, `>`: the one on the left of the picture; the other is its mirror image."""
    sheet = Sheet(320, 256)
    upper, lower = [(0.12, 0.16), (0.86, 0.42)], [(0.86, 0.42), (0.12, 0.66)]
    halo = np.maximum(sheet.stroke(upper, (0.14, 0.17)), sheet.stroke(lower, (0.17, 0.14)))
    sheet.lay(sheet.blurred(halo, 0.012), WHITE, 0.92)
    sheet.lay(np.maximum(sheet.stroke(upper, (0.045, 0.10)), sheet.stroke(lower, (0.10, 0.045))), INK)
    return sheet.rgba()


def sweat() -> Rgba:
    """A drop of sweat, its tip up."""
    sheet = Sheet(128, 192)

    def drop(grow: float) -> Mask:
        angle = np.linspace(-np.pi / 2, 1.5 * np.pi, 200)
        x = 0.5 + (0.36 + grow) * np.cos(angle) * (0.5 + 0.5 * np.sin(angle)) ** 0.75 * 1.12
        y = 0.80 + (0.62 + grow * 1.1) * np.sin(angle)
        return sheet.polygon(np.column_stack([x, y]))

    sheet.lay(drop(0.05), INK)
    inside = drop(-0.012)
    sheet.lay(inside, (246, 196, 120))
    sheet.lay(inside * sheet.down(0.3, 0.8), (255, 240, 214), 0.95)
    sheet.lay(inside * sheet.blurred(sheet.ellipse(0.40, 1.16, 0.17, 0.12), 0.03), (255, 250, 236), 0.9)
    sheet.lay(inside * sheet.stroke([(0.64, 0.78), (0.71, 0.98), (0.68, 1.12)], (0.03, 0.08, 0.05)), WHITE, 0.95)
    return sheet.rgba()


def gloom() -> Rgba:
    """The shadow and the lines that fall over a forehead."""
    sheet = Sheet(320, 192)
    # Round above like a forehead, and gone before the brows.
    shade = sheet.blurred(sheet.ellipse(0.5, 0.30, 0.38, 0.22), 0.045) * sheet.down(0.2, 0.98)
    sheet.lay(shade, (150, 84, 78), 0.8)
    lengths = (0.22, 0.34, 0.27, 0.45, 0.31, 0.41, 0.25, 0.35, 0.20)
    for index, length in enumerate(lengths):
        x = 0.11 + 0.78 * index / (len(lengths) - 1)
        top = 0.05 + 0.4 * (x - 0.5) ** 2
        sheet.lay(sheet.stroke([(x, top), (x, top + length)], (0.004, 0.018, 0.017, 0.004)), (96, 34, 40), 0.9)
    return sheet.rgba()


def brow() -> Rgba:
    """A worried eyebrow, its inner end up: the one on the left of the picture."""
    sheet = Sheet(256, 128)
    line = [(0.08, 0.35), (0.3, 0.325), (0.55, 0.265), (0.75, 0.19), (0.88, 0.12)]
    sheet.lay(sheet.blurred(sheet.stroke(line, (0.07, 0.14, 0.165, 0.11)), 0.01), WHITE, 0.5)
    sheet.lay(sheet.stroke(line, (0.035, 0.105, 0.13, 0.075)), INK)
    return sheet.rgba()


def glint() -> Rgba:
    """The wet shine on a dark iris."""
    sheet = Sheet(128, 128)
    shine = sheet.ellipse(0.36, 0.33, 0.2, 0.23)
    sheet.lay(sheet.blurred(shine, 0.02), WHITE, 0.97)
    sheet.lay(sheet.blurred(sheet.ellipse(0.68, 0.70, 0.10, 0.10), 0.015), WHITE, 0.85)
    sheet.lay(sheet.blurred(sheet.ellipse(0.42, 0.80, 0.05, 0.05), 0.012), WHITE, 0.7)
    return sheet.rgba()


def mouth() -> Rgba:
    """A straight line with round ends; the effect bends it into a wave."""
    sheet = Sheet(320, 96)
    line = [(0.1, 0.15), (0.9, 0.15)]
    sheet.lay(sheet.blurred(sheet.stroke(line, (0.075, 0.095, 0.095, 0.075)), 0.008), WHITE, 0.6)
    sheet.lay(sheet.stroke(line, (0.035, 0.06, 0.06, 0.035)), INK)
    return sheet.rgba()
