"""What an eye can look like: random parameters of a rendered eye, in eye widths and radians.

The subject's right eye, level, its nose to the right. (0, 0) is the middle of its corners, one unit their distance
when seen from the front. The ball turns behind the lids: iris and opening move differently when the head turns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.data.dataset import Random

BALL = 0.37  # from the centre of the eyeball to the plane of the iris: 10.5 of 28.5 mm
OPENING = 0.30  # from the centre of the eyeball to the plane of the corners
CLOSED_BELOW = 0.12  # of the iris disc's area visible: what is less is a closed eye


@dataclass(frozen=True, slots=True, eq=False)
class LidMasks:
    """The lid margins as heights, y down, at the places `x` of a row of pixels."""

    upper: NDArray[np.float32]  # (w,)
    lower: NDArray[np.float32]  # (w,), never above the upper one
    rest: NDArray[np.float32]  # (w,), where the upper lid is when the eye is fully open
    inside: NDArray[np.float32]  # (w,), 0..1, fades at the corners


@dataclass(frozen=True, slots=True)
class IrisParameters:
    x: float
    y: float
    radius: float
    squeeze: tuple[float, float]  # how much narrower and lower than a circle the disc is seen
    pupil: float  # of the radius
    glow: float  # brightness of the iris, 0 is as black as the pupil
    hue: tuple[float, float, float]  # BGR, around 1
    ring: float  # darkness of the limbal ring, 0..1
    softness: float  # width of the limbus


@dataclass(frozen=True, slots=True)
class EyeParameters:
    """The parts of one eye, before light and camera."""

    iris: IrisParameters
    yaw: float
    width: float  # corner distance as seen, 1 from the front
    tilt: float  # of the corners' line
    upper_height: float
    lower_height: float
    upper_peak: float  # where the upper lid is highest, -1 temple .. 1 nose
    lower_peak: float
    opening: float  # 0 closed, 1 at rest, more is wide open
    skin: tuple[float, float, float]  # BGR, 0..1
    white: float  # brightness of the sclera beside the skin's

    @property
    def corners(self) -> NDArray[np.float64]:
        """Temple and nose corner, (2, 2)."""
        half = self.width / 2 * np.array([np.cos(self.tilt), np.sin(self.tilt)])
        return np.array([-half, half])


def draw(rng: Random) -> EyeParameters:
    """A random eye."""
    yaw = float(np.clip(rng.normal(0, 0.28), -0.9, 0.9))
    pitch = float(np.clip(rng.normal(0, 0.15), -0.5, 0.5))
    direction, iris = _iris(rng, yaw, pitch)
    height = rng.uniform(0.7, 1.25)
    return EyeParameters(
        iris=iris,
        yaw=yaw,
        width=float(max(np.cos(yaw), 0.45) * rng.uniform(0.95, 1.05)),
        tilt=float(rng.normal(0.02, 0.07)),
        upper_height=float(height * rng.uniform(0.165, 0.24) + max(-direction, 0) * 0.12),
        lower_height=float(height * rng.uniform(0.075, 0.14)),
        upper_peak=float(rng.uniform(-0.2, 0.35)),
        lower_peak=float(rng.uniform(-0.45, 0.15)),
        opening=_opening(rng) * (1 - 0.4 * min(max(direction, 0) / 0.5, 1)),
        skin=_skin(rng),
        white=float(rng.uniform(0.75, 1.7)),
    )


def _iris(rng: Random, yaw: float, pitch: float) -> tuple[float, IrisParameters]:
    """The vertical gaze, radians down, and the iris."""
    strong = rng.random() < 0.6
    across = float(rng.uniform(-0.75, 0.75) if strong else rng.normal(-yaw, 0.12))
    down = float(rng.uniform(-0.6, 0.5) if strong else rng.normal(-pitch, 0.1))
    seen_x, seen_y = np.clip(across + yaw, -1.1, 1.1), np.clip(down + pitch, -0.8, 0.9)
    dark = rng.random() < 0.5
    return down, IrisParameters(
        x=float(BALL * np.sin(seen_x) - OPENING * np.sin(yaw) + rng.normal(0, 0.012)),
        y=float(BALL * np.sin(seen_y) - OPENING * np.sin(pitch) + rng.normal(-0.03, 0.02)),
        radius=float(rng.normal(0.207, 0.014)),
        squeeze=(float(max(np.cos(seen_x), 0.5)), float(max(np.cos(seen_y), 0.6))),
        pupil=float(rng.uniform(0.22, 0.62)),
        glow=float(rng.uniform(0.0, 0.25) if dark else rng.uniform(0.15, 0.75)),
        hue=(float(rng.uniform(0.5, 1.5)), float(rng.uniform(0.75, 1.15)), float(rng.uniform(0.7, 1.3))),
        ring=float(rng.uniform(0, 0.7)),
        softness=float(rng.uniform(0.015, 0.06)),
    )


def _opening(rng: Random) -> float:
    kind = rng.random()
    if kind < 0.09:
        return 0.0
    return float(rng.uniform(0.0, 0.6) if kind < 0.22 else rng.uniform(0.6, 1.2))


def _skin(rng: Random) -> tuple[float, float, float]:
    level = rng.uniform(0.12, 0.85)
    red = rng.uniform(1.05, 1.3)
    blue = rng.uniform(0.55, 0.85)
    return float(level * blue), float(level * rng.uniform(0.75, 0.92)), float(min(level * red, 1))


def lids(eye: EyeParameters, x: NDArray[np.float32]) -> LidMasks:
    """The lid margins over the places `x`, eye widths."""
    along = x / (eye.width / 2)
    line = x * np.float32(np.tan(eye.tilt))
    upper = line - eye.upper_height * _arch(along, eye.upper_peak, 0.62)
    lower = line + eye.lower_height * _arch(along, eye.lower_peak, 0.75)
    meet = line + eye.lower_height * 0.8 * _arch(along, eye.lower_peak, 0.75)
    lifted = upper if eye.opening >= 1 else meet + (upper - meet) * np.float32(eye.opening)
    if eye.opening > 1:
        lifted = upper - np.float32(0.12 * (eye.opening - 1)) * _arch(along, eye.upper_peak, 0.62)
    inside = np.clip((1 - np.abs(along)) * 12, 0, 1)
    return LidMasks(*(np.asarray(a, np.float32) for a in (np.minimum(lifted, lower), lower, upper, inside)))


def _arch(along: NDArray[np.float32], peak: float, power: float) -> NDArray[np.float32]:
    """0 at -1 and 1, 1 at `peak`; a smaller power is a flatter, squarer arch. Outside the corners it stays 0."""
    inside = np.clip(along, -1, 1)
    moved = np.where(inside < peak, (inside - peak) / (1 + peak), (inside - peak) / (1 - peak))
    arch: NDArray[np.float32] = np.power(np.maximum(1 - moved * moved, 0), power).astype(np.float32)
    return arch


def visible_share(eye: EyeParameters) -> float:
    """The share of the iris disc that the lids leave free, 0..1."""
    angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    reach = np.array([0.3, 0.6, 0.85, 0.98])[:, None]
    weight = np.broadcast_to(reach, (4, 24)).ravel()
    x = (eye.iris.x + reach * eye.iris.radius * eye.iris.squeeze[0] * np.cos(angle)).ravel().astype(np.float32)
    y = (eye.iris.y + reach * eye.iris.radius * eye.iris.squeeze[1] * np.sin(angle)).ravel()
    margin = lids(eye, x)
    free = (y > margin.upper) & (y < margin.lower) & (np.abs(x) < eye.width / 2)
    return float((free * weight).sum() / weight.sum())
