"""Occluders drawn on and around an eye: lashes, brows, glints, glasses, shadows, noses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from training.synthesis.reflections import add_glints, add_screen

if TYPE_CHECKING:
    from training.data.dataset import Random
    from training.synthesis.eye_parameters import EyeParameters, LidMasks


Picture = NDArray[np.float32]
Mask = NDArray[np.float32]


def cloud(rng: Random, strength: float, *, cells: int, size: tuple[int, int] = (144, 120)) -> Mask:
    """Smooth noise of a standard deviation, with so many cells across a picture of `size` (width, height)."""
    grid = rng.normal(0, strength, (max(2, cells * size[1] // size[0]), cells)).astype(np.float32)
    return cv2.resize(grid, size, interpolation=cv2.INTER_CUBIC).astype(np.float32, copy=False)


def lashes(picture: Picture, margin: LidMasks, x: Mask, eye: EyeParameters, rng: Random) -> None:
    """Draws the lash lines and single lashes onto the picture."""
    height, width = picture.shape[:2]
    unit = float(1 / (x[1] - x[0]))
    rows = np.arange(height, dtype=np.float32)[:, None]
    ink = np.zeros((height, width), np.uint8)
    upper = margin.upper * unit + (height - 1) / 2
    lower = margin.lower * unit + (height - 1) / 2
    inside = np.flatnonzero(margin.inside > 0.2)
    for curve, count, up in ((upper, rng.integers(0, 34), -1), (lower, rng.integers(0, 14), 1)):
        _strokes(ink, curve, rng.choice(inside, count), up * (1 if eye.opening > 0.3 or up > 0 else -1), unit, rng)
    dark = ink.astype(np.float32) * np.float32(rng.uniform(0.3, 1) / 255)
    # Some wear eyeliner.
    thick = rng.uniform(2.6, 5.5) if rng.random() < 0.2 else rng.uniform(0.2, 2.6)
    for curve, reach in ((upper, thick), (lower, rng.uniform(0, 1.0 if thick < 2.6 else 2.2))):
        line = np.exp(-(((rows - curve) / np.float32(reach + 0.6)) ** 2)) * margin.inside
        dark = np.maximum(dark, line * np.float32(rng.uniform(0.2, 0.95)))
    picture *= (1 - np.float32(0.9) * dark)[..., None]


def _strokes(ink: NDArray[np.uint8], curve: Mask, places: NDArray[np.int64], up: int, unit: float, rng: Random) -> None:
    long = unit * rng.uniform(0.04, 0.16)
    for column in places:
        lean = (column - ink.shape[1] / 2) / unit * long
        tip = (int(column + lean + rng.normal(0, 1)), int(curve[column] + up * long * rng.uniform(0.5, 1)))
        cv2.line(ink, (int(column), int(curve[column])), tip, (255,), 1, cv2.LINE_AA)


def glints(picture: Picture, opening: Mask, eye: EyeParameters, x: Mask, y: Mask, rng: Random) -> None:
    """Adds 0 to 6 reflections on the wet eye, most of them near the pupil."""
    unit = float(1 / (x[1] - x[0]))
    centre = np.array([eye.iris.x - float(x[0]), eye.iris.y - float(y[0, 0])]) * unit
    count = int(rng.choice(7, p=[0.15, 0.3, 0.2, 0.15, 0.1, 0.05, 0.05]))
    add_glints(picture, opening, centre, eye.iris.radius * unit, rng, count=count)


def surroundings(picture: Picture, eye: EyeParameters, x: Mask, y: Mask, rng: Random) -> None:
    """Brow, what lies behind a turned head, glasses and cast shadows, each now and then."""
    if rng.random() < 0.85:
        _brow(picture, x, y, rng)
    if abs(eye.yaw) > 0.3 and rng.random() < 0.6:
        _beyond(picture, eye, x, y, rng)
    if rng.random() < 0.3:
        glasses(picture, rng)
    if rng.random() < 0.35:
        shadow(picture, rng)


def _brow(picture: Picture, x: Mask, y: Mask, rng: Random) -> None:
    height = rng.uniform(0.32, 0.75) + rng.uniform(-0.1, 0.35) * x - rng.uniform(0, 0.5) * x**2 * np.sign(0.3 - x)
    thick = rng.uniform(0.03, 0.11)
    band = np.exp(-(np.abs((y + height) / np.float32(thick)) ** 3)) * np.clip(1.6 - np.abs(x + 0.1) * 2, 0, 1)
    hair = np.clip(0.8 + cloud(rng, 0.35, cells=70), 0, 1)
    picture *= (1 - np.float32(rng.uniform(0.2, 0.9)) * band * hair)[..., None]


def _beyond(picture: Picture, eye: EyeParameters, x: Mask, y: Mask, rng: Random) -> None:
    """The background beside the temple, or the bridge of the nose before the eye, of a head that is turned."""
    edge = eye.width / 2 + rng.uniform(0.06, 0.5)
    side = -1.0 if rng.random() < 0.5 else 1.0
    curve = side * x - edge - rng.uniform(-0.2, 0.2) * y - rng.uniform(0, 0.4) * y**2
    mask = np.clip(curve / np.float32(rng.uniform(0.015, 0.08)) + 0.5, 0, 1)[..., None]
    colour = rng.uniform(0, 1) * rng.uniform(0.7, 1.2, 3).astype(np.float32)
    picture += mask * (colour.astype(np.float32) * (1 + cloud(rng, 0.1, cells=5)[..., None]) - picture)


def glasses(picture: Picture, rng: Random) -> None:
    """A frame around the eye, and reflections on the lens as streaks and patches."""
    height, width = picture.shape[:2]
    unit = width / 2.25
    frame = np.zeros((height, width), np.uint8)
    middle = (int(width / 2 + unit * rng.normal(0, 0.12)), int(height / 2 + unit * rng.normal(0.08, 0.12)))
    axes = (int(unit * rng.uniform(0.6, 1.0)), int(unit * rng.uniform(0.38, 0.7)))
    thick = max(1, int(unit * rng.uniform(0.015, 0.12)))
    if rng.random() < 0.5:
        cv2.ellipse(frame, middle, axes, 0, 0, 360, (255,), thick, cv2.LINE_AA)
    else:
        low = (middle[0] - axes[0], middle[1] - axes[1])
        cv2.rectangle(frame, low, (middle[0] + axes[0], middle[1] + axes[1]), 255, thick, cv2.LINE_AA)
    if rng.random() < 0.85:
        rim = cv2.GaussianBlur(frame, (3, 3), 0).astype(np.float32)[..., None] / 255 * np.float32(rng.uniform(0.4, 1))
        picture += rim * (np.float32(rng.uniform(0, 0.5)) * rng.uniform(0.6, 1, 3).astype(np.float32) - picture)
    if rng.random() < 0.2:  # tinted
        picture *= rng.uniform(0.25, 0.95, 3).astype(np.float32)
    for _ in range(int(rng.choice(4, p=[0.35, 0.35, 0.2, 0.1]))):
        _reflection(picture, rng)
    for _ in range(int(rng.choice(3, p=[0.6, 0.25, 0.15]))):
        add_screen(picture, rng)


def _reflection(picture: Picture, rng: Random) -> None:
    height, width = picture.shape[:2]
    mask = np.zeros((height, width), np.uint8)
    centre = np.array([width, height]) * rng.uniform(0.2, 0.8, 2)
    angle = rng.uniform(-1, 1)
    along, across = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    long, thick = width * rng.uniform(0.05, 0.6), width * rng.uniform(0.01, 0.1)
    quad = [centre + long * along + thick * across, centre + long * along - thick * across]
    quad += [centre - long * along - thick * across, centre - long * along + thick * across]
    cv2.fillConvexPoly(mask, np.array(quad).astype(np.int32), (255,), cv2.LINE_AA)
    soft = cv2.GaussianBlur(mask, (0, 0), rng.uniform(0.5, 5)).astype(np.float32)[..., None] / 255
    picture += soft * (np.float32(rng.uniform(0.5, 1.1)) - picture) * np.float32(rng.uniform(0.1, 0.85))


def shadow(picture: Picture, rng: Random) -> None:
    """The edge of a cast shadow, or a light from one side."""
    height, width = picture.shape[:2]
    angle = rng.uniform(0, 2 * np.pi)
    x = np.arange(width, dtype=np.float32) / width - rng.uniform(0.1, 0.9)
    y = (np.arange(height, dtype=np.float32) / height - rng.uniform(0.1, 0.9))[:, None]
    ramp = np.cos(angle) * x + np.sin(angle) * y
    dark = np.clip(ramp / np.float32(rng.uniform(0.02, 1.2)) + 0.5, 0, 1)
    picture *= (1 - np.float32(rng.uniform(0.2, 0.75)) * dark)[..., None]
