"""Draws what is on a head; places are in heads, from the feet up, as for the rest of the person."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from training.segmentation.synth.canvas import Canvas, Colour
from training.segmentation.synth.looks import Hat

Place = Callable[..., NDArray[np.float64]]
_BRIM = 3.68  # heads up
_Colours = Sequence[Colour]


def draw_hat(canvas: Canvas, place: Place, unit: float, hat: Hat, colours: _Colours) -> None:
    """The hat over the hair; nothing for a bare head."""
    drawing = {
        Hat.NIGHTCAP: _nightcap,
        Hat.BOBBLE: _bobble,
        Hat.CAP: _cap,
        Hat.SUNHAT: _sunhat,
        Hat.TOP: _top,
        Hat.SCARF: _scarf,
    }
    if hat in drawing:
        drawing[hat](canvas, place, unit, colours)


def _nightcap(canvas: Canvas, place: Place, unit: float, colours: _Colours) -> None:
    """Bands from the brim to a tip that droops backwards, with a bobble."""
    # Front and back edge of the cap, from the brim to the tip.
    front = [(0.46, _BRIM), (0.42, 3.95), (0.24, 4.2), (-0.1, 4.34), (-0.42, 4.28), (-0.62, 4.08)]
    back = [(-0.48, _BRIM), (-0.47, 3.85), (-0.44, 3.98), (-0.46, 4.06), (-0.54, 4.06), (-0.66, 4.0)]
    canvas.shape(place(*front, *back[::-1]), colours[0])
    for k in range(len(front) - 1):
        canvas.shape(place(front[k], front[k + 1], back[k + 1], back[k]), colours[k % len(colours)], outline=False)
    canvas.stroke(place(*front, *back[::-1], front[0]))
    canvas.limb(place((-0.46, _BRIM), (0.0, _BRIM + 0.06), (0.45, _BRIM)), 0.15 * unit, [colours[-1]])
    canvas.oval(tuple(place((-0.68, 3.98))[0]), (0.15 * unit, 0.15 * unit), colours[-1])


def _bobble(canvas: Canvas, place: Place, unit: float, colours: _Colours) -> None:
    dome = [(0.46 * np.cos(angle), _BRIM + 0.46 * np.sin(angle)) for angle in np.linspace(0, np.pi, 9)]
    canvas.shape(place(*dome), colours[0])
    if len(colours) > 1:
        canvas.shape(place(dome[1], dome[2], dome[-3], dome[-2]), colours[1], outline=False)
    canvas.limb(place((-0.44, _BRIM), (0.44, _BRIM)), 0.14 * unit, [colours[0]])
    canvas.oval(tuple(place((0.0, _BRIM + 0.52))[0]), (0.15 * unit, 0.15 * unit), colours[-1])


def _cap(canvas: Canvas, place: Place, unit: float, colours: _Colours) -> None:
    dome = [(0.45 * np.cos(angle), _BRIM + 0.34 * np.sin(angle)) for angle in np.linspace(0, np.pi, 9)]
    canvas.shape(place(*dome), colours[0])
    canvas.limb(place((0.2, _BRIM), (0.75, _BRIM - 0.03)), 0.09 * unit, [colours[0]])


def _sunhat(canvas: Canvas, place: Place, unit: float, colours: _Colours) -> None:
    canvas.shape(
        place((-0.95, _BRIM), (0, _BRIM - 0.1), (0.95, _BRIM), (0.5, _BRIM + 0.14), (-0.5, _BRIM + 0.14)), colours[0]
    )
    canvas.shape(place((-0.46, _BRIM + 0.1), (-0.36, 4.1), (0, 4.2), (0.36, 4.1), (0.46, _BRIM + 0.1)), colours[0])
    canvas.stroke(place((-0.45, _BRIM + 0.14), (0, _BRIM + 0.1), (0.45, _BRIM + 0.14)), width=0.1 * unit)


def _top(canvas: Canvas, place: Place, unit: float, colours: _Colours) -> None:
    canvas.shape(place((-0.38, _BRIM), (-0.42, 4.5), (0.42, 4.5), (0.38, _BRIM)), colours[0])
    canvas.limb(place((-0.62, _BRIM), (0.62, _BRIM)), 0.1 * unit, [colours[0]])


def _scarf(canvas: Canvas, place: Place, unit: float, colours: _Colours) -> None:
    canvas.shape(
        place((-0.48, 3.4), (-0.42, 3.85), (-0.1, 4.02), (0.25, 3.98), (0.42, 3.72), (0.1, 3.74), (-0.3, 3.55)),
        colours[0],
    )
    canvas.oval(tuple(place((-0.52, 3.4))[0]), (0.1 * unit, 0.1 * unit), colours[0])
