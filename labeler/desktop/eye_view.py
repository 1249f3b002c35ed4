"""An enlarged eye on the page, and the way between the page's pixels and the sample's."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from labeler.desktop.primitives import BACKGROUND, Area
from labeler.session.item import LabelingItem
from labeler.session.state import Contrast, ViewState
from livecam.core.types import Image, Point, Side

LEAST_SCALE = 8.0  # page pixels a picture pixel, before zooming
ZOOM_STEP = 1.25
_SHOWN = 0.95  # pupil distances that an area shows across


@dataclass(frozen=True, slots=True)
class EyeView:
    """Where an eye is on the page; the centre of the page's top-left pixel is (0, 0), as in pictures."""

    side: Side
    area: Area
    scale: float  # page pixels a picture pixel
    middle: Point  # of the area, in picture pixels

    def to_page(self, point: Point) -> Point:
        x, y = self._centre()
        return Point(x + (point.x - self.middle.x) * self.scale, y + (point.y - self.middle.y) * self.scale)

    def to_picture(self, point: Point) -> Point:
        x, y = self._centre()
        return Point(self.middle.x + (point.x - x) / self.scale, self.middle.y + (point.y - y) / self.scale)

    def shows(self, point: Point) -> bool:
        """Whether a point of the page is on this eye."""
        left, top, width, height = self.area
        return left <= point.x < left + width and top <= point.y < top + height

    def draw(self, canvas: Image, picture: Image, view: ViewState) -> None:
        """The enlarged eye; what lies outside of the picture is background."""
        _, _, width, height = self.area
        x, y = (width - 1) / 2, (height - 1) / 2
        matrix = np.array(
            [[self.scale, 0, x - self.scale * self.middle.x], [0, self.scale, y - self.scale * self.middle.y]]
        )
        kind = cv2.INTER_CUBIC if view.smooth else cv2.INTER_NEAREST
        toned = _toned(picture, self, view.contrast)
        self.area.of(canvas)[:] = cv2.warpAffine(toned, matrix, (width, height), flags=kind, borderValue=BACKGROUND)

    def _centre(self) -> Point:
        """Of the area, page pixels."""
        left, top, width, height = self.area
        return Point(left + (width - 1) / 2, top + (height - 1) / 2)


def eye_view(item: LabelingItem, side: Side, area: Area, zoom: int) -> EyeView:
    """The eye with as much around it as fits, and at least eight times as large as it was; stays while it is placed."""
    scale = max(LEAST_SCALE, area.width / (_SHOWN * item.unit)) * ZOOM_STEP**zoom
    return EyeView(side, area, scale, item.middles[side])


def _toned(picture: Image, eye: EyeView, contrast: Contrast) -> Image:
    if contrast is Contrast.PLAIN:
        return picture
    if contrast is Contrast.BRIGHT:
        levels = 255 * (np.arange(256) / 255) ** 0.5
    else:
        low, high = _range(picture, eye)
        levels = (np.arange(256) - low) * (255 / max(high - low, 8))
    table = np.clip(np.rint(levels), 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(picture, table), np.uint8)


def _range(picture: Image, eye: EyeView) -> tuple[float, float]:
    """From nearly the darkest to nearly the brightest level around the eye."""
    reach_x, reach_y = eye.area.width / eye.scale / 2, eye.area.height / eye.scale / 2
    top, left = max(0, int(eye.middle.y - reach_y)), max(0, int(eye.middle.x - reach_x))
    region = picture[top : int(eye.middle.y + reach_y) + 1, left : int(eye.middle.x + reach_x) + 1]
    if region.size == 0:
        return 0.0, 255.0
    low, high = np.percentile(region, [1, 99])
    return float(low), float(high)
