"""Labelled portraits: their pupil labels, and their landmarks by every face detector that is installed."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livecam.core.files import read_table_rows
from livecam.core.image_files.images import read_image
from livecam.core.types import LID_POINTS, Face, Frame, Image, Points, Side
from livecam.perception.faces.factory import installed, open_stills
from livecam.perception.faces.image_detector import ImageFaceDetector
from livecam.settings import FaceDetectorName, FaceSettings
from training.engine.files import DatasetError

FACE_DETECTORS = installed()  # the ones that ship alone will do; others make the network know their eye corners
_TEST_PERSON = re.compile(r"london_\d*[79](\D|$)")
LABEL_FIELDS = (
    "img_left_x",
    "img_left_y",
    "img_right_x",
    "img_right_y",
    "img_left_iris_radius",
    "img_right_iris_radius",
)


@dataclass(frozen=True, slots=True)
class LabelledPortrait:
    """A photograph and its irises; the subject's right eye is on the left of the image."""

    path: Path
    group: str
    centres: dict[Side, tuple[float, float]]
    radii: dict[Side, float]
    on_limbus: bool = False  # measured at the iris, not clicked


@dataclass(frozen=True, slots=True, eq=False)
class DetectedPortrait:
    """A portrait's picture with the landmarks of each face detector, (68, 2) each."""

    image: Image
    landmarks: tuple[Points, ...]

    def lids(self, side: Side, which: int) -> Points:
        return self.landmarks[which][LID_POINTS[side]]


def is_test_person(name: str) -> bool:
    """Whether a file shows someone nothing is ever trained on: London people whose number ends in 7 or 9."""
    return bool(_TEST_PERSON.match(name))


def read_labels(folder: Path, labels: Path) -> list[LabelledPortrait]:
    """The portraits of everyone but the test people; DatasetError when labels or pictures are missing or wrong."""
    try:
        rows = read_table_rows(labels)
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        raise DatasetError(f"cannot read the labels {labels}; name a CSV file such as faces/labels.csv") from fault
    portraits = [_portrait(folder, row, labels) for row in rows if not is_test_person(row.get("file", ""))]
    if not portraits:
        raise DatasetError(f"{labels} labels no picture that may be learnt from")
    return portraits


def _portrait(folder: Path, row: dict[str, str], labels: Path) -> LabelledPortrait:
    try:
        left_x, left_y, right_x, right_y, left_radius, right_radius = (float(row[field]) for field in LABEL_FIELDS)
        path = folder / row["file"]
    except (KeyError, TypeError, ValueError) as fault:
        raise DatasetError(f"{labels} has a row without {', '.join(LABEL_FIELDS)}: {row}") from fault
    if not path.is_file():
        raise DatasetError(f"the picture {path} that {labels} names is missing")
    return LabelledPortrait(
        path,
        path.stem.split("_smile")[0],
        {Side.RIGHT: (left_x, left_y), Side.LEFT: (right_x, right_y)},
        {Side.RIGHT: left_radius, Side.LEFT: right_radius},
    )


def see(portrait: LabelledPortrait, detectors: Sequence[FaceDetectorName] = FACE_DETECTORS) -> DetectedPortrait | None:
    """The portrait as each face detector sees it; None when one of them misses the labelled face.

    SourceError for a picture that cannot be read, DatasetError for labels outside of it.
    """
    image = read_image(portrait.path)
    _check_inside(portrait, image)
    found = [_labelled(_open_detector(name).detect(Frame(image, 0, 0.0)), portrait) for name in detectors]
    return _seen(image, found)


def see_unlabelled(path: Path, detectors: Sequence[FaceDetectorName] = FACE_DETECTORS) -> DetectedPortrait | None:
    """A picture's largest face as each face detector sees it; None when one of them sees none."""
    image = read_image(path)
    found = [next(iter(_open_detector(name).detect(Frame(image, 0, 0.0))), None) for name in detectors]
    return _seen(image, found)


def _seen(image: Image, found: Sequence[Face | None]) -> DetectedPortrait | None:
    landmarks = tuple(face.landmarks for face in found if face is not None)
    return DetectedPortrait(image, landmarks) if len(landmarks) == len(found) else None


@cache
def _open_detector(name: FaceDetectorName) -> ImageFaceDetector:
    return open_stills(FaceSettings(finder=name))


def _labelled(faces: Sequence[Face], portrait: LabelledPortrait) -> Face | None:
    for face in faces:
        middle = np.mean([face.lids(side)[[0, 3]].mean(axis=0) for side in Side], axis=0)
        truth = np.mean([portrait.centres[side] for side in Side], axis=0)
        if np.hypot(*(middle - truth)) < 0.3 * face.pupil_distance:
            return face
    return None


def _check_inside(portrait: LabelledPortrait, image: Image) -> None:
    size = np.array(image.shape[1::-1])
    for side, (x, y) in portrait.centres.items():
        if not (0 <= x < size[0] and 0 <= y < size[1]):
            raise DatasetError(f"the label ({x:g}, {y:g}) of {portrait.path} is outside the picture; correct it")
        if not 0 < portrait.radii[side] < size.min() / 2:
            raise DatasetError(
                f"an iris of {portrait.path} cannot have the radius {portrait.radii[side]:g}; correct it"
            )


def corners(seen: DetectedPortrait, side: Side) -> NDArray[np.float64]:
    """What each detector calls the corners, (detectors, 2, 2), image-left corner first."""
    return np.array([seen.lids(side, which)[[0, 3]] for which in range(len(seen.landmarks))], np.float64)
