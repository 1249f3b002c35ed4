"""Draws the blush: a glow on the cheeks, and strokes over it, in these colours."""

from __future__ import annotations

from assets.overlays.sheet import Colour, Sheet
from livecam.drawing.sprites import Rgba

GLOW: Colour = (138, 118, 255)  # BGR
STROKES: Colour = (92, 52, 205)


def blush() -> Rgba:
    """The glow of a cheek and the slanted strokes drawn on it; it tints the skin."""
    sheet = Sheet(256, 144)
    sheet.lay(sheet.blurred(sheet.ellipse(0.5, 0.28, 0.27, 0.10), 0.07), GLOW, 0.85)
    for x in (0.26, 0.38, 0.50, 0.62, 0.74):
        rise = 0.10 - 0.13 * abs(x - 0.5)
        stroke = sheet.stroke([(x + 0.04, 0.28 - rise), (x - 0.04, 0.28 + rise)], (0.008, 0.026, 0.008))
        sheet.lay(stroke, STROKES, 0.9)
    return sheet.rgba()
