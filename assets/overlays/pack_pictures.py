"""The pictures of the effects that are not styles: hearts, tears, stars, veins, steam, bubbles."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assets.overlays.sheet import INK, WHITE, Sheet
from livecam.drawing.sprites import Rgba

Curve = NDArray[np.float64]  # (n, 2)


def _heart(scale: float, x: float = 0.5, y: float = 0.5) -> Curve:
    """The outline of a heart about a point, about 0.9 wide at a scale of 1."""
    t = np.linspace(0, 2 * np.pi, 240, endpoint=False)
    across = 16 * np.sin(t) ** 3
    up = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    return np.column_stack([x + scale * across / 36, y - scale * (up + 2.5) / 36])


def heart() -> Rgba:
    """A plump heart with an ink outline and a shine."""
    sheet = Sheet(256, 256)
    sheet.lay(sheet.blurred(sheet.polygon(_heart(1.0, y=0.53)), 0.02), INK, 0.35)
    sheet.lay(sheet.polygon(_heart(1.0)), INK)
    inside = sheet.polygon(_heart(0.87, y=0.497))
    sheet.lay(inside, (120, 60, 245))
    sheet.lay(inside * sheet.blurred(sheet.ellipse(0.5, 0.22, 0.42, 0.26), 0.06), (170, 130, 255), 0.75)
    sheet.lay(inside * sheet.blurred(sheet.ellipse(0.5, 0.92, 0.4, 0.2), 0.06), (84, 22, 186), 0.7)
    sheet.lay(inside * sheet.stroke([(0.22, 0.42), (0.235, 0.31), (0.31, 0.24)], (0.04, 0.085, 0.04)), WHITE, 0.95)
    sheet.lay(inside * sheet.ellipse(0.235, 0.52, 0.022, 0.026), WHITE, 0.9)
    return sheet.rgba()
