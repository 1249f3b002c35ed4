"""The ring pupil detector: finds irises as rings of gradients, both eyes weighed together; no learned model."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from livecam.core.crop import EyeCrop, EyePair, similarity_matrix, warp_crop
from livecam.core.interfaces import PupilPair
from livecam.core.types import Face, Frame, Point, Pupil, Side
from livecam.perception.pupils.handcrafted.confidence import (
    LashLine,
    RingEvidence,
    classify,
    lash_contrast,
    thinness,
    visibility,
)
from livecam.perception.pupils.handcrafted.head_pose import head_pose
from livecam.perception.pupils.handcrafted.localization import (
    EyeOutline,
    IrisCandidate,
    Peak,
    Peaks,
    iris_candidates,
    margin,
    peaks,
    search_block,
    together,
)
from livecam.perception.pupils.handcrafted.ring_filter import Plane

# Sizes are known from the head, whose scale comes from a fit of thirteen points, for a foreshortened pupil distance
# would mislead. The pair of peaks, one an eye, whose positions agree best is taken. What was tried besides:
# docs/experiments.md, "The handcrafted detector".
_WIDTH, _HEIGHT = 64, 48
_IRIS_RADIUS = 8.0  # patch pixels
_SCALE = _IRIS_RADIUS / 0.0935  # patch pixels a pupil distance: an iris of the usual 0.0935 gets a radius of 8 pixels
_NOISE = 4.0  # grey levels: a patch that is flatter than this has nothing to show
_GLINT = 1.5  # standard deviations above the mean at which levels are clipped
_OPENING = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))  # patch pixels; a glint is smaller
_NARROWEST = 6.0  # patch pixels: half the width of the narrowest eye that places are judged by
_GLINT_LEFT = 0.5  # standard deviations by which a glint may stand out where the exact place is looked for
_TOO_LOW = 0.35  # patch pixels by which rings whose top a lid hides are below the limbus circle, on portraits
_AGREEMENT = 0.3  # how far the heights of the two centres are drawn together
_AGREEMENT_REACH = 4.0  # patch pixels; eyes further apart in height do not agree at all


@dataclass(frozen=True, slots=True)
class HeadScaledCropper:
    """Cuts both eyes level, centred on the middle of their corners, scaled by the size of the head, so that an iris has
    a radius of about eight pixels also when the head is turned."""

    def __call__(self, frame: Frame, face: Face) -> EyePair:
        scale = _SCALE / head_pose(face).pupil_distance
        left, right = (self._eye(frame, face, side, scale) for side in (Side.LEFT, Side.RIGHT))
        return EyePair(left, right, face, frame.timestamp)

    def _eye(self, frame: Frame, face: Face, side: Side, scale: float) -> EyeCrop:
        lids = face.lids(side)
        middle = ((_WIDTH - 1) / 2, (_HEIGHT - 1) / 2)
        matrix = similarity_matrix(lids[[0, 3]].mean(axis=0), angle=face.roll, scale=scale, onto=middle)
        return EyeCrop(side, warp_crop(frame.image, matrix, (_WIDTH, _HEIGHT)), matrix, lids)


class EyeResponse(NamedTuple):
    """What one eye shows by itself: levels, where an iris may be, and how far the lids' landmarks are apart."""

    levels: Plane
    outline: EyeOutline
    peaks: Peaks
    opening: float


class IrisEvidence(NamedTuple):
    """An iris in patch pixels, what speaks for it, and the dark line that lashes would be."""

    iris: IrisCandidate
    evidence: RingEvidence
    line: LashLine


@dataclass(frozen=True, slots=True)
class RingPupilDetector:
    """Coarse at half size, the best pair of peaks, then fine and sub-pixel around each.

    Every eye has an answer; one that is closed has a state of CLOSED and a low confidence.
    """

    cropper: HeadScaledCropper = HeadScaledCropper()

    def detect(self, eyes: EyePair) -> PupilPair:
        left, right = find_irises(eyes)
        return PupilPair(_pupil(eyes.left, left), _pupil(eyes.right, right))


def find_irises(eyes: EyePair) -> tuple[IrisEvidence, IrisEvidence]:
    """Both irises, left and right."""
    left, right = _eye_response(eyes.left), _eye_response(eyes.right)
    first, second = together(left.peaks, right.peaks)
    iris_left, iris_right = iris_candidates(
        search_block(left.levels, first, left.outline), search_block(right.levels, second, right.outline)
    )
    apart = min(math.hypot((iris_left.x - iris_right.x) / 4, (iris_left.y - iris_right.y) / 3), 4.0)
    between = min(iris_left.score, iris_right.score), apart
    iris_left, iris_right = _level(iris_left, iris_right)
    above = eyes.face.pupil_rest.above
    return (
        _iris_evidence(left, first, iris_left, between, above),
        _iris_evidence(right, second, iris_right, between, above),
    )


def _eye_response(eye: EyeCrop) -> EyeResponse:
    lids = eye.from_frame(eye.lids)
    (x0, x3), rows = lids[[0, 3], 0].tolist(), lids[:, 1].tolist()
    outline = EyeOutline((x0 + x3) / 2, sum(rows) / len(rows), max(abs(x3 - x0) / 2, _NARROWEST))
    opening = (rows[4] + rows[5] - rows[1] - rows[2]) / 2 / _IRIS_RADIUS
    levels, opened = _levels(eye)
    return EyeResponse(levels, outline, peaks(opened, outline), min(max(opening, 0.0), 1.2))


def _levels(eye: EyeCrop) -> tuple[Plane, Plane]:
    """The red channel, in which skin is bright and even a blue iris dark, in standard deviations: with what is left of
    glints, and after a morphological opening, which leaves none but widens lashes."""
    red = cv2.extractChannel(eye.patch, 2)
    mean, deviation = (float(value[0, 0]) for value in cv2.meanStdDev(red[8:40, 8:56]))
    gain = 1 / (deviation + _NOISE)
    plain, opened = (
        np.minimum((grey.astype(np.float32) - mean) * gain, _GLINT)
        for grey in (red, cv2.morphologyEx(red, cv2.MORPH_OPEN, _OPENING))
    )
    return np.minimum(plain, opened + np.float32(_GLINT_LEFT)), opened


def _level(left: IrisCandidate, right: IrisCandidate) -> tuple[IrisCandidate, IrisCandidate]:
    """The irises with their heights drawn together: what differs there is mostly the shadow of a lid."""
    apart = left.y - right.y
    if abs(apart) >= _AGREEMENT_REACH:
        return left, right
    step = _AGREEMENT * apart / 2
    return left._replace(y=left.y - step), right._replace(y=right.y + step)


def _iris_evidence(
    response: EyeResponse, peak: Peak, iris: IrisCandidate, between: tuple[float, float], rest_above: float
) -> IrisEvidence:
    weaker_ring, apart = between
    evidence = RingEvidence(
        ring=iris.score,
        weaker_ring=weaker_ring,
        blur=math.log(iris.spread + 1e-3),
        apart=apart,
        margin=min(max(margin(response.peaks, peak), 0.0), 0.4),
        thinness=thinness(response.levels, iris),
        opening=response.opening,
    )
    rest = (_HEIGHT - 1) / 2 - rest_above * 2 * response.outline.half_width
    line = LashLine((iris.y - rest) / _IRIS_RADIUS, lash_contrast(response.levels, iris))
    return IrisEvidence(iris, evidence, line)


def _pupil(eye: EyeCrop, found: IrisEvidence) -> Pupil:
    x, y = eye.to_frame((found.iris.x, found.iris.y - _TOO_LOW)).tolist()
    confidence, state = classify(found.evidence)
    seen = visibility(found.evidence, found.line, confidence)
    return Pupil(Point(x, y), found.iris.radius / eye.scale, confidence, state, seen)
