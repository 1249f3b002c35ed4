"""The confidence of a card is fitted anew while the model, and all else its card says, stay as they are."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from livecam.core.assets import asset
from livecam.perception.pupils.network.model_card import SHIPPED, PupilModelCard, read_card
from training.pupil_detector import confidence_calibration, recipe
from training.pupil_detector.confidence_calibration import CalibrationData

FACES = Path(__file__).parents[3] / "../shared/data/pupils/faces"


def test_people_stay_on_the_side_they_were_trained_on() -> None:
    from training.data.dataset import is_held_out

    names = [f"person_{number}" for number in range(2000)]
    assert np.mean([is_held_out(name, 0.12) for name in names]) == pytest.approx(0.12, abs=0.02)
    assert all(is_held_out(name, 0.3) for name in names if is_held_out(name, 0.12))


@pytest.mark.slow
@pytest.mark.skipif(not FACES.is_dir(), reason="the portraits are not here")
def test_only_the_confidence_of_a_card_is_written_anew(tmp_path: Path) -> None:
    pytest.importorskip("mediapipe")
    pytest.importorskip("dlib")
    model = Path(shutil.copy(asset(SHIPPED), tmp_path))
    shutil.copy(asset(SHIPPED).with_suffix(".json"), tmp_path)
    before, content = read_card(model)

    for _ in range(2):
        recipe.recalibrate(
            model, (FACES, FACES / "labels.csv"), staged_faces=12, watch=lambda name, parts, count: parts
        )
    after, again = read_card(model)

    assert again == content
    assert after.calibration != before.calibration
    assert _rest(after) == _rest(before)
    assert after.provenance.recipe.count("recalibrate") == 1


def _rest(card: PupilModelCard) -> object:
    return card.model_dump(exclude={"calibration": True, "provenance": {"recipe", "scores"}})


def test_eyes_that_are_chosen_keep_what_is_known_of_them() -> None:
    judged = CalibrationData(np.eye(4), np.arange(4.0), np.ones(4), np.zeros(4), np.array(list("abcd")))
    chosen = confidence_calibration.as_on_webcams(judged, 0.5)
    assert set(zip(chosen.errors.tolist(), chosen.groups.tolist(), strict=True)) == set(
        zip(range(4), "abcd", strict=True)
    )
