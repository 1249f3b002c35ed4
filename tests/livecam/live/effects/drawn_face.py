"""A neutral face, drawn from landmarks, for pictures that must not depend on anybody's portrait."""

from __future__ import annotations

import cv2
import numpy as np

from livecam.core.types import FaceObservation, Gaze, Image, Points, Scene, Side
from tests.fakes import make_face, make_frame, make_pupil

STYLES = ("tremble", "saucer", "swirl")
_FINER = 4
WALL, SKIN, LIPS, WHITE, IRIS, HAIR = (
    (196, 188, 176), (150, 178, 222), (110, 112, 196), (232, 234, 236), (70, 92, 104), (52, 62, 78),
)  # fmt: skip


def drawn_scene(*, pupil_distance: float, roll: float = 0.0, gaze: Gaze = Gaze(0, 0)) -> Scene:
    """A crop around one face that looks where `gaze` says."""
    width, height = round(3.3 * pupil_distance), round(3.7 * pupil_distance)
    face = make_face(centre=(width / 2, height * 0.42), pupil_distance=pupil_distance, roll=roll)
    shift = (0.1 * gaze.horizontal, 0.06 * gaze.vertical)
    left, right = (make_pupil(face, side, shift=shift) for side in (Side.LEFT, Side.RIGHT))
    irises = [(pupil.centre, pupil.radius) for pupil in (left, right)]
    frame = make_frame(_drawn(width, height, face.landmarks, irises))
    return Scene(frame, (FaceObservation(face, left, right, gaze, gaze),))


def _drawn(width: int, height: int, points: Points, irises: list[tuple[tuple[float, float], float]]) -> Image:
    large = np.full((height * _FINER, width * _FINER, 3), WALL, np.uint8)
    unit = float(np.hypot(*(points[45] - points[36]))) / 1.46
    brow = points[27] - points[8]
    middle = points[27] - 0.02 * brow
    tilt = float(np.degrees(np.arctan2(points[45][1] - points[36][1], points[45][0] - points[36][0])))
    _ellipse(large, middle, (1.24 * unit, 1.62 * unit), tilt, HAIR)
    _ellipse(large, points[27] - 0.26 * brow, (1.14 * unit, 1.36 * unit), tilt, SKIN)
    for start in (17, 22):
        _line(large, points[start : start + 5], 0.07 * unit)
    _line(large, points[27:31], 0.02 * unit)
    _line(large, points[31:36], 0.03 * unit)
    opening = np.zeros(large.shape[:2], np.uint8)
    for start in (36, 42):
        cv2.fillPoly(opening, [_fine(points[start : start + 6])], 255)
    large[opening > 0] = WHITE
    iris = np.zeros_like(opening)
    for centre, radius in irises:
        cv2.circle(iris, _fine(np.array(centre)).tolist(), round(radius * _FINER), 255, -1)
    large[(opening > 0) & (iris > 0)] = IRIS
    cv2.fillPoly(large, [_fine(points[48:60])], LIPS)
    _line(large, points[[60, 64]], 0.02 * unit)
    return cv2.resize(large, (width, height), interpolation=cv2.INTER_AREA)


def _fine(points: np.ndarray) -> np.ndarray:
    return np.rint((points + 0.5) * _FINER - 0.5).astype(np.int32)


def _ellipse(large: Image, centre: np.ndarray, axes: tuple[float, float], tilt: float, colour: tuple[int, ...]) -> None:
    size = tuple(round(axis * _FINER) for axis in axes)
    cv2.ellipse(large, _fine(centre).tolist(), size, tilt, 0, 360, colour, -1)


def _line(large: Image, points: np.ndarray, width: float) -> None:
    cv2.polylines(large, [_fine(points)], False, HAIR, max(1, round(width * _FINER)))
