"""Draws one person of a synthetic crowd page: some twenty shapes, from the back to the front."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.target_detector.data.augmentation import Random
from training.target_detector.data.crowd_pages.canvas import INK, WHITE_EYE, Colour, PageCanvas
from training.target_detector.data.crowd_pages.clothing import Hat, Outfit

Place = Callable[..., NDArray[np.float64]]
_BRIM = 3.68  # heads up
_Colours = Sequence[Colour]


def draw_hat(canvas: PageCanvas, place: Place, unit: float, hat: Hat, colours: _Colours) -> None:
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


def _nightcap(canvas: PageCanvas, place: Place, unit: float, colours: _Colours) -> None:
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


def _bobble(canvas: PageCanvas, place: Place, unit: float, colours: _Colours) -> None:
    dome = [(0.46 * np.cos(angle), _BRIM + 0.46 * np.sin(angle)) for angle in np.linspace(0, np.pi, 9)]
    canvas.shape(place(*dome), colours[0])
    if len(colours) > 1:
        canvas.shape(place(dome[1], dome[2], dome[-3], dome[-2]), colours[1], outline=False)
    canvas.limb(place((-0.44, _BRIM), (0.44, _BRIM)), 0.14 * unit, [colours[0]])
    canvas.oval(tuple(place((0.0, _BRIM + 0.52))[0]), (0.15 * unit, 0.15 * unit), colours[-1])


def _cap(canvas: PageCanvas, place: Place, unit: float, colours: _Colours) -> None:
    dome = [(0.45 * np.cos(angle), _BRIM + 0.34 * np.sin(angle)) for angle in np.linspace(0, np.pi, 9)]
    canvas.shape(place(*dome), colours[0])
    canvas.limb(place((0.2, _BRIM), (0.75, _BRIM - 0.03)), 0.09 * unit, [colours[0]])


def _sunhat(canvas: PageCanvas, place: Place, unit: float, colours: _Colours) -> None:
    canvas.shape(
        place((-0.95, _BRIM), (0, _BRIM - 0.1), (0.95, _BRIM), (0.5, _BRIM + 0.14), (-0.5, _BRIM + 0.14)), colours[0]
    )
    canvas.shape(place((-0.46, _BRIM + 0.1), (-0.36, 4.1), (0, 4.2), (0.36, 4.1), (0.46, _BRIM + 0.1)), colours[0])
    canvas.stroke(place((-0.45, _BRIM + 0.14), (0, _BRIM + 0.1), (0.45, _BRIM + 0.14)), width=0.1 * unit)


def _top(canvas: PageCanvas, place: Place, unit: float, colours: _Colours) -> None:
    canvas.shape(place((-0.38, _BRIM), (-0.42, 4.5), (0.42, 4.5), (0.38, _BRIM)), colours[0])
    canvas.limb(place((-0.62, _BRIM), (0.62, _BRIM)), 0.1 * unit, [colours[0]])


def _scarf(canvas: PageCanvas, place: Place, unit: float, colours: _Colours) -> None:
    canvas.shape(
        place((-0.48, 3.4), (-0.42, 3.85), (-0.1, 4.02), (0.25, 3.98), (0.42, 3.72), (0.1, 3.74), (-0.3, 3.55)),
        colours[0],
    )
    canvas.oval(tuple(place((-0.52, 3.4))[0]), (0.1 * unit, 0.1 * unit), colours[0])


TALL = 4.3  # heads from the feet to the crown


@dataclass(frozen=True, slots=True)
class PersonPose:
    """Where somebody stands and how; `unit` is the height of a head in pixels, hats apart."""

    x: float  # between the feet
    y: float  # of the feet
    unit: float
    facing: int  # 1 looks to the right, -1 to the left
    lean: float  # radians
    arms: tuple[float, float]  # radians below the shoulder's level; below 0 is raised
    step: float  # of the feet, heads

    def at(self, across: float, up: float) -> tuple[float, float]:
        """Page pixels of a place given in heads from the feet."""
        cosine, sine = np.cos(self.lean), np.sin(self.lean)
        across *= self.facing
        return (
            float(self.x + self.unit * (across * cosine + up * sine)),
            float(self.y + self.unit * (across * sine - up * cosine)),
        )

    def all(self, *places: tuple[float, float]) -> NDArray[np.float64]:
        return np.array([self.at(*place) for place in places])


def any_pose(x: float, y: float, unit: float, random: Random) -> PersonPose:
    """Somebody at (x, y): standing, walking, waving."""
    arms = [float(random.uniform(0.9, 1.4)), float(random.uniform(0.9, 1.4))]
    if random.random() < 0.4:
        arms[int(random.integers(2))] = float(random.uniform(-1.1, 0.5))
    facing = 1 if random.random() < 0.5 else -1
    return PersonPose(
        x, y, unit, facing, float(random.normal(0, 0.06)), (arms[0], arms[1]), float(random.uniform(0.1, 0.5))
    )


def draw(canvas: PageCanvas, pose: PersonPose, look: Outfit, *, sought: bool = False) -> None:
    """The person; the head of the one who is sought goes onto the mask."""
    canvas.line = max(pose.unit * 0.045, 0.8)
    _legs(canvas, pose, look)
    _arm(canvas, pose, look, -1)
    _torso(canvas, pose, look)
    _arm(canvas, pose, look, 1)
    canvas.target = sought
    draw_head(canvas, pose, look)
    canvas.target = False


def _legs(canvas: PageCanvas, pose: PersonPose, look: Outfit) -> None:
    unit = pose.unit
    for side in (-1, 1):
        foot, hip = side * (0.18 + pose.step / 2), side * 0.2
        canvas.oval(pose.at(foot + 0.1, 0.08), (0.27 * unit, 0.13 * unit), INK)
        knee = (foot + hip) / 2 + 0.06
        canvas.limb(pose.all((hip, 1.45), (knee, 0.8), (foot, 0.18)), 0.3 * unit, [look.trousers])


def _torso(canvas: PageCanvas, pose: PersonPose, look: Outfit) -> None:
    bottom, top, low, high = 0.42, 0.36, 1.3, 2.85
    outline = [(-bottom, low), (-top * 1.2, 2.3), (-top, high - 0.1), (-0.16, high), (0.16, high)]
    outline += [(top, high - 0.1), (top * 1.2, 2.3), (bottom, low)]
    canvas.shape(pose.all(*outline), look.shirt[0])
    if len(look.shirt) > 1:
        for lower in np.arange(low + 0.17, high - 0.2, 0.34):
            left = float(np.interp(lower, [low, 2.3, high], [bottom, top * 1.2, top])) - 0.03
            canvas.shape(
                pose.all((-left, lower), (left, lower), (left, lower + 0.17), (-left, lower + 0.17)),
                look.shirt[1],
                outline=False,
            )
        canvas.stroke(pose.all(*outline, outline[0]))


def _arm(canvas: PageCanvas, pose: PersonPose, look: Outfit, side: int) -> None:
    angle = pose.arms[0 if side < 0 else 1]
    shoulder = (side * 0.38, 2.62)
    elbow = shoulder[0] + side * 0.55 * np.cos(angle), shoulder[1] - 0.55 * np.sin(angle)
    bend = angle - 0.5
    hand = elbow[0] + side * 0.5 * np.cos(bend), elbow[1] - 0.5 * np.sin(bend)
    sleeve = [look.shirt[k % len(look.shirt)] for k in range(1 if len(look.shirt) == 1 else 6)]
    canvas.oval(pose.at(*hand), (0.15 * pose.unit,) * 2, look.skin)
    canvas.limb(pose.all(shoulder, elbow, hand), 0.23 * pose.unit, sleeve)


def draw_head(canvas: PageCanvas, pose: PersonPose, look: Outfit) -> None:
    """Neck, hair, face and hat; the middle of the face is 3.4 heads up."""
    unit = pose.unit
    if look.long_hair:
        canvas.oval(pose.at(-0.1, 3.3), (0.5 * unit, 0.62 * unit), look.hair)
    canvas.limb(pose.all((0, 2.8), (0.02, 3.0)), 0.22 * unit, [look.skin])
    canvas.oval(pose.at(-0.06, 3.55), (0.44 * unit, 0.44 * unit), look.hair)
    canvas.oval(pose.at(0.03, 3.4), (0.4 * unit, 0.48 * unit), look.skin)
    canvas.oval(pose.at(-0.36, 3.38), (0.08 * unit, 0.11 * unit), look.skin)
    _face(canvas, pose, look.glasses)
    canvas.shape(
        pose.all((-0.42, 3.42), (-0.4, 3.75), (-0.1, 3.93), (0.25, 3.88), (0.38, 3.68), (0.1, 3.7), (-0.26, 3.62)),
        look.hair,
    )
    draw_hat(canvas, pose.all, unit, look.hat, look.hat_colours)


def _face(canvas: PageCanvas, pose: PersonPose, glasses: bool) -> None:
    unit = pose.unit
    for across in (-0.06, 0.27):
        if glasses:
            canvas.oval(pose.at(across, 3.46), (0.155 * unit, 0.155 * unit), WHITE_EYE)
        canvas.oval(pose.at(across + 0.03, 3.46), (0.05 * unit, 0.06 * unit), INK, outline=False)
    if glasses:
        canvas.stroke(pose.all((-0.2, 3.47), (-0.38, 3.5)))
    canvas.stroke(pose.all((0.13, 3.4), (0.21, 3.27), (0.1, 3.25)))
    cheek: Colour = (90, 90, 200)
    canvas.stroke(pose.all((-0.12, 3.2), (0.03, 3.1), (0.18, 3.12), (0.27, 3.19)), cheek, canvas.line * 1.3)
