"""Finds pupils without a learned model: the limbus as a ring of gradients, both eyes weighed together."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.crop import EyeCrop, EyePair, cut, similarity
from livecam.core.scene import EyeState, Face, Frame, Point, Pupil, Side
from livecam.core.seams import PupilPair
from livecam.pupils.head import head
from livecam.pupils.ring import Plane, RingBank, gradients

_WIDTH, _HEIGHT = 64, 48
_IRIS_RADIUS = 8.0  # patch pixels
_IRIS_SHARE = 0.0935  # iris radius in pupil distances
_COARSE = RingBank.of((3.0, 3.5, 4.0, 4.5), 5, 0.6)
_FINE = RingBank.of((6.0, 6.6, 7.2, 7.8, 8.4, 9.0), 11)
_COARSE_LOW, _COARSE_SIZE = (8, 7), (16, 10)  # where in the half-size patch a centre may lie
_FINE_REACH = 3  # how far, in patch pixels, the fine search looks around a coarse peak
_PEAKS = 6
_PULL_TO_MIDDLE = 0.005
_PULL_TO_OTHER = 0.012
_OTHER_REACH = np.array([4.0, 3.0])


@dataclass(frozen=True, slots=True)
class HeadCut:
    """Cuts both eyes level, centred on the middle of their corners, scaled by the size of the head, so that an iris has
    a radius of eight pixels also when the head is turned."""

    def __call__(self, frame: Frame, face: Face) -> EyePair:
        scale = _IRIS_RADIUS / _IRIS_SHARE / head(face).pupil_distance
        left, right = (self._eye(frame, face, side, scale) for side in (Side.LEFT, Side.RIGHT))
        return EyePair(left, right, face, frame.seconds)

    def _eye(self, frame: Frame, face: Face, side: Side, scale: float) -> EyeCrop:
        lids = face.lids(side)
        middle = ((_WIDTH - 1) / 2, (_HEIGHT - 1) / 2)
        matrix = similarity(lids[[0, 3]].mean(axis=0), angle=face.roll, scale=scale, onto=middle)
        return EyeCrop(side, cut(frame.image, matrix, (_WIDTH, _HEIGHT)), matrix, lids)


@dataclass(frozen=True, slots=True)
class Handcrafted:
    """The limbus by radial gradients: coarse at half size, both eyes weighed together, then fine and sub-pixel."""

    cutter: HeadCut = HeadCut()

    def locate(self, eyes: EyePair) -> PupilPair:
        left, right = (_levels(eye) for eye in eyes)
        first, second = _together(_peaks(left, eyes.left), _peaks(right, eyes.right))
        return PupilPair(_pupil(left, eyes.left, first), _pupil(right, eyes.right, second))


def _levels(eye: EyeCrop) -> Plane:
    """The red channel, where skin is brightest and a blue iris dark, in standard deviations, glints clipped."""
    red = eye.patch[..., 2].astype(np.float32)
    core = red[8:40, 8:56]
    levels: Plane = np.minimum((red - core.mean()) / (core.std() + 4.0), 1.5)
    return levels


def _peaks(levels: Plane, eye: EyeCrop) -> NDArray[np.float64]:
    """The best places (n, 3): x, y in patch pixels from the middle of the corners, and score; the best first."""
    half = cv2.resize(levels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA).astype(np.float32, copy=False)
    scores = _COARSE.respond(gradients(half), _COARSE_LOW, _COARSE_SIZE).max(axis=2)
    rows, columns = np.nonzero(scores >= cv2.dilate(scores, np.ones((3, 3), np.uint8)))
    x, y = 2 * (columns + _COARSE_LOW[0]) + 0.5, 2 * (rows + _COARSE_LOW[1]) + 0.5
    middle = eye.from_frame(eye.lids.mean(axis=0))
    score = scores[rows, columns] - _PULL_TO_MIDDLE * (((x - 31.5) / 12) ** 2 + ((y - middle[1]) / 6) ** 2)
    best = np.argsort(-score)[:_PEAKS]
    peaks: NDArray[np.float64] = np.column_stack([x, y, score])[best]
    return peaks


def _together(left: NDArray[np.float64], right: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The pair of peaks with the best sum; eyes look the same way, but a badly cut eye must not drag the other far."""
    apart = (((left[:, None, :2] - right[None, :, :2]) / _OTHER_REACH) ** 2).sum(axis=2)
    score = left[:, None, 2] + right[None, :, 2] - _PULL_TO_OTHER * np.minimum(apart, 4.0)
    first, second = np.unravel_index(np.argmax(score), score.shape)
    return left[first], right[second]


def _pupil(levels: Plane, eye: EyeCrop, peak: NDArray[np.float64]) -> Pupil:
    slopes = gradients(cv2.GaussianBlur(levels, (0, 0), 0.7).astype(np.float32, copy=False))
    side = 2 * _FINE_REACH + 1
    low_x = int(np.clip(round(peak[0]) - _FINE_REACH, _FINE.reach, _WIDTH - _FINE.reach - side))
    low_y = int(np.clip(round(peak[1]) - _FINE_REACH, _FINE.reach, _HEIGHT - _FINE.reach - side))
    block = _FINE.respond(slopes, (low_x, low_y), (side, side))
    row, column, ring = np.unravel_index(int(np.argmax(block)), block.shape)
    best = block[..., ring]
    x = low_x + column + _vertex(best[row, :], int(column))
    y = low_y + row + _vertex(best[:, column], int(row))
    radius = _FINE.radii[ring] + 0.6 * _vertex(block[row, column], int(ring))
    centre = eye.to_frame((x, y))
    score = float(block[row, column, ring])
    confidence = float(1 / (1 + np.exp(-(score - 0.1) * 40)))
    state = EyeState.OPEN if confidence >= 0.5 else EyeState.CLOSED
    return Pupil(Point(float(centre[0]), float(centre[1])), radius / eye.scale, confidence, state)


def _vertex(values: Plane, at: int) -> float:
    """Where the parabola through the largest value and its neighbours peaks, in steps from `at`, within half a step."""
    if not 0 < at < len(values) - 1:
        return 0.0
    before, here, after = (float(value) for value in values[at - 1 : at + 2])
    bend = before - 2 * here + after
    return float(np.clip((before - after) / (2 * bend), -0.5, 0.5)) if bend < 0 else 0.0
