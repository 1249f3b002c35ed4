"""Gaze redirection: moves a real iris inside its eye, for the trembling effect, the demo, and training images."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import ArrayLike

from livecam.core.types import Image, Points
from livecam.drawing.eye_colour_estimation import ERASED, ERASED_SOFT, LASH_SHADE, EyeColours
from livecam.drawing.eyelids import LOWER_RISES, EyelidCurves, EyelidMotion
from livecam.drawing.warping import Grid, Mask, above, between, inside

# Skin and the emptied eyeball are warped together and the iris is pasted afterwards: no seam, and its centre is exactly
# where it was asked for. Filling what a lid uncovers with white left bright lines along the lids.
#
# Iris radii. The limbus is soft: what is erased reaches a little further than what is moved.
_MOVED, _MOVED_SOFT = 0.99, 0.16
_MOVED_REACH = _MOVED + _MOVED_SOFT / 2
_CUBIC = 3  # pixels around, of which a cubic interpolation makes one
_ONE = np.arange(256, dtype=np.float32) / 255
_REST = 1 - _ONE
_Vector = tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class EyeGeometry:
    """Where an iris is in a picture, and the lids it looks out between."""

    centre: tuple[float, float]  # of the iris circle, pixels
    radius: float  # of the iris, pixels
    lids: Points  # (6, 2) pixels, in the order of Face.lids


def redirect_gaze(
    image: Image,
    eye: EyeGeometry,
    displacement: ArrayLike,
    *,
    lid_follow: float = 0.0,
    closing: float = 0.0,
    rising: float = LOWER_RISES,
    out: Image | None = None,
) -> Image:
    """The picture with one iris moved by `displacement` (x, y) pixels: its centre is then `centre + displacement`.

    `lid_follow` is the share of the vertical movement that the upper lid goes along with (people: about 0.6),
    `closing` 0..1 brings the lids together until the eye is shut, `rising` is the lower lid's share of that. Only a
    small region is computed, read from `image` and drawn over `out`, which is a copy of `image` unless one is given (a
    second eye, a canvas already drawn on). The iris is cut out by its circle together with its glints; behind it the
    white is a ramp between the whites at both sides, and what a lid hid of the iris is drawn from its radial profile.
    """
    canvas = image.copy() if out is None else out
    lids = EyelidCurves.through(eye.lids, centre=eye.centre, radius=eye.radius)
    mover = _Mover((float(eye.centre[0]), float(eye.centre[1])), eye.radius, lids)
    x, y = np.asarray(displacement, np.float64).tolist()
    move = (x, y)
    motion = EyelidMotion(lid_follow * mover.level(move)[1], closing, rising)
    region = mover.region(image, move, whole=motion.moves)
    if region is not None:
        canvas[region] = mover.drawn(image, canvas[region], region, move, motion)
    return canvas


@dataclass(frozen=True, slots=True, eq=False)
class _Mover:
    centre: tuple[float, float]
    radius: float
    lids: EyelidCurves

    def level(self, vector: _Vector) -> _Vector:
        """A vector in pixels, along the eye and down across it, in radii."""
        (x, y), (cos, sin) = vector, (self.lids.axis / self.radius).tolist()
        return x * cos + y * sin, y * cos - x * sin

    def region(self, image: Image, move: _Vector, *, whole: bool) -> tuple[slice, slice] | None:
        """The rows and columns that can change; None when they are outside the picture."""
        erased, moved = (ERASED + ERASED_SOFT / 2) * self.radius, _MOVED_REACH * self.radius
        spans = [[min(step - moved, -erased), max(step + moved, erased)] for step in move]
        if whole:
            spans = [
                [min(low, lid_low), max(high, lid_high)]
                for (low, high), (lid_low, lid_high) in zip(spans, self.lids.reach(), strict=True)
            ]
        columns, rows = (
            slice(min(max(math.floor(at + low), 0), size), min(max(math.ceil(at + high) + 1, 0), size))
            for at, (low, high), size in zip(self.centre, spans, image.shape[1::-1], strict=True)
        )
        return (rows, columns) if rows.stop > rows.start and columns.stop > columns.start else None

    def drawn(
        self,
        image: Image,
        under: Image,
        region: tuple[slice, slice],
        move: _Vector,
        motion: EyelidMotion,
    ) -> Image:
        """What the region shows after the movement."""
        along, across = self._levelled_grid(region)
        distance = _length(along, across)
        colours = EyeColours.of(image, self.lids, self.centre)
        upper, lower = self.lids.at(along)
        was_open = between(across, upper, lower)
        drawn = _blend(under, colours.white(region), _both(inside(distance, ERASED, ERASED_SOFT), was_open))
        rest, box = self._disc(region, (0.0, 0.0), margin=_CUBIC), self._disc(region, move)
        seen = above(upper, across, margin=LASH_SHADE)
        if motion.moves:
            after = motion.moved(self.lids.share(along), upper, lower)
            source = motion.source((upper, lower), after, across)
            drawn = self._moved_skin(drawn, region, source, along)
            upper, lower = after
        if not along[box].size or not along[rest].size:  # The disc is beyond the edge of the picture.
            return drawn
        iris = _blend(colours.rings(distance[rest]), image[region][rest], cv2.min(was_open[rest], seen[rest]))
        step = self.level(move)
        disc = inside(_length(along[box] - np.float32(step[0]), across[box] - np.float32(step[1])), _MOVED, _MOVED_SOFT)
        shown = _both(disc, between(across[box], upper[box], lower[box]))
        offset = rest[1].start - box[1].start + move[0], rest[0].start - box[0].start + move[1]
        drawn[box] = _blend(drawn[box], _shifted(iris, offset, along[box].shape), shown)
        return drawn

    def _disc(self, region: tuple[slice, slice], move: _Vector, *, margin: int = 0) -> tuple[slice, slice]:
        """The rows and columns of the region where the iris is when it has moved, and as many more around."""
        x, y = self.centre[0] + move[0] - region[1].start, self.centre[1] + move[1] - region[0].start
        reach = _MOVED_REACH * self.radius + margin
        rows, columns = (slice(max(math.floor(at - reach), 0), max(math.ceil(at + reach) + 1, 0)) for at in (y, x))
        return rows, columns

    def _levelled_grid(self, region: tuple[slice, slice]) -> tuple[Grid, Grid]:
        rows, columns = region
        x = np.arange(columns.start, columns.stop, dtype=np.float32) - np.float32(self.centre[0])
        y = (np.arange(rows.start, rows.stop, dtype=np.float32) - np.float32(self.centre[1]))[:, None]
        cos, sin = (self.lids.axis / self.radius).astype(np.float32)
        return x * cos + y * sin, y * cos - x * sin

    def _moved_skin(self, emptied: Image, region: tuple[slice, slice], source: Grid, along: Grid) -> Image:
        cos, sin = (self.lids.axis * self.radius).astype(np.float32)
        x = along * cos - source * sin + np.float32(self.centre[0] - region[1].start)
        y = along * sin + source * cos + np.float32(self.centre[1] - region[0].start)
        moved = cv2.remap(emptied, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return moved.astype(np.uint8, copy=False)


def _shifted(picture: Image, offset: _Vector, shape: tuple[int, ...]) -> Image:
    """The picture moved, cut to (h, w)."""
    shift = np.array([[1, 0, offset[0]], [0, 1, offset[1]]])
    shifted = cv2.warpAffine(picture, shift, shape[::-1], flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return shifted.astype(np.uint8, copy=False)


def _length(along: Grid, across: Grid) -> Grid:
    return cv2.magnitude(along, across).astype(np.float32, copy=False)


def _both(one: Mask, other: Mask) -> MatLike:
    return cv2.multiply(one, other, scale=1 / 255)


def _blend(onto: Image, colours: Image, share: MatLike) -> Image:
    """The colours where the share is 255, what they are laid on where it is 0."""
    return cv2.blendLinear(colours, onto, cv2.LUT(share, _ONE), cv2.LUT(share, _REST)).astype(np.uint8, copy=False)
