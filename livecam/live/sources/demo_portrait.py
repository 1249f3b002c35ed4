"""The demo's portrait: moves and closes its eyes, and knows where its irises truly are."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from livecam.core.assets import asset
from livecam.core.errors import AssetError, SourceError
from livecam.core.image_files.images import read_image
from livecam.core.types import Image, Points, Side
from livecam.drawing.gaze_redirection import EyeGeometry, redirect_gaze


class Margins(NamedTuple):
    """Portrait pixels added around the picture, blurred, so that a wide frame stays filled; below, some are cut."""

    left: int = 150
    right: int = 90
    top: int = 140
    cut_below: int = 92


def _points(*places: tuple[float, float]) -> Points:
    return np.array(places, np.float32)


# Measured in the portrait, in its pixels, to about 0.2 of them: the mean of the circle of strongest edges, of the dark
# of the pupil by eye, and of MediaPipe's visible middle less the usual 1 % of the pupil distance. The lids by hand.
EYES = {
    Side.RIGHT: EyeGeometry(
        (203.47, 100.4),
        4.0,
        _points((194.6, 100.9), (199.1, 98.2), (206.2, 98.1), (213.2, 103.5), (206.7, 104.2), (199.8, 103.8)),
    ),
    Side.LEFT: EyeGeometry(
        (246.35, 102.8),
        4.0,
        _points((236.0, 104.7), (243.3, 100.5), (250.6, 100.6), (256.0, 104.0), (249.8, 106.3), (242.6, 106.1)),
    ),
}
MIDDLE = np.mean([eye.centre for eye in EYES.values()], axis=0)
PUPIL_DISTANCE = math.dist(EYES[Side.LEFT].centre, EYES[Side.RIGHT].centre)
_LID_FOLLOW = 0.6
_EYE_ROWS, _EYE_COLUMNS = (80, 118), (184, 268)  # everything that moving and closing the eyes can change


class DemoPortrait:
    """The plate is the portrait enlarged `factor` times inside its margins; only the eyes of it ever change.

    It is made in a thread, a tenth of a start, while other parts of a run are opened.
    """

    def __init__(self, factor: int) -> None:
        """AssetError when the picture cannot be used."""
        self.factor = factor
        self._margins = Margins()
        self._rows = self._slice(_EYE_ROWS, self._margins.top)
        self._columns = self._slice(_EYE_COLUMNS, self._margins.left)
        origin = self._columns.start, self._rows.start
        self._eyes = {side: self._enlarged(eye, origin) for side, eye in EYES.items()}
        self._still: Image | None = None  # around the eyes, before they were ever moved
        makers = ThreadPoolExecutor(1, "portrait")
        self._made = makers.submit(_plate, _picture(), self._margins, factor)
        makers.shutdown(wait=False)

    @property
    def matrix(self) -> NDArray[np.float64]:
        """Portrait pixels to plate pixels, (2, 3)."""
        shift = self.factor * (np.array([self._margins.left, self._margins.top]) + 0.5) - 0.5
        return np.column_stack([np.eye(2) * self.factor, shift]).astype(np.float64)

    def plate(self, gaze: tuple[float, float], closing: float) -> Image:
        """The plate with both irises moved by `gaze` iris radii; valid until the next call."""
        plate = self._made.result()
        around_eyes = plate[self._rows, self._columns]
        if self._still is None:
            self._still = around_eyes.copy()
        around_eyes[...] = self._still
        for eye in self._eyes.values():
            step = np.array(gaze) * eye.radius
            redirect_gaze(self._still, eye, step, lid_follow=_LID_FOLLOW, closing=closing, out=around_eyes)
        return plate

    def _enlarged(self, eye: EyeGeometry, origin: tuple[int, int]) -> EyeGeometry:
        """In pixels of the plate from `origin` (x, y) on."""
        matrix = self.matrix
        matrix[:, 2] -= origin
        x, y = matrix[:, :2] @ eye.centre + matrix[:, 2]
        lids = (eye.lids @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)
        return EyeGeometry((float(x), float(y)), eye.radius * self.factor, lids)

    def _slice(self, span: tuple[int, int], margin: int) -> slice:
        return slice((span[0] + margin) * self.factor, (span[1] + margin) * self.factor)


def iris_centre(side: Side, gaze: tuple[float, float]) -> NDArray[np.float64]:
    """Where an iris is after it was moved by `gaze` iris radii, portrait pixels."""
    eye = EYES[side]
    x, y = eye.centre
    return np.array([x + gaze[0] * eye.radius, y + gaze[1] * eye.radius])


def _picture() -> Image:
    path = asset("demo/portrait.png")
    try:
        image = read_image(path)
    except SourceError as error:
        raise AssetError(f"{error}; install livecam again") from error
    if image.shape != (512, 512, 3):
        raise AssetError(f"the picture {path} is not the one of the demo; install livecam again")
    return image


def _plate(image: Image, margins: Margins, factor: int) -> Image:
    wide = _widened(image, margins)
    enlarged = cv2.resize(wide, None, fx=factor, fy=factor, interpolation=cv2.INTER_LANCZOS4)
    return enlarged.astype(np.uint8, copy=False)


def _widened(image: Image, margins: Margins) -> Image:
    """Mirrored to the sides, its first row repeated above, all of it out of focus away from the picture."""
    image = image[: image.shape[0] - margins.cut_below]
    wide = cv2.copyMakeBorder(image, 0, 0, margins.left, margins.right, cv2.BORDER_REFLECT_101)
    wide = cv2.copyMakeBorder(wide, margins.top, 0, 0, 0, cv2.BORDER_REPLICATE)
    inside = np.zeros(wide.shape[:2], np.uint8)
    inside[margins.top + 1 :, margins.left : -margins.right] = 1
    away = cv2.distanceTransform(1 - inside, cv2.DIST_L2, 5)
    near, far = cv2.GaussianBlur(wide, (0, 0), 4), _blurred_far(wide, 14)
    for blurred, share in ((near, away / 12), (far, (away - 6) / 40)):
        weight = np.clip(share, 0, 1).astype(np.float32)
        wide = cv2.blendLinear(blurred, wide, weight, 1 - weight)
    return wide.astype(np.uint8, copy=False)


def _blurred_far(image: MatLike, sigma: float) -> Image:
    """A Gaussian blur, within three levels, made in a picture of a quarter of the size: in a tenth of the time."""
    height, width = image.shape[:2]
    small = cv2.resize(image, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(small, (0, 0), sigma / 4, borderType=cv2.BORDER_REFLECT)
    return cv2.resize(blurred, (width, height), interpolation=cv2.INTER_CUBIC).astype(np.uint8, copy=False)
