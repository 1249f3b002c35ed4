"""Turns the head around an eye: a patch seen from the front as a camera sees it that looks from the side or from below.

The face around an eye is taken for a height field: it falls towards the temple, rises to the bridge of the nose and the
brow, and bulges over the ball. The field is turned and projected (after the way of 3DDFA, Zhu et al. 2016, in small).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from training.data.dataset import Random

Picture = NDArray[np.float32]  # (h, w, 3) BGR, 0..1
Vector = NDArray[np.float64]

_SETTLING = 8  # steps after which every place of the turned patch knows where it came from
_COARSE = 4  # pixels between the places that are followed one by one
_STEEPEST = 0.75  # of the slope at which the nose would begin to hide the eye


@dataclass(frozen=True, slots=True)
class HeadTurn:
    """How a head is turned, and the shape of its face; lengths in widths of the eye, angles in radians.

    For a subject's right eye: x to the nose, y down, heights towards the camera; the middle of the corners is the
    origin.
    """

    yaw: float  # positive: the nose comes nearer to the eye
    pitch: float  # positive: the head looks down
    distance: float  # of the camera
    temple: float  # how fast the face falls away
    bridge: float  # height of the nose beside the eye
    brow: float  # height of the brow
    ball: float  # how far the ball stands out

    @classmethod
    def random(cls, rng: Random) -> HeadTurn:
        """A head as webcams see it; the nose never hides the eye."""
        yaw, pitch = float(rng.uniform(-0.85, 0.85)), float(np.clip(rng.normal(0, 0.22), -0.5, 0.5))
        steepest = _STEEPEST / max(abs(np.tan(yaw)), 0.3)
        return cls(
            yaw=yaw,
            pitch=pitch,
            distance=float(rng.uniform(9, 30)),
            temple=float(min(rng.uniform(0.15, 0.45), steepest / 2)),
            bridge=float(min(rng.uniform(0.15, 0.5), steepest * 0.35)),
            brow=float(rng.uniform(0.02, 0.14)),
            ball=float(rng.uniform(0.02, 0.1)),
        )

    def seen(self, points: ArrayLike) -> Vector:
        """Where points (..., 2) of the face are seen after the turn."""
        x, y = np.moveaxis(np.asarray(points, np.float64), -1, 0)
        height = self._height(x, y)
        across, depth = _rotated(x, height, self.yaw)
        down, depth = _rotated(y, depth, -self.pitch)
        nearness = 1 - depth / self.distance
        seen: Vector = np.stack([across / nearness, down / nearness], axis=-1)
        return seen

    def shown(self, places: ArrayLike) -> Vector:
        """Which points of the face (..., 2) are seen at these places: the inverse of `seen`."""
        wanted: Vector = np.asarray(places, np.float64)
        scale = np.array([np.cos(self.yaw), np.cos(self.pitch)])
        points: Vector = wanted / scale
        for _ in range(_SETTLING):
            points = points + np.clip((wanted - self.seen(points)) / scale, -0.5, 0.5)
        return points

    def _height(self, x: Vector, y: Vector) -> Vector:
        temple = -self.temple * np.where(x > 0, 0.3 * x * x, np.where(x < -1, -1 - 2 * x, x * x))
        bridge = self.bridge / (1 + np.exp(-(x - 0.85) / 0.12))
        brow = self.brow / (1 + np.exp((y + 0.45) / 0.06))
        height: Vector = temple + bridge + brow + self.ball * np.exp(-(x * x + y * y) / 0.12)
        return height


def _rotated(along: Vector, depth: Vector, angle: float) -> tuple[Vector, Vector]:
    cos, sin = np.cos(angle), np.sin(angle)
    return along * cos + depth * sin, depth * cos - along * sin


def turn_head(picture: Picture, turn: HeadTurn, *, middle: Vector, unit: float) -> Picture:
    """The picture of an eye, whose corners are `unit` pixels apart around `middle`, after the head has been turned."""
    height, width = picture.shape[:2]
    rows, columns = np.mgrid[: max(height // _COARSE, 1), : max(width // _COARSE, 1)]
    # Where a picture that is so much smaller has the centres of its pixels.
    step = np.array([width / columns.shape[1], height / columns.shape[0]])
    places = (np.stack([columns, rows], axis=-1) + 0.5) * step - 0.5
    source = turn.shown((places - middle) / unit) * unit + middle
    full = cv2.resize(source.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    x, y = full[..., 0], full[..., 1]
    turned: Picture = cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
    return turned


def turn_points(points: ArrayLike, turn: HeadTurn, *, middle: Vector, unit: float) -> Vector:
    """Where points (..., 2) of the same picture are after the turn, pixels."""
    return turn.seen((np.asarray(points, np.float64) - middle) / unit) * unit + middle
