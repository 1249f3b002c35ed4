"""Draws a pair of eyes whose pupils are known to a fraction of a pixel."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from livecam.core.types import LID_POINTS, Face, Image, Side
from livecam.perception.pupils.handcrafted.head_pose import POINTS, SHAPE
from tests.fakes import grey, make_face

_SKIN, _WHITE, _IRIS, _PUPIL = 150, 205.0, 85.0, 30.0


def draw_eyes(face: Face, *, gaze: tuple[float, float] = (0, 0), openness: float = 1.0, glint: bool = False) -> Image:
    """The face's eyes on plain skin; `gaze` moves the irises, in pupil distances along the axes of the head."""
    image = grey(level=_SKIN).astype(np.float64)
    for side in Side:
        _draw_eye(image, face, true_centre(face, side, gaze), side, openness, glint)
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


def true_centre(face: Face, side: Side, gaze: tuple[float, float] = (0, 0)) -> NDArray[np.float64]:
    """Where `draw_eyes` puts the middle of an iris, frame pixels."""
    cos, sin = np.cos(face.roll), np.sin(face.roll)
    turned = np.array(gaze) @ np.array([[cos, sin], [-sin, cos]])
    middle: NDArray[np.float64] = face.lids(side)[[0, 3]].astype(np.float64).mean(axis=0) + turned * face.pupil_distance
    return middle


def shut(face: Face, by: float = 1.0) -> Face:
    """The same face with the landmarks of its lids brought together, by half when a detector has only half noticed."""
    landmarks = face.landmarks.copy()
    for points in LID_POINTS.values():
        lids = landmarks[points]
        corner, along = lids[0], lids[3] - lids[0]
        share = ((lids - corner) @ along) / (along @ along)
        landmarks[points] = (1 - by) * lids + by * (corner + share[:, None] * along)
    return replace(face, landmarks=landmarks)


def _draw_eye(
    image: NDArray[np.float64], face: Face, iris: NDArray[np.float64], side: Side, openness: float, glint: bool
) -> None:
    unit = face.pupil_distance
    across, down = _own_axes(image, face.lids(side)[[0, 3]].mean(axis=0), face.roll, unit)
    width, height = 0.23, 0.1 * openness
    lid = height * (1 - (across / width) ** 2)
    # Positive inside, one per pixel across the edge: a shape is laid over the last one by how far inside a pixel is.
    _lay(image, (np.minimum(lid - down, lid + down)) * unit, _WHITE)
    opening = np.clip((np.minimum(lid - down, lid + down)) * unit + 0.5, 0, 1)
    y, x = np.mgrid[: image.shape[0], : image.shape[1]]
    distance = np.hypot(x - iris[0], y - iris[1])
    _lay(image, 0.0935 * unit - distance, _IRIS, opening)
    _lay(image, 0.04 * unit - distance, _PUPIL, opening)
    if glint:
        _lay(image, 0.02 * unit - np.hypot(x - iris[0] - 0.05 * unit, y - iris[1] + 0.03 * unit), 255.0, opening)
    # The crease of the lid, so that also a closed eye has its line.
    _lay(image, 1.0 - np.abs(down + lid) * unit, 90.0, (np.abs(across) < width).astype(np.float64))


def _own_axes(
    image: NDArray[np.float64], middle: NDArray[np.float32], roll: float, unit: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    y, x = np.mgrid[: image.shape[0], : image.shape[1]]
    x, y = (x - middle[0]) / unit, (y - middle[1]) / unit
    return x * np.cos(roll) + y * np.sin(roll), y * np.cos(roll) - x * np.sin(roll)


def _lay(
    image: NDArray[np.float64], inside: NDArray[np.float64], level: float, clip: NDArray[np.float64] | None = None
) -> None:
    share = np.clip(inside + 0.5, 0, 1)[..., None] * (1.0 if clip is None else clip[..., None])
    image += share * (level - image)


def turned(yaw: float, pupil_distance: float = 80.0) -> Face:
    """A face whose nose points to the right of the picture by `yaw` radians, seen from far away."""
    face = make_face(pupil_distance=pupil_distance)
    across, _, away = SHAPE.T
    shown = np.column_stack([across * np.cos(yaw) - away * np.sin(yaw), SHAPE[:, 1]])
    landmarks = face.landmarks.copy()
    landmarks[POINTS] = (shown * pupil_distance + [320, 240]).astype(np.float32)
    return replace(face, landmarks=landmarks)
