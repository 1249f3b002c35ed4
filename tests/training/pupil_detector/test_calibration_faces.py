"""Rehearsed photographs: the same for a seed, both face detectors, truths at the irises."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from livecam.perception.faces.factory import open_stills
from livecam.settings import FaceDetectorName, FaceSettings
from training.data.portraits import read_labels
from training.pupil_detector.ring_confidence import LabelledEyes, calibration_faces, observe

FACES = Path(__file__).parents[3] / "../shared/data/pupils/faces"
pytestmark = pytest.mark.skipif(not FACES.is_dir(), reason="the portraits are not here")


@pytest.fixture(scope="module")
def shown() -> list[LabelledEyes]:
    return rehearse(seed=1)


def rehearse(seed: int) -> list[LabelledEyes]:
    pytest.importorskip("mediapipe")
    portrait = read_labels(FACES, FACES / "labels.csv")[0]
    detectors = [open_stills(FaceSettings(finder=name)) for name in (FaceDetectorName.DLIB, FaceDetectorName.MEDIAPIPE)]
    return list(calibration_faces(portrait, detectors, 4, seed))


def test_a_seed_gives_the_same_photographs(shown: list[LabelledEyes]) -> None:
    again = rehearse(seed=1)
    assert [one.eyes.left.patch.tobytes() for one in shown] == [one.eyes.left.patch.tobytes() for one in again]


def test_open_eyes_are_mostly_found_where_the_truth_says(shown: list[LabelledEyes]) -> None:
    seen = observe(shown)
    assert np.mean([one.hit for one in seen if one.open]) > 0.6
