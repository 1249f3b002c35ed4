"""Eye crops for the network: level, by the eye's own corners, the nose always on the same side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livecam.core.crop import EyeCrop, EyePair, warp_crop
from livecam.core.types import Face, Frame, Points, Side
from livecam.perception.pupils.network.model_card import CropSpec

Matrix = NDArray[np.float64]  # (2, 3), frame pixels to crop pixels

# Training cuts by the same matrices: docs/decisions/one-crop-code.md


@dataclass(frozen=True, slots=True)
class EyeCornerCropper:
    """Cuts an eye by its own corners, level with the line of both eyes."""

    window: CropSpec

    def __call__(self, frame: Frame, face: Face) -> EyePair:
        right, left = face.lids(Side.RIGHT), face.lids(Side.LEFT)
        right_width, left_width = _width(right), _width(left)
        least, angle = self.window.other_eye_share, face.roll
        return EyePair(
            self._eye(frame, Side.LEFT, left, max(left_width, least * right_width), angle),
            self._eye(frame, Side.RIGHT, right, max(right_width, least * left_width), angle),
            face,
            frame.timestamp,
            frame.image,
        )

    def _eye(self, frame: Frame, side: Side, lids: Points, width: float, angle: float) -> EyeCrop:
        matrix = window_matrix(self.window, _middle(lids), width=width, angle=angle, side=side)
        return EyeCrop(side, warp_crop(frame.image, matrix, (self.window.width, self.window.height)), matrix, lids)


def _width(lids: Points) -> float:
    return math.hypot(float(lids[3, 0] - lids[0, 0]), float(lids[3, 1] - lids[0, 1]))


def _middle(lids: Points) -> tuple[float, float]:
    return float(lids[0, 0] + lids[3, 0]) / 2, float(lids[0, 1] + lids[3, 1]) / 2


def window_matrix(window: CropSpec, centre: Sequence[float], *, width: float, angle: float, side: Side) -> Matrix:
    """The (2, 3) matrix from frame to crop for an eye around `centre` that counts as `width` wide."""
    scale = window.width / (max(width, 1.0) * (1 + 2 * window.margin))
    cos, sin = scale * math.cos(angle), scale * math.sin(angle)
    x, y = centre
    onto_x, onto_y = (window.width - 1) / 2, (window.height - 1) / 2
    # Plain numbers: this runs twice a frame. A mirrored crop has its middle where it was.
    across = -1 if window.mirror_left and side is Side.LEFT else 1
    a, b = across * cos, across * sin
    return np.array([[a, b, onto_x - a * x - b * y], [-sin, cos, onto_y + sin * x - cos * y]])
