"""Composed faces that the handcrafted confidence is fitted on: the same for a seed, truths at the irises."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from training.data.portraits import read_labels
from training.pupil_detector.ring_confidence import LabelledEyes, calibration_faces, observe

FACES = Path(__file__).parents[3] / "../shared/data/pupils/faces"
pytestmark = pytest.mark.skipif(not FACES.is_dir(), reason="the portraits are not here")


@pytest.fixture(scope="module")
def shown() -> list[LabelledEyes]:
    return rehearse(seed=1)


def rehearse(seed: int) -> list[LabelledEyes]:
    pytest.importorskip("mediapipe")
    pytest.importorskip("dlib")
    return list(calibration_faces(read_labels(FACES, FACES / "labels.csv")[0], 40, seed))


def test_a_seed_gives_the_same_photographs(shown: list[LabelledEyes]) -> None:
    again = rehearse(seed=1)
    assert [one.eyes.left.patch.tobytes() for one in shown] == [one.eyes.left.patch.tobytes() for one in again]


def test_open_eyes_are_mostly_found_where_the_truth_says(shown: list[LabelledEyes]) -> None:
    seen = observe(shown)
    assert np.mean([one.hit for one in seen if one.open]) > 0.6


def test_places_without_an_eye_are_neither_hits_nor_open_nor_shut(shown: list[LabelledEyes]) -> None:
    nowhere = [one for one in observe(shown) if not one.eye]
    assert len(nowhere) > 3
    assert not any(one.hit or one.open or one.shut for one in nowhere)


def test_lids_that_shut_bring_their_landmarks_together(shown: list[LabelledEyes]) -> None:
    seen = [one for one in observe(shown) if one.eye]
    apart, together = (np.median([one.evidence.opening for one in seen if one.shut is shut]) for shut in (False, True))
    assert together < 0.75 * apart
