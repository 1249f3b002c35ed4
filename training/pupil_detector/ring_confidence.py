"""Confidence calibration of the handcrafted ring detector, on faces made from portraits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from livecam.core.crop import EyeCrop, EyePair
from livecam.core.interfaces import FaceDetector
from livecam.core.types import Face, Frame, Image, Point, Side
from livecam.drawing.gaze_redirection import EyeGeometry, redirect_gaze
from livecam.perception.faces.factory import open_stills
from livecam.perception.pupils.handcrafted.confidence import LogisticWeights, RingEvidence, probability
from livecam.perception.pupils.handcrafted.detector import IrisEvidence, RingPupilDetector, find_irises
from livecam.settings import FaceSettings
from training.data.dataset import Random
from training.data.portraits import FACE_DETECTORS, DetectedPortrait, LabelledPortrait, read_labels, see
from training.engine.calibration import calibration_error, fit_logistic
from training.synthesis import gaze_shift, occluders
from training.synthesis.camera_model import photograph
from training.synthesis.eye_parameters import CLOSED_BELOW

_NEAR = 0.05  # of the distance between the pupils
_PENALTY = 1e-4


class LabelledEyes(NamedTuple):
    """A pair of eyes cut for the handcrafted detector, and the truth about it; `open` is whether irises can be seen."""

    eyes: EyePair
    left: Point
    right: Point
    open: bool


class CalibrationCase(NamedTuple):
    """What the detector saw of one eye, whether it was right about the place, and whether the eye was open."""

    evidence: RingEvidence
    hit: bool
    open: bool


class RingConfidence(NamedTuple):
    """The two constants of livecam.perception.pupils.handcrafted.confidence."""

    confidence: LogisticWeights
    openness: LogisticWeights


def fit_ring_confidence(examples: Iterable[LabelledEyes]) -> RingConfidence:
    """The weights for the confidence (a closed eye is a miss) and for the openness."""
    return fit_observations(observe(examples))


def observe(examples: Iterable[LabelledEyes]) -> list[CalibrationCase]:
    return [seen for example in examples for seen in _both(example)]


def fit_observations(seen: list[CalibrationCase]) -> RingConfidence:
    evidence = np.array([one.evidence for one in seen])
    return RingConfidence(_weights(evidence, [one.hit for one in seen]), _weights(evidence, [one.open for one in seen]))


def confidence_error(seen: list[CalibrationCase], confidence: LogisticWeights) -> float:
    """The expected calibration error of the confidences on eyes that were not fitted."""
    return calibration_error([probability(one.evidence, confidence) for one in seen], [one.hit for one in seen])


def _both(example: LabelledEyes) -> tuple[CalibrationCase, CalibrationCase]:
    distance = float(np.hypot(example.left.x - example.right.x, example.left.y - example.right.y))
    left, right = find_irises(example.eyes)
    return (
        _observed(left, example.eyes.left, example.left, distance, example.open),
        _observed(right, example.eyes.right, example.right, distance, example.open),
    )


def _observed(found: IrisEvidence, eye: EyeCrop, truth: Point, distance: float, is_open: bool) -> CalibrationCase:
    x, y = eye.to_frame((found.iris.x, found.iris.y))
    near = float(np.hypot(x - truth.x, y - truth.y)) <= _NEAR * distance
    return CalibrationCase(found.evidence, is_open and near, is_open)


def _weights(evidence: NDArray[np.float64], hits: list[bool]) -> LogisticWeights:
    *slopes, constant = fit_logistic(evidence, hits, penalty=_PENALTY).tolist()
    return LogisticWeights(RingEvidence(*slopes), constant)


_EXTENT = (8.0, 8.0)  # of the photographs, in widths of an eye
_STILL, _TURNED, _GLASSES, _ASTRAY = 0.25, 0.5, 0.2, 0.12  # shares
_SMALLEST_PX = 30.0  # between the pupils: a person at three metres
_NOWHERE = Point(-1e6, -1e6)


def fit_folder(folder: Path, count: int = 9) -> RingConfidence:
    """The constants of livecam/perception/pupils/handcrafted/confidence.py from the portraits of a folder and its
    labels.csv, the test people left
    out; DatasetError when labels or pictures are missing. The same folder always gives the same constants."""
    detectors = [open_stills(FaceSettings(finder=name)) for name in FACE_DETECTORS]
    portraits = enumerate(read_labels(folder, folder / "labels.csv"))
    return fit_ring_confidence(
        shown for seed, portrait in portraits for shown in calibration_faces(portrait, detectors, count, seed)
    )


def calibration_faces(
    portrait: LabelledPortrait, detectors: Sequence[FaceDetector], count: int, seed: int
) -> Iterator[LabelledEyes]:
    """So many photographs of one portrait, looking elsewhere or with closing lids, as each face detector sees them.

    Some are cut where there are no eyes at all, as on a wrong face. A detector that misses the face leaves it out.
    """
    seen, rng, pupils = see(portrait), np.random.default_rng(seed), RingPupilDetector()
    for _ in range(count if seen else 0):
        assert seen is not None
        image, truth, visible = _photographed(portrait, seen, rng)
        if np.hypot(*(truth[Side.LEFT] - truth[Side.RIGHT])) < _SMALLEST_PX:
            continue
        frame = Frame(image, 0, 0.0)
        for face in (face for detector in detectors for face in detector.detect(frame)[:1]):
            left, right = (Point(*truth[side].tolist()) for side in (Side.LEFT, Side.RIGHT))
            yield LabelledEyes(pupils.cropper(frame, face), left, right, visible >= CLOSED_BELOW)
            if rng.random() < _ASTRAY:
                yield LabelledEyes(pupils.cropper(frame, _astray(face, rng)), _NOWHERE, Point(0, 0), False)


def _photographed(
    portrait: LabelledPortrait, seen: DetectedPortrait, rng: Random
) -> tuple[Image, dict[Side, NDArray[np.float64]], float]:
    """The picture, the true centres in it, and the larger share of an iris that is visible."""
    which = int(rng.integers(len(seen.landmarks)))
    pose = gaze_shift.STILL if rng.random() < _STILL else gaze_shift.pose(rng)
    image, truth, visible = seen.image, {}, []
    for side in Side:
        eye = EyeGeometry(portrait.centres[side], portrait.radii[side], seen.lids(side, which))
        step = np.array([pose.across, pose.down]) * eye.radius
        if not pose.still:
            image = redirect_gaze(image, eye, step, lid_follow=pose.lid_follow, closing=pose.closing)
        truth[side] = np.array(eye.centre) + step
        visible.append(gaze_shift.visible_share(eye, pose))
    # The detector reads red alone, and photographs are grey: they are taken of the red.
    picture = np.repeat(image[..., 2:].astype(np.float32) / 255, 3, axis=2)
    unit = float(np.mean([np.hypot(*(seen.lids(side, which)[3] - seen.lids(side, which)[0])) for side in Side]))
    if rng.random() < _GLASSES:
        _put_on_glasses(picture, truth, unit, rng)
    squeeze = float(rng.uniform(0.65, 1)) if rng.random() < _TURNED else 1.0
    middle = np.mean(list(truth.values()), axis=0) + [0, unit]
    shot = photograph(picture, middle, unit, rng, squeeze=squeeze, extent=_EXTENT)
    centres = {side: gaze_shift.moved(shot.matrix, point) for side, point in truth.items()}
    return np.repeat(shot.patch[..., None], 3, axis=2), centres, max(visible)


def _put_on_glasses(
    picture: NDArray[np.float32], centres: dict[Side, NDArray[np.float64]], unit: float, rng: Random
) -> None:
    for x, y in centres.values():
        rows, columns = slice(int(y - 0.9 * unit), int(y + 0.9 * unit)), slice(int(x - 1.1 * unit), int(x + 1.1 * unit))
        occluders.glasses(picture[max(rows.start, 0) : rows.stop, max(columns.start, 0) : columns.stop], rng)


def _astray(face: Face, rng: Random) -> Face:
    """The face taken to be where it is not, so far that no eye is cut in its place."""
    angle, distance = rng.uniform(0, 2 * np.pi), rng.uniform(0.45, 1.6) * face.pupil_distance
    away = distance * np.array([np.cos(angle), np.sin(angle)])
    return replace(face, landmarks=(face.landmarks + away).astype(np.float32))
