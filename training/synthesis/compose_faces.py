"""Composed faces from portraits: both eyes with the same gaze, landmarks as wrong as live ones, for calibration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from livecam.core.crop import similarity_matrix, warp_crop
from livecam.core.types import LID_POINTS, Box, Face, Frame, Side
from livecam.drawing.gaze_redirection import EyeGeometry, redirect_gaze
from training.data.dataset import Random
from training.data.portraits import DetectedPortrait, LabelledPortrait, see
from training.synthesis import gaze_shift, occluders
from training.synthesis.camera_model import photograph
from training.synthesis.makeup import LidLines

_CUT = (520, 330)
_UNIT = 84.0  # pixels between the corners of an eye, at most
_EXTENT = (6.0, 3.8)  # of the photograph, in widths of an eye
_STILL = 0.5  # of the faces look ahead
_ASTRAY = 0.04  # standard deviation of a landmark, in widths of an eye
_FOLLOWING = 0.5, 1.0  # how much of a lid's way its landmarks go along: detectors see lids that close too wide open


@dataclass(frozen=True, slots=True, eq=False)
class CompositeFace:
    """A picture with a face, where its pupils truly are, and how much of each iris is visible."""

    frame: Frame
    face: Face
    truth: dict[Side, NDArray[np.float64]]
    visible: dict[Side, float]
    group: str  # ahead, gaze or closed

    @property
    def pupil_distance(self) -> float:
        return float(np.hypot(*(self.truth[Side.LEFT] - self.truth[Side.RIGHT])))


def compose_face(
    portrait: LabelledPortrait, count: int, seed: int, *, red_only: bool = False
) -> Iterator[CompositeFace]:
    """So many faces made from one portrait; none when its face is not found. `red_only` takes them of its red alone."""
    seen = see(portrait)
    if seen is None:
        return
    if red_only:
        seen = replace(seen, image=np.repeat(seen.image[..., 2:], 3, axis=2))
    rng = np.random.default_rng(seed)
    for _ in range(count):
        yield _staged(portrait, seen, rng)


def _staged(portrait: LabelledPortrait, seen: DetectedPortrait, rng: Random) -> CompositeFace:
    which = int(rng.integers(len(seen.landmarks)))
    unit = float(np.mean([np.hypot(*(seen.lids(side, which)[3] - seen.lids(side, which)[0])) for side in Side]))
    middle = np.mean([portrait.centres[side] for side in Side], axis=0)
    scale = min(_UNIT / unit, 1.0)
    matrix = similarity_matrix(middle, angle=0.0, scale=scale, onto=((_CUT[0] - 1) / 2, (_CUT[1] - 1) / 2))
    image = warp_crop(seen.image, matrix, _CUT)
    pose = gaze_shift.STILL if rng.random() < _STILL else gaze_shift.pose(rng)
    truth, visible, rims = {}, {}, {}
    for side in Side:
        lids = gaze_shift.moved(matrix, seen.lids(side, which)).astype(np.float32)
        centre, radius = gaze_shift.moved(matrix, portrait.centres[side]), portrait.radii[side] * scale
        step = np.array([pose.across, pose.down]) * radius
        eye = EyeGeometry((float(centre[0]), float(centre[1])), radius, lids)
        if not pose.still:
            image = redirect_gaze(
                image, eye, step, lid_follow=pose.lid_follow, closing=pose.closing, rising=pose.rising
            )
        truth[side], visible[side] = centre + step, gaze_shift.visible_share(eye, pose)
        rims[side] = (gaze_shift.moved_lids(eye, pose), radius)
    squeeze = float(rng.uniform(0.7, 1)) if rng.random() < 0.3 else 1.0
    picture = image.astype(np.float32) / 255
    look = int(rng.integers(2**31))
    for side, (rim, radius) in rims.items():
        gaze_shift.decorate(picture, rim, truth[side], radius, np.random.default_rng(look))
    if rng.random() < 0.35:
        occluders.shadow(picture, rng)
    shot = photograph(picture, np.array(_CUT) / 2 - 0.5, unit * scale, rng, squeeze=squeeze, extent=_EXTENT)
    marked = gaze_shift.moved(matrix, seen.landmarks[which])
    for side, (rim, _) in rims.items():
        marked[LID_POINTS[side]] = _on_lids(marked[LID_POINTS[side]], rim, float(rng.uniform(*_FOLLOWING)))
    landmarks = gaze_shift.moved(shot.matrix, marked)
    # A landmark is wrong by itself, and with its whole face.
    noise = _ASTRAY * unit * scale * float(np.sqrt(abs(np.linalg.det(shot.matrix[:, :2]))))
    landmarks = landmarks + rng.normal(0, noise, landmarks.shape) + rng.normal(0, noise, 2)
    group = "closed" if max(visible.values()) < 0.12 else "ahead" if pose.still else "gaze"
    return CompositeFace(
        Frame(np.repeat(shot.patch[..., None], 3, axis=2), 0, 0.0),
        Face(Box(0, 0, *map(float, shot.patch.shape[::-1])), landmarks.astype(np.float32), 1.0),
        {side: gaze_shift.moved(shot.matrix, point) for side, point in truth.items()},
        visible,
        group,
    )


def _on_lids(landmarks: NDArray[np.float64], rim: LidLines, share: float) -> NDArray[np.float64]:
    """The six landmarks of an eye, those between the corners moved by a share of their way to the rims of the lids."""
    moved = landmarks.copy()
    for points, line in (([1, 2], rim.upper), ([4, 5], rim.lower)):
        heights = np.interp(landmarks[points, 0], line[:, 0], line[:, 1])
        moved[points, 1] += share * (heights - landmarks[points, 1])
    return moved
