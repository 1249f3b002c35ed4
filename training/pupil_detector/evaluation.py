"""Evaluation of a pupil detector on data sets of eyes and on labelled photographs: errors, confidences, openness."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.benchmark.labelled_photographs import LabelledPhotograph
from livecam.core.crop import EyePair
from livecam.core.image_files.images import read_image
from livecam.core.interfaces import FaceDetector, PupilDetector
from livecam.core.types import Box, EyeState, Face, Frame, Image, Points, Pupil
from livecam.perception.pupils.network.detector import NetworkPupilDetector
from training.data.dataset import EyeDataset
from training.synthesis.eye_parameters import CLOSED_BELOW

MISSED = float("inf")
_EYES_APART = 1 / 0.43  # pupil distance over the width of an eye, in people


@dataclass(frozen=True, slots=True, eq=False)
class EvalResult:
    """What a detector said of one picture. Errors are shares of the pupil distance, infinite where none was found."""

    name: str
    group: str
    errors: tuple[float, ...]  # of each labelled eye
    confidences: tuple[float, ...]  # 0 where nothing was found
    openness: tuple[float, ...]  # larger is more open; for ranking only
    closed: bool
    picture: Image
    truth: NDArray[np.float64]  # (eyes, 2) pixels
    found: NDArray[np.float64]  # (eyes, 2) pixels, NaN where nothing was found


def evaluate_dataset(detector: PupilDetector, eyes: EyeDataset) -> Iterator[EvalResult]:
    """Every eye of a data set, shown twice, as the two eyes of a face; what counts is the answer for the right one."""
    for which in range(len(eyes)):
        frame, face = _doubled(eyes, which)
        pair = detector.cropper(frame, face)
        pupil = detector.detect(pair).right
        centre = eyes.centres[which].astype(np.float64)[None]
        yield EvalResult(
            f"{eyes.groups[which]} ({which})",
            str(eyes.origins[which]),
            _errors([pupil], centre, face.pupil_distance),
            (pupil.confidence if pupil else 0.0,),
            (_openness(detector, pair, pupil, 1),),
            bool(eyes.visible[which] < CLOSED_BELOW),
            eyes.patch(which),
            centre,
            _places([pupil]),
        )


def _doubled(eyes: EyeDataset, which: int) -> tuple[Frame, Face]:
    patch, corners = eyes.patch(which), eyes.corners[which].mean(axis=0)
    along = corners[1] - corners[0]
    width = max(float(np.hypot(*along)), 1.0)
    step = max(round(width * _EYES_APART), 1)
    canvas = np.zeros((patch.shape[0], patch.shape[1] + step), np.uint8)
    canvas[:, step:], canvas[:, : patch.shape[1]] = patch, patch
    # What lies between the two copies is their edges, stretched.
    if step > patch.shape[1]:
        canvas[:, patch.shape[1] : step] = patch[:, -1:]
    landmarks = np.zeros((68, 2), np.float32)
    landmarks[36:42] = _lids(corners.astype(np.float32))
    landmarks[42:48] = landmarks[36:42] + np.array([step, 0], np.float32)
    face = Face(Box(0, 0, float(canvas.shape[1]), float(canvas.shape[0])), landmarks, 1.0)
    return Frame(cv2.cvtColor(canvas, cv2.COLOR_GRAY2BGR).astype(np.uint8, copy=False), 0, 0.0), face


def _lids(corners: Points) -> Points:
    along = corners[1] - corners[0]
    down = np.array([-along[1], along[0]], np.float32)
    at = [(0, 0), (0.33, -0.17), (0.67, -0.17), (1, 0), (0.67, 0.1), (0.33, 0.1)]
    return np.array([corners[0] + x * along + y * down for x, y in at], np.float32)


def evaluate_images(
    faces: FaceDetector, detector: PupilDetector, photographs: Sequence[LabelledPhotograph]
) -> Iterator[EvalResult]:
    """Every photograph; its largest face is the labelled one."""
    for photograph in photographs:
        image = read_image(photograph.image)
        truth = np.array([photograph.left, photograph.right])
        frame = Frame(image, 0, 0.0)
        found = faces.detect(frame)
        pupils: list[Pupil | None] = [None, None]
        openness = (0.0, 0.0)
        if found:
            pair = detector.cropper(frame, found[0])
            left, right = detector.detect(pair)
            pupils = [right, left]
            openness = (_openness(detector, pair, right, 1), _openness(detector, pair, left, 0))
        yield EvalResult(
            photograph.image.name,
            photograph.group,
            _errors(pupils, truth, float(np.hypot(*(truth[1] - truth[0])))),
            tuple(pupil.confidence if pupil else 0.0 for pupil in pupils),
            openness,
            photograph.closed,
            image,
            truth,
            _places(pupils),
        )


def _errors(pupils: list[Pupil | None], truth: NDArray[np.float64], distance: float) -> tuple[float, ...]:
    return tuple(
        float(np.hypot(*(np.array(pupil.centre) - place))) / distance if pupil else MISSED
        for pupil, place in zip(pupils, truth, strict=True)
    )


def _places(pupils: list[Pupil | None]) -> NDArray[np.float64]:
    return np.array([pupil.centre if pupil else (np.nan, np.nan) for pupil in pupils], np.float64)


def _openness(detector: PupilDetector, pair: EyePair, pupil: Pupil | None, which: int) -> float:
    """The network's own log-odds; other detectors are ranked by state and confidence."""
    if isinstance(detector, NetworkPupilDetector):
        return detector.predict(pair)[which].openness
    if pupil is None:
        return -1.0
    return pupil.confidence + (pupil.state is EyeState.OPEN)
