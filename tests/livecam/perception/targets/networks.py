"""Networks that need no training: they answer by arithmetic, with the reach of a real one."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from livecam.core.types import Image
from livecam.perception.targets.interfaces import SegmentationMaps
from livecam.perception.targets.model_card import SearchSpec, TargetConfidenceCalibration
from livecam.perception.targets.peaks import HeadSize

DISC = 12  # radius of a target, pixels
SEARCH = SearchSpec(
    scales=(1.0,),
    box=HeadSize(2 * DISC + 1, 2 * DISC + 1),
    calibration=TargetConfidenceCalibration(height=1.0, lead=0.5, bias=0.0),
)


@dataclass(slots=True)
class RedDiscs:
    """Finds discs of pure red about as large as DISC; it looks `margin` pixels around a cell, and no further."""

    stride: int = 4
    multiple: int = 8
    margin: int = 20
    reach: int = 20
    seen: list[tuple[int, int]] = field(default_factory=list)

    def __call__(self, panel: Image) -> SegmentationMaps:
        self.seen.append(panel.shape[:2])
        level = panel.astype(np.float32)
        red = np.clip(level[..., 2] - np.maximum(level[..., 0], level[..., 1]), 0, 255) / 255
        across = np.hypot(*np.mgrid[-self.reach : self.reach + 1, -self.reach : self.reach + 1])
        inner, ring = across <= DISC, (across > DISC + 2) & (across <= self.reach)
        kernel = inner / inner.sum() - ring / ring.sum()
        likeness = cv2.filter2D(red, -1, kernel.astype(np.float32), borderType=cv2.BORDER_CONSTANT)
        return SegmentationMaps(self._cells(np.clip(likeness, 0, 1)), self._cells(red))

    def _cells(self, values: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
        size = values.shape[1] // self.stride, values.shape[0] // self.stride
        return cv2.resize(values, size, interpolation=cv2.INTER_AREA)


def page_with(
    *discs: tuple[float, float, float], width: int = 640, height: int = 400, radius: float = DISC, seed: int = 0
) -> Image:
    """A grey noisy page with discs at (x, y); the third number is how red each is, 0..1."""
    page = np.repeat(np.random.default_rng(seed).integers(90, 200, (height, width, 1), np.uint8), 3, axis=2)
    for x, y, red in discs:
        colour = (round(128 - 128 * red), round(128 - 128 * red), round(128 + 127 * red))
        cv2.circle(page, (round(16 * x), round(16 * y)), round(16 * radius), colour, -1, cv2.LINE_AA, 4)
    return page
