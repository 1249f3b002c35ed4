"""What the shipped model promises: robust to its crop, honest about its doubt, and it knows a closed eye."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from livecam.benchmark.labelled_photographs import read_labelled_photographs
from livecam.core.image_files.images import read_image
from livecam.core.types import Face, Frame, Side
from livecam.perception.faces.factory import open_stills
from livecam.perception.pupils.network.detector import NetworkPupilDetector
from livecam.settings import FaceDetectorName, FaceSettings, PupilSettings
from tests.training.eyes import make_synthetic
from training.engine.metrics import roc_auc
from training.pupil_detector import evaluation, scores

TEST = Path(__file__).parents[3] / "../shared/data/pupils/test"
needs_photographs = pytest.mark.skipif(
    not TEST.is_dir() or not find_spec("mediapipe"), reason="needs the test photographs and mediapipe"
)


@pytest.fixture(scope="module")
def shipped() -> NetworkPupilDetector:
    return NetworkPupilDetector.open(PupilSettings())


@pytest.fixture(scope="module")
def faces() -> list[tuple[Frame, Face, np.ndarray]]:
    detector = open_stills(FaceSettings(finder=FaceDetectorName.MEDIAPIPE))
    found = []
    for labelled in read_labelled_photographs(TEST):
        frame = Frame(read_image(labelled.image), 0, 0.0)
        found.append((frame, detector.detect(frame)[0], np.array([labelled.left, labelled.right])))
    return found


def share_near(network: NetworkPupilDetector, faces: list[tuple[Frame, Face, np.ndarray]], jitter: float) -> float:
    rng = np.random.default_rng(8)
    near = []
    for frame, face, truth in faces:
        for _ in range(1 if not jitter else 3):
            landmarks = face.landmarks.copy()
            for side, points in ((Side.RIGHT, slice(36, 42)), (Side.LEFT, slice(42, 48))):
                lids = face.lids(side)
                sigma = jitter * float(np.hypot(*(lids[3] - lids[0])))
                landmarks[points] += rng.normal(0, sigma, (6, 2)).astype(np.float32) if sigma else 0
            left, right = network.detect(network.cropper(frame, Face(face.box, landmarks, face.confidence)))
            assert left is not None
            assert right is not None
            apart = [np.hypot(*(np.array(p.centre) - t)) for p, t in zip((right, left), truth, strict=True)]
            near.append(max(apart) <= 0.05 * np.hypot(*(truth[1] - truth[0])))
    return float(np.mean(near))


@needs_photographs
def test_landmarks_five_percent_off_cost_at_most_two_points(
    shipped: NetworkPupilDetector, faces: list[tuple[Frame, Face, np.ndarray]]
) -> None:
    assert share_near(shipped, faces, 0.05) >= share_near(shipped, faces, 0.0) - 0.02


@needs_photographs
def test_confidence_is_a_probability_within_five_points_on_unseen_people(
    shipped: NetworkPupilDetector, faces: list[tuple[Frame, Face, np.ndarray]]
) -> None:
    answers = [
        (pupil.confidence, np.hypot(*(np.array(pupil.centre) - place)) <= 0.05 * np.hypot(*(truth[1] - truth[0])))
        for frame, face, truth in faces
        for pupil, place in zip(reversed(shipped.detect(shipped.cropper(frame, face))), truth, strict=True)
        if pupil is not None
    ]
    confidences, hits = (np.array(column) for column in zip(*answers, strict=True))
    assert scores.calibration_error(confidences, hits) <= 0.05


def test_closed_eyes_are_told_from_open_ones(shipped: NetworkPupilDetector) -> None:
    answers = list(evaluation.evaluate_dataset(shipped, make_synthetic(600, seed=77)))
    assert roc_auc(*scores.closedness(answers)) >= 0.95
