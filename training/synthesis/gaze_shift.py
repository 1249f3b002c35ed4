"""Gaze redirection of portraits: other gaze, blinks, head turns and glasses, with the exact pupil centres."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livecam.core.crop import similarity_matrix, warp_crop
from livecam.core.types import Image, Points, Side
from livecam.drawing.eyelids import LOWER_RISES, EyelidCurves, EyelidMotion
from livecam.drawing.gaze_redirection import EyeGeometry, redirect_gaze
from training.data.dataset import EyeSample, Random
from training.data.limbus import recentred
from training.data.portraits import DetectedPortrait, LabelledPortrait, corners, see
from training.synthesis import occluders
from training.synthesis.camera_model import photograph
from training.synthesis.head_turn import HeadTurn, turn_head, turn_points
from training.synthesis.makeup import LidLines, paint_makeup
from training.synthesis.reflections import add_glints

SHOTS = 2  # photographs of each shifted eye
TURNED = 0.45  # of the photographs are of a turned head
_CUT = (240, 200)  # pixels of the patch in which an eye is worked on
_UNIT = 84.0  # pixels between the corners in it, at most
_RIM_POINTS = 25  # of each lid


@dataclass(frozen=True, slots=True)
class RedirectJob:
    """One portrait and how many eyes to make of it; a `still_share` of them keep looking ahead."""

    portrait: LabelledPortrait
    count: int
    still_share: float
    seed: int
    number: int


@dataclass(frozen=True, slots=True, eq=False)
class _Cut:
    """An eye of a portrait, mirrored if need be into a right one, and what is known of it, in pixels of the patch."""

    image: Image
    corners: NDArray[np.float64]  # (detectors, 2, 2)
    lids: tuple[Points, ...]
    centre: NDArray[np.float64]
    radius: float


@dataclass(frozen=True, slots=True)
class GazePose:
    """What the eye is made to do; lengths in iris radii."""

    across: float
    down: float
    lid_follow: float
    closing: float
    rising: float = LOWER_RISES  # the lower lid's share of the closing

    @property
    def still(self) -> bool:
        return self == GazePose(0, 0, 0, 0)


STILL = GazePose(0, 0, 0, 0)


def shifted(work: RedirectJob) -> list[EyeSample]:
    """The eyes of one portrait; none when its face is not found."""
    seen = see(work.portrait)
    if seen is None:
        return []
    portrait = recentred(work.portrait, seen.image)
    rng = np.random.default_rng([work.seed, work.number])
    cuts = [_cut(seen, portrait, side) for side in Side]
    eyes: list[EyeSample] = []
    while len(eyes) < work.count:
        does = STILL if rng.random() < work.still_share else pose(rng)
        eyes += _made(cuts[int(rng.integers(2))], does, portrait.group, rng)
    return eyes[: work.count]


def _cut(seen: DetectedPortrait, portrait: LabelledPortrait, side: Side) -> _Cut:
    found = corners(seen, side)
    middle = found.mean(axis=(0, 1))
    unit = float(np.hypot(*(found[:, 1] - found[:, 0]).mean(axis=0)))
    matrix = similarity_matrix(
        middle, angle=0.0, scale=min(_UNIT / unit, 1.0), onto=((_CUT[0] - 1) / 2, (_CUT[1] - 1) / 2)
    )
    order = [0, 1, 2, 3, 4, 5]
    if side is Side.LEFT:
        matrix[0] *= -1
        matrix[0, 2] += _CUT[0] - 1
        # Mirrored, the image-left corner is the other one, and the upper lid runs the other way.
        order = [3, 2, 1, 0, 5, 4]
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    lids = tuple(moved(matrix, seen.lids(side, k))[order].astype(np.float32) for k in range(len(seen.landmarks)))
    return _Cut(
        warp_crop(seen.image, matrix, _CUT),
        np.array([each[[0, 3]] for each in lids], np.float64),
        lids,
        moved(matrix, portrait.centres[side]),
        portrait.radii[side] * scale,
    )


def moved(matrix: NDArray[np.float64], points: object) -> NDArray[np.float64]:
    """Points (..., 2) taken through a (2, 3) matrix."""
    taken: NDArray[np.float64] = np.asarray(points, np.float64) @ matrix[:, :2].T + matrix[:, 2]
    return taken


def pose(rng: Random) -> GazePose:
    """Half of them strong gazes, an eighth shut, a third with lids that close or squint."""
    if rng.random() < 0.5:
        across, down = rng.uniform(-1.35, 1.35), rng.uniform(-0.9, 0.75)
    else:
        across, down = rng.normal(0, 0.5), rng.normal(-0.05, 0.35)
    kind = rng.random()
    closing = 1.0 if kind < 0.12 else rng.uniform(0.05, 0.9) if kind < 0.45 else max(rng.uniform(-0.12, 0.1), 0)
    squints = kind >= 0.12 and rng.random() < 0.5
    rising = rng.uniform(0.1, 0.6) if squints else LOWER_RISES
    # Lids always go up with the gaze, down not always: a smile holds the lower one.
    follow = rng.uniform(0.5 if down < 0 else 0.3, 0.95)
    return GazePose(float(across), float(down), float(follow), float(closing), float(rising))


def _made(eye: _Cut, pose: GazePose, group: str, rng: Random) -> list[EyeSample]:
    lids = eye.lids[int(rng.integers(len(eye.lids)))]
    step = np.array([pose.across, pose.down]) * eye.radius
    image = eye.image
    around = EyeGeometry((float(eye.centre[0]), float(eye.centre[1])), eye.radius, lids)
    if not pose.still:
        image = redirect_gaze(image, around, step, lid_follow=pose.lid_follow, closing=pose.closing, rising=pose.rising)
    picture = image.astype(np.float32) / 255
    visible = visible_share(around, pose)
    decorate(picture, moved_lids(around, pose), eye.centre + step, eye.radius, rng)
    if rng.random() < 0.25:
        occluders.glasses(picture[12:-12, 25:-25], rng)
    if rng.random() < 0.35:
        occluders.shadow(picture, rng)
    return [_shot(picture, eye, eye.centre + step, visible, pose, group, rng) for _ in range(SHOTS)]


def decorate(
    picture: NDArray[np.float32], lids: LidLines, centre: NDArray[np.float64], radius: float, rng: Random
) -> None:
    """Makes up an eye and lights its ball, each now and then."""
    if rng.random() < 0.35:
        paint_makeup(picture, lids, rng)
    if rng.random() < 0.5:
        add_glints(picture, lids.opening(picture.shape), centre, radius, rng, count=int(rng.integers(1, 4)))


def visible_share(eye: EyeGeometry, pose: GazePose) -> float:
    """The share of the moved iris disc that is between the moved lids."""
    curves = EyelidCurves.through(eye.lids, centre=eye.centre, radius=eye.radius)
    angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    reach = np.array([0.3, 0.6, 0.85, 0.98])[:, None]
    cos, sin = curves.axis
    across, down = pose.across * cos + pose.down * sin, pose.down * cos - pose.across * sin
    along = (across + reach * np.cos(angle)).ravel().astype(np.float32)
    below = (down + reach * np.sin(angle)).ravel()
    upper, lower = _motion(curves, pose).moved(curves.share(along), *curves.at(along))
    weight = np.broadcast_to(reach, (4, 24)).ravel()
    return float(((below > upper) & (below < lower)).ravel() @ weight / weight.sum())


def moved_lids(eye: EyeGeometry, pose: GazePose) -> LidLines:
    """Where the rims of both lids are when the eye does what the pose says."""
    curves = EyelidCurves.through(eye.lids, centre=eye.centre, radius=eye.radius)
    left, right = curves.corners[:, 0].tolist()
    along = np.linspace(left, right, _RIM_POINTS, dtype=np.float32)
    rims = _motion(curves, pose).moved(curves.share(along), *curves.at(along))
    (cos, sin), (x, y) = curves.axis * eye.radius, eye.centre
    upper, lower = (np.column_stack([x + along * cos - rim * sin, y + along * sin + rim * cos]) for rim in rims)
    return LidLines(upper.astype(np.float64), lower.astype(np.float64))


def _motion(curves: EyelidCurves, pose: GazePose) -> EyelidMotion:
    cos, sin = curves.axis
    return EyelidMotion(pose.lid_follow * (pose.down * cos - pose.across * sin), pose.closing, pose.rising)


def _shot(
    picture: NDArray[np.float32],
    eye: _Cut,
    centre: NDArray[np.float64],
    visible: float,
    pose: GazePose,
    group: str,
    rng: Random,
) -> EyeSample:
    unit = float(np.hypot(*(eye.corners[:, 1] - eye.corners[:, 0]).mean(axis=0)))
    middle, found = eye.corners.mean(axis=(0, 1)), eye.corners
    if rng.random() < TURNED:
        turn = HeadTurn.random(rng)
        picture = turn_head(picture, turn, middle=middle, unit=unit)
        centre, found = (turn_points(points, turn, middle=middle, unit=unit) for points in (centre, found))
    shot = photograph(picture, found.mean(axis=(0, 1)), unit, rng)
    x, y = moved(shot.matrix, centre)
    return EyeSample(
        shot.patch,
        moved(shot.matrix, found),
        (float(x), float(y)),
        eye.radius * float(np.sqrt(abs(np.linalg.det(shot.matrix[:, :2])))),
        visible,
        shot.angle,
        1.0,
        group,
        "portrait" if pose.still else "gazeshift",
    )
