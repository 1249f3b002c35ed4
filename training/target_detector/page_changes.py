"""Simulated pictures of a page: other sizes, poor JPEG, grey, turned by quarters or a little, photographed by phone."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.types import Box, Image
from training.target_detector.data.augmentation import through_jpeg

_TABLE = (70, 90, 110)  # what a photographed page lies on
_CORNER = 0.07  # of the width, how far a corner of a photographed page is moved inwards at most
_DARKEST = 0.55  # of the light, where the shadow on a photographed page is deepest


class ChangedPage(NamedTuple):
    """A page as it is shown, and the homography (3, 3) from its pixels to those shown."""

    image: Image
    matrix: NDArray[np.float64]

    def shown(self, boxes: Sequence[Box]) -> list[Box]:
        """The boxes where they are shown; of a turned one what surrounds it."""
        return [self._shown(box) for box in boxes]

    def _shown(self, box: Box) -> Box:
        right, bottom = box.x + box.width, box.y + box.height
        corners = np.array([[(box.x, box.y), (right, box.y), (right, bottom), (box.x, bottom)]], np.float64)
        places = cv2.perspectiveTransform(corners, self.matrix)[0]
        (left, top), size = places.min(axis=0), np.ptp(places, axis=0)
        return Box(float(left), float(top), float(size[0]), float(size[1]))


PageChange = Callable[[Image], ChangedPage]


def as_it_is(image: Image) -> ChangedPage:
    return ChangedPage(image, np.eye(3))


def resized(factor: float) -> PageChange:
    """The page scanned more coarsely or finely."""
    kind = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR

    def changed(image: Image) -> ChangedPage:
        small = cv2.resize(image, None, fx=factor, fy=factor, interpolation=kind).astype(np.uint8, copy=False)
        return ChangedPage(small, np.diag([small.shape[1] / image.shape[1], small.shape[0] / image.shape[0], 1.0]))

    return changed


def poor_jpeg(image: Image) -> ChangedPage:
    return as_it_is(through_jpeg(image, 30))


def grey(image: Image) -> ChangedPage:
    return as_it_is(cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR).astype(np.uint8))


def turned(angle: float) -> PageChange:
    """The page turned clockwise by so many degrees about its middle; all of it is shown."""

    def changed(image: Image) -> ChangedPage:
        height, width = image.shape[:2]
        cosine, sine = abs(math.cos(math.radians(angle))), abs(math.sin(math.radians(angle)))
        size = round(width * cosine + height * sine), round(width * sine + height * cosine)
        matrix = np.vstack([cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -angle, 1.0), [0, 0, 1]])
        matrix[:2, 2] += (np.array(size) - (width, height)) / 2
        return _warped(image, matrix, size)

    return changed


def photographed(image: Image) -> ChangedPage:
    """The page on a table by a phone: in perspective, in shadow towards one side, warm, noisy, a little blurred."""
    height, width = image.shape[:2]
    random = np.random.default_rng([height, width])  # a page is photographed the same way each time
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    inwards = random.uniform(0, _CORNER * width, (4, 2)) * [[1, 1], [-1, 1], [-1, -1], [1, -1]]
    matrix = np.asarray(cv2.getPerspectiveTransform(corners, (corners + inwards).astype(np.float32)), np.float64)
    page = _warped(image, matrix, (width, height), _TABLE)
    shade = np.linspace(_DARKEST, 1.0, width, dtype=np.float32)[:: random.choice([-1, 1])][None, :, None]
    lit = np.clip(page.image * shade * np.array([0.8, 0.95, 1.05], np.float32), 0, 255).astype(np.uint8)
    soft = cv2.GaussianBlur(lit, (0, 0), 1.1 * width / 2048) + random.normal(0, 5, image.shape)
    return page._replace(image=through_jpeg(np.clip(soft, 0, 255).astype(np.uint8), 75))


def _warped(
    image: Image, matrix: NDArray[np.float64], size: tuple[int, int], beyond: tuple[int, int, int] = (128, 128, 128)
) -> ChangedPage:
    shown = cv2.warpPerspective(image, matrix, size, borderMode=cv2.BORDER_CONSTANT, borderValue=beyond)
    return ChangedPage(shown.astype(np.uint8, copy=False), np.asarray(matrix, np.float64))


CHANGES: dict[str, PageChange] = {
    "half_size": resized(0.5),
    "three_quarter_size": resized(0.75),
    "one_and_a_half_size": resized(1.5),
    "jpeg_quality_30": poor_jpeg,
    "grey": grey,
    "on_its_side": turned(90),
    "upside_down": turned(180),
    "on_its_other_side": turned(270),
    "turned_by_10": turned(10),
    "photograph": photographed,
}
