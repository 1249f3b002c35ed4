"""Landmark propagation by sparse optical flow, cheaper than running the landmark model again."""

from __future__ import annotations

import cmath
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.crop import similarity_matrix
from livecam.core.types import Image
from livecam.perception.faces.face_model import FaceLandmarks, FaceRegion
from livecam.perception.faces.patch import as_complex, as_points, under, with_depth

# Green alone, every k-th row of a face k times as large as its patch, and no pixel outside: memory far from the
# processor is what a patch costs (0.29 to 0.11 ms at 720p, the same bit for bit on faces up to 128 px). Turning three
# channels and keeping one was as slow. Watching the error of the flow at the lids did not tell blinks from glances.
_SIDE_PX = 112  # of the patch that is compared; the region has _REGION_PX in it
_REGION_PX = 64.0
# Which of the 68 points are compared: brows, nose, lids, mouth. The jaw slides along its edge.
_COMPARED = np.r_[17:27, 27:36, 36:48, 48:60:2]
_FEWEST = 16
_WINDOW = (9, 9)
_LEVELS = 2
# Pixels of the patch: how far points may be off the common motion before it is no head that moves.
_TYPICAL_MISFIT = 0.6
_ASTRAY = 1.0
_MOST_ASTRAY = 3
# Region sides, ratio, radians: a larger motion is better looked at anew.
_FARTHEST = 0.12


@dataclass(frozen=True, slots=True, eq=False)
class Keyframe:
    """A face whose landmarks were found, and the small patch that shows how it looked then.

    Points that are moved are complex numbers, x + iy.
    """

    face: FaceLandmarks
    shape: NDArray[np.complex128]  # (68,) the landmarks and (468,) the mesh, where there is one, frame pixels
    patch: Image  # (_SIDE_PX, _SIDE_PX) uint8, green
    matrix: NDArray[np.float64]  # (2, 3), frame pixels to patch pixels
    points: NDArray[np.float32]  # (n, 1, 2), the points that are compared, patch pixels
    compared: Sequence[complex]  # the same
    seconds: float


def make_keyframe(image: Image, face: FaceLandmarks, seconds: float) -> Keyframe:
    """What is needed to recognise this face in later frames."""
    region, middle = face.region, (_SIDE_PX - 1) / 2
    scale = _REGION_PX / max(region.size, 1.0)
    matrix = similarity_matrix((region.x, region.y), angle=region.angle, scale=scale, onto=(middle, middle))
    points = (face.landmarks[_COMPARED] @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)[:, None]
    shape = face.landmarks if face.mesh is None else np.concatenate([face.landmarks, face.mesh[:, :2]])
    patch = _green_patch(image, region, matrix)
    return Keyframe(face, as_complex(shape), patch, matrix, points, _numbers(points), seconds)


def propagate(before: Keyframe, image: Image) -> FaceLandmarks | None:
    """The face of the anchor, moved, turned and scaled as a whole to where it is now.

    None when it moved far, when some of it moved by itself, as lids and lips do, or when it cannot be made out: then
    its landmarks must be found anew.
    """
    now, seen, _ = cv2.calcOpticalFlowPyrLK(
        before.patch,
        _green_patch(image, before.face.region, before.matrix),
        before.points,
        None,  # type: ignore[call-overload]
        winSize=_WINDOW,
        maxLevel=_LEVELS,
    )
    motion = _motion(before.compared, _numbers(now), seen.ravel().tolist())
    return None if motion is None else _moved(before, motion)


class _Motion(NamedTuple):
    """A point becomes turn * point + shift: a similarity."""

    turn: complex
    shift: complex


def _numbers(points: NDArray[Any]) -> list[complex]:
    """(n, 1, 2)"""
    return [complex(x, y) for ((x, y),) in points.tolist()]


# Plain numbers, thrice as quick live as thirty small arrays: NumPy has left the processor's caches since the last
# picture (docs/experiments.md, "A live run"). In a tight loop they are slower.
def _motion(old: Sequence[complex], new: Sequence[complex], seen: Sequence[int]) -> _Motion | None:
    """The similarity that explains most patch points, by least squares, points off it left out once."""
    pairs = [(before, after) for before, after, here in zip(old, new, seen, strict=True) if here]
    if len(pairs) < _FEWEST:
        return None
    misfits = _misfits(_fitted(pairs), pairs)
    limit = 3 * sorted(misfits)[len(misfits) // 2] + 0.1
    fitted = _fitted([pair for pair, misfit in zip(pairs, misfits, strict=True) if misfit < limit])
    misfits = _misfits(fitted, pairs)
    astray = len(old) - sum(misfit <= _ASTRAY for misfit in misfits)
    # One point that ran away draws the first fit after it: whether the rest move as one is asked of the second.
    typical = sorted(misfits)[len(misfits) // 2]
    return fitted if typical <= _TYPICAL_MISFIT and astray <= _MOST_ASTRAY else None


def _fitted(pairs: Sequence[tuple[complex, complex]]) -> _Motion:
    origin, target = (sum(points) / len(pairs) for points in zip(*pairs, strict=True))
    turn, square = 0j, 0.0
    for before, after in pairs:
        arm = before - origin
        turn += arm.conjugate() * after
        square += arm.real * arm.real + arm.imag * arm.imag
    turn /= max(square, 1e-9)
    return _Motion(turn, target - turn * origin)


def _misfits(motion: _Motion, pairs: Sequence[tuple[complex, complex]]) -> list[float]:
    turn, shift = motion
    return [abs(turn * before + shift - after) for before, after in pairs]


def _moved(before: Keyframe, motion: _Motion) -> FaceLandmarks | None:
    region, (turn, shift) = before.face.region, _in_frame(motion, before.matrix)
    middle = complex(region.x, region.y)
    moved, size, angle = turn * middle + shift, abs(turn), cmath.phase(turn)
    distance = abs(moved - middle) / max(region.size, 1.0)
    if max(distance, abs(math.log(max(size, 1e-3))), abs(angle)) > _FARTHEST:
        return None
    place = FaceRegion(moved.real, moved.imag, region.size * size, region.angle + angle, region.confidence)
    points, mesh = as_points(turn * before.shape + shift), before.face.mesh
    landmarks = points[: len(before.face.landmarks)]
    return FaceLandmarks(landmarks, place, None if mesh is None else with_depth(points[len(landmarks) :], mesh, size))


def _in_frame(motion: _Motion, matrix: NDArray[np.float64]) -> _Motion:
    """The motion of patch points as one of frame pixels, which times `to_patch`, plus `corner`, are patch points."""
    (a, b, left), (_, _, top) = matrix.tolist()
    to_patch, corner = complex(a, -b), complex(left, top)
    return _Motion(motion.turn, ((motion.turn - 1) * corner + motion.shift) / to_patch)


def _green_patch(image: Image, region: FaceRegion, matrix: NDArray[np.float64]) -> Image:
    # One channel, taken before it is turned, is a third of the work, and green is most of what grey is made of. Of a
    # near face only some rows are read: what is far from the processor takes longer than all that is done with it.
    # Not `cut`: averaging before a reduction would cost more than all the rest, and flow can do without.
    rows, columns = under(region, _SIDE_PX / _REGION_PX, image)
    step = max(1, int(region.size / _REGION_PX))
    green = cv2.extractChannel(image[rows.start : rows.stop : step, columns], 1)
    (a, b, left), (c, d, top) = matrix.tolist()
    x, y = columns.start, rows.start
    local = np.array([[a, b * step, left + a * x + b * y], [c, d * step, top + c * x + d * y]])
    patch = cv2.warpAffine(green, local, (_SIDE_PX, _SIDE_PX), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return patch.astype(np.uint8, copy=False)
