"""Landmark propagation by sparse optical flow, cheaper than running the landmark model again."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.crop import similarity_matrix
from livecam.core.types import Image, Points
from livecam.perception.faces.face_model import FaceLandmarks, FaceRegion
from livecam.perception.faces.patch import as_complex, as_points, under

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
    """A face whose landmarks were found, and the small patch that shows how it looked then."""

    face: FaceLandmarks
    patch: Image  # (_SIDE_PX, _SIDE_PX) uint8, green
    matrix: NDArray[np.float64]  # (2, 3), frame pixels to patch pixels
    points: NDArray[np.float32]  # (n, 1, 2), the points that are compared, patch pixels
    seconds: float


def make_keyframe(image: Image, face: FaceLandmarks, seconds: float) -> Keyframe:
    """What is needed to recognise this face in later frames."""
    region, middle = face.region, (_SIDE_PX - 1) / 2
    scale = _REGION_PX / max(region.size, 1.0)
    matrix = similarity_matrix((region.x, region.y), angle=region.angle, scale=scale, onto=(middle, middle))
    points = face.landmarks[_COMPARED] @ matrix[:, :2].T + matrix[:, 2]
    return Keyframe(face, _green_patch(image, region, matrix), matrix, points.astype(np.float32)[:, None], seconds)


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
    motion = _motion(before.points[:, 0], now[:, 0], seen[:, 0] == 1)
    return None if motion is None else _moved(before, motion)


@dataclass(frozen=True, slots=True)
class _Motion:
    """Patch points, as complex numbers, become turn * (point - origin) + target."""

    turn: complex
    origin: complex
    target: complex


def _motion(before: NDArray[np.float32], after: NDArray[np.float32], seen: NDArray[np.bool_]) -> _Motion | None:
    """The similarity that explains most points, by least squares, points off it left out once."""
    if np.count_nonzero(seen) < _FEWEST:
        return None
    old, new = as_complex(before), as_complex(after)
    fitted = _fitted(old[seen], new[seen])
    misfit = _misfit(fitted, old, new)
    typical = float(np.sort(misfit[seen])[np.count_nonzero(seen) // 2])
    if typical > _TYPICAL_MISFIT:
        return None
    near = seen & (misfit < 3 * typical + 0.1)
    fitted = _fitted(old[near], new[near])
    astray = ~seen | (_misfit(fitted, old, new) > _ASTRAY)
    return None if np.count_nonzero(astray) > _MOST_ASTRAY else fitted


def _fitted(old: NDArray[np.complex128], new: NDArray[np.complex128]) -> _Motion:
    origin, target = complex(old.sum()) / len(old), complex(new.sum()) / len(new)
    arms = old - origin
    turn = complex(np.vdot(arms, new - target)) / max(float(np.vdot(arms, arms).real), 1e-9)
    return _Motion(turn, origin, target)


def _misfit(motion: _Motion, old: NDArray[np.complex128], new: NDArray[np.complex128]) -> NDArray[np.float64]:
    misfit: NDArray[np.float64] = np.abs(motion.turn * (old - motion.origin) + motion.target - new)
    return misfit


def _moved(before: Keyframe, motion: _Motion) -> FaceLandmarks | None:
    region, size, angle = before.face.region, abs(motion.turn), math.atan2(motion.turn.imag, motion.turn.real)
    (a, b, left), (_, _, top) = before.matrix.tolist()
    to_patch = complex(a, -b)  # frame pixels, as complex numbers, times this are patch pixels

    def to_frame(point: complex) -> complex:
        return (point - complex(left, top)) / to_patch

    origin, target = to_frame(motion.origin), to_frame(motion.target)
    middle = motion.turn * (complex(region.x, region.y) - origin) + target
    shift = abs(middle - complex(region.x, region.y)) / max(region.size, 1.0)
    if max(shift, abs(math.log(max(size, 1e-3))), abs(angle)) > _FARTHEST:
        return None

    def moved(points: Points) -> Points:
        return as_points(motion.turn * (as_complex(points) - origin) + target)

    mesh = before.face.mesh
    if mesh is not None:
        mesh = np.column_stack([moved(mesh[:, :2]), mesh[:, 2] * np.float32(size)])
    place = FaceRegion(middle.real, middle.imag, region.size * size, region.angle + angle, region.confidence)
    return FaceLandmarks(moved(before.face.landmarks), place, mesh)


def _green_patch(image: Image, region: FaceRegion, matrix: NDArray[np.float64]) -> Image:
    # One channel, taken before it is turned, is a third of the work, and green is most of what grey is made of. Of a
    # near face only some rows are read: what is far from the processor takes longer than all that is done with it.
    # Not `cut`: averaging before a reduction would cost more than all the rest, and flow can do without.
    rows, columns = under(region, _SIDE_PX / _REGION_PX, image)
    step = max(1, int(region.size / _REGION_PX))
    green = cv2.extractChannel(image[rows.start : rows.stop : step, columns], 1)
    local = matrix.copy()
    local[:, 2] += columns.start * matrix[:, 0] + rows.start * matrix[:, 1]
    local[:, 1] *= step
    patch = cv2.warpAffine(green, local, (_SIDE_PX, _SIDE_PX), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return patch.astype(np.uint8, copy=False)
