"""Draws one person of the crowd: some twenty shapes, from the back to the front."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.segmentation.jitter import Random
from training.segmentation.synth.canvas import INK, WHITE_EYE, Canvas, Colour
from training.segmentation.synth.hats import draw_hat
from training.segmentation.synth.looks import Look

TALL = 4.3  # heads from the feet to the crown


@dataclass(frozen=True, slots=True)
class Pose:
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


def any_pose(x: float, y: float, unit: float, random: Random) -> Pose:
    """Somebody at (x, y): standing, walking, waving."""
    arms = [float(random.uniform(0.9, 1.4)), float(random.uniform(0.9, 1.4))]
    if random.random() < 0.4:
        arms[int(random.integers(2))] = float(random.uniform(-1.1, 0.5))
    facing = 1 if random.random() < 0.5 else -1
    return Pose(x, y, unit, facing, float(random.normal(0, 0.06)), (arms[0], arms[1]), float(random.uniform(0.1, 0.5)))


def draw(canvas: Canvas, pose: Pose, look: Look, *, sought: bool = False) -> None:
    """The person; the head of the one who is sought goes onto the mask."""
    canvas.line = max(pose.unit * 0.045, 0.8)
    _legs(canvas, pose, look)
    _arm(canvas, pose, look, -1)
    _torso(canvas, pose, look)
    _arm(canvas, pose, look, 1)
    canvas.target = sought
    draw_head(canvas, pose, look)
    canvas.target = False


def _legs(canvas: Canvas, pose: Pose, look: Look) -> None:
    unit = pose.unit
    for side in (-1, 1):
        foot, hip = side * (0.18 + pose.step / 2), side * 0.2
        canvas.oval(pose.at(foot + 0.1, 0.08), (0.27 * unit, 0.13 * unit), INK)
        knee = (foot + hip) / 2 + 0.06
        canvas.limb(pose.all((hip, 1.45), (knee, 0.8), (foot, 0.18)), 0.3 * unit, [look.trousers])


def _torso(canvas: Canvas, pose: Pose, look: Look) -> None:
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


def _arm(canvas: Canvas, pose: Pose, look: Look, side: int) -> None:
    angle = pose.arms[0 if side < 0 else 1]
    shoulder = (side * 0.38, 2.62)
    elbow = shoulder[0] + side * 0.55 * np.cos(angle), shoulder[1] - 0.55 * np.sin(angle)
    bend = angle - 0.5
    hand = elbow[0] + side * 0.5 * np.cos(bend), elbow[1] - 0.5 * np.sin(bend)
    sleeve = [look.shirt[k % len(look.shirt)] for k in range(1 if len(look.shirt) == 1 else 6)]
    canvas.oval(pose.at(*hand), (0.15 * pose.unit,) * 2, look.skin)
    canvas.limb(pose.all(shoulder, elbow, hand), 0.23 * pose.unit, sleeve)


def draw_head(canvas: Canvas, pose: Pose, look: Look) -> None:
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


def _face(canvas: Canvas, pose: Pose, glasses: bool) -> None:
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
