"""Finds pupils without a learned model: irises as rings of gradients, both eyes weighed together."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from livecam.core.crop import EyeCrop, EyePair, cut, similarity
from livecam.core.scene import EyeState, Face, Frame, Point, Pupil, Side
from livecam.core.seams import PupilPair
from livecam.pupils.coarse import peaks, together
from livecam.pupils.fine import Spot, block, spots
from livecam.pupils.head import head
from livecam.pupils.ring import Plane

_WIDTH, _HEIGHT = 64, 48
_SCALE = 8.0 / 0.0935  # patch pixels a pupil distance: an iris of the usual 0.0935 gets a radius of 8 pixels
_NOISE = 4.0  # grey levels: a patch that is flatter than this has nothing to show
_GLINT = 1.5  # standard deviations above the mean at which levels are clipped
_AGREEMENT = 0.3  # how far the heights of the two centres are drawn together
_AGREEMENT_REACH = 4.0  # patch pixels; eyes further apart in height do not agree at all


@dataclass(frozen=True, slots=True)
class HeadCut:
    """Cuts both eyes level, centred on the middle of their corners, scaled by the size of the head, so that an iris has
    a radius of about eight pixels also when the head is turned."""

    def __call__(self, frame: Frame, face: Face) -> EyePair:
        scale = _SCALE / head(face).pupil_distance
        left, right = (self._eye(frame, face, side, scale) for side in (Side.LEFT, Side.RIGHT))
        return EyePair(left, right, face, frame.seconds)

    def _eye(self, frame: Frame, face: Face, side: Side, scale: float) -> EyeCrop:
        lids = face.lids(side)
        middle = ((_WIDTH - 1) / 2, (_HEIGHT - 1) / 2)
        matrix = similarity(lids[[0, 3]].mean(axis=0), angle=face.roll, scale=scale, onto=middle)
        return EyeCrop(side, cut(frame.image, matrix, (_WIDTH, _HEIGHT)), matrix, lids)


@dataclass(frozen=True, slots=True)
class Handcrafted:
    """Coarse at half size, the best pair of peaks, then fine and sub-pixel around each."""

    cutter: HeadCut = HeadCut()

    def locate(self, eyes: EyePair) -> PupilPair:
        left, right = _levels(eyes.left), _levels(eyes.right)
        first, second = together(peaks(left, eyes.left), peaks(right, eyes.right))
        spot_left, spot_right = _level(*spots(block(left, first), block(right, second)))
        return PupilPair(_pupil(eyes.left, spot_left), _pupil(eyes.right, spot_right))


def _levels(eye: EyeCrop) -> Plane:
    """The red channel, in which skin is bright and even a blue iris dark, in standard deviations, glints clipped."""
    red = cv2.extractChannel(eye.patch, 2).astype(np.float32)
    mean, deviation = (float(value[0, 0]) for value in cv2.meanStdDev(red[8:40, 8:56]))
    levels: Plane = np.minimum((red - mean) * (1 / (deviation + _NOISE)), _GLINT)
    return levels


def _level(left: Spot, right: Spot) -> tuple[Spot, Spot]:
    """The spots with their heights drawn together: what differs there is mostly the shadow of a lid."""
    apart = left.y - right.y
    if abs(apart) >= _AGREEMENT_REACH:
        return left, right
    step = _AGREEMENT * apart / 2
    return left._replace(y=left.y - step), right._replace(y=right.y + step)


def _pupil(eye: EyeCrop, spot: Spot) -> Pupil:
    x, y = eye.to_frame((spot.x, spot.y))
    confidence = float(1 / (1 + np.exp(-(spot.score - 0.1) * 40)))
    state = EyeState.OPEN if confidence >= 0.5 else EyeState.CLOSED
    return Pupil(Point(float(x), float(y)), spot.radius / eye.scale, confidence, state)
