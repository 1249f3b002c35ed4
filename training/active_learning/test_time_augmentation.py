"""Test-time augmentation: an eye in slightly changed views; the spread of the answers is a measure of uncertainty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.crop import warp_crop
from livecam.core.types import Image, Side
from livecam.perception.pupils.network.eye_crop import Matrix, window_matrix
from livecam.perception.pupils.network.heatmap import HeatmapOutput, normalised
from livecam.perception.pupils.network.model_card import CropSpec, Normalisation


class Augmentation(NamedTuple):
    """One change of the crop; the first of `VIEWS` is none."""

    across: float = 0.0  # widths of the eye
    down: float = 0.0
    widen: float = 1.0
    gamma: float = 1.0
    mirrored: bool = False


VIEWS = (
    Augmentation(),
    Augmentation(across=0.06, widen=1.06),
    Augmentation(across=-0.06, down=0.03, widen=0.95),
    Augmentation(down=-0.05, gamma=1.4),
    Augmentation(down=0.05, widen=1.12, gamma=0.7),
    Augmentation(mirrored=True),
)


@dataclass(frozen=True, slots=True)
class EyeRoi:
    """Where an eye is in a picture, pixels; as `CornerCut` sees it."""

    centre: tuple[float, float]  # the middle of the corners
    width: float
    angle: float  # radians
    side: Side


class AugmentedCrops(NamedTuple):
    """One eye's crop for every view."""

    crops: NDArray[np.float32]  # (views, h, w) normalised
    matrices: NDArray[np.float64]  # (views, 2, 3), picture to crop, before a view is mirrored


class TTAStatistics(NamedTuple):
    """What n eyes' answers to all views have in common."""

    places: NDArray[np.float64]  # (n, 2) of the unchanged view, picture pixels
    variance: NDArray[np.float64]  # (n,) of the place, in squares of the eye's width
    openness: NDArray[np.float64]  # (n,) the mean probability of being open

    @property
    def surely_open(self) -> NDArray[np.float64]:
        """What an answer about the place counts: an eye that may be closed has none, whatever the network says."""
        weight: NDArray[np.float64] = self.openness**4
        return weight

    @property
    def uncertainty(self) -> NDArray[np.float64]:
        """The variance of eyes that are surely open."""
        unsettled: NDArray[np.float64] = self.variance * self.surely_open
        return unsettled


def looks(
    grey: Image,
    site: EyeRoi,
    window: CropSpec,
    normalisation: Normalisation,
    views: Sequence[Augmentation] = VIEWS,
) -> AugmentedCrops:
    """The crops of one eye in a grey picture (h, w)."""
    matrices = [_matrix(site, view, window) for view in views]
    size = (window.width, window.height)
    crops = [
        normalised(_changed(warp_crop(grey, matrix, size), view), normalisation)
        for view, matrix in zip(views, matrices, strict=True)
    ]
    return AugmentedCrops(np.array(crops), np.array(matrices))


def _matrix(site: EyeRoi, view: Augmentation, window: CropSpec) -> Matrix:
    x, y = site.centre
    moved = x + view.across * site.width, y + view.down * site.width
    return window_matrix(window, moved, width=view.widen * site.width, angle=site.angle, side=site.side)


def _changed(crop: Image, view: Augmentation) -> Image:
    if view.gamma != 1.0:
        crop = cv2.LUT(crop, _GAMMA[view.gamma]).astype(np.uint8, copy=False)
    return crop[:, ::-1] if view.mirrored else crop


_GAMMA = {
    view.gamma: np.round(255 * (np.arange(256) / 255) ** view.gamma).astype(np.uint8)
    for view in VIEWS
    if view.gamma != 1.0
}


def stability(
    reading: HeatmapOutput, seen: Sequence[AugmentedCrops], widths: Sequence[float], window: CropSpec
) -> TTAStatistics:
    """From a reading of all views of n eyes, the views of one eye after another."""
    shape = len(seen), len(VIEWS)
    centres = reading.centres.reshape(*shape, 2).copy()
    mirrored = [view.mirrored for view in VIEWS]
    centres[:, mirrored, 0] = window.width - 1 - centres[:, mirrored, 0]
    matrices = np.array([each.matrices for each in seen])
    places = np.linalg.solve(matrices[..., :2], (centres - matrices[..., 2])[..., None])[..., 0]
    sizes = np.asarray(widths, np.float64)
    variance = (places / sizes[:, None, None]).var(axis=1).sum(axis=1)
    open_odds = np.clip(reading.openness.reshape(shape), -30, 30)
    return TTAStatistics(places[:, 0], variance, (1 / (1 + np.exp(-open_odds))).mean(axis=1))
