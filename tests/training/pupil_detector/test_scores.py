"""The numbers of an evaluation, on answers whose truth is plain."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from training.pupil_detector import scores
from training.pupil_detector.evaluation import MISSED, EvalResult
from training.pupil_detector.report import write_report


def make_answer(*errors: float, confidence: float = 0.9, openness: float = 1.0, closed: bool = False) -> EvalResult:
    places = np.array([[20.0, 20.0], [60.0, 20.0]])[: len(errors)]
    return EvalResult(
        "somebody",
        "closed" if closed else "ahead",
        errors,
        (confidence,) * len(errors),
        (openness,) * len(errors),
        closed,
        np.full((40, 80, 3), 128, np.uint8),
        places,
        places + 1,
    )


def test_the_worse_eye_decides() -> None:
    assert scores.errors([make_answer(0.01, 0.2)], "worse_eye").tolist() == [0.2]


def test_a_missed_eye_is_beyond_every_threshold() -> None:
    assert set(scores.error_shares(scores.errors([make_answer(0.01, MISSED)], "worse_eye")).values()) == {0.0}


def test_an_error_on_the_threshold_counts() -> None:
    assert scores.error_shares([0.05, 0.051])["0.05"] == 0.5


def test_closed_eyes_are_left_out_of_the_errors() -> None:
    assert len(scores.errors([make_answer(0.3, closed=True)], "mean")) == 0


def test_a_closed_eye_is_never_a_hit() -> None:
    assert scores.reliability_data([make_answer(0.0, closed=True)])[1].tolist() == [False]


def test_perfectly_ranked_eyes_have_an_area_of_one() -> None:
    answers = [make_answer(0, openness=-2, closed=True), make_answer(0, openness=2)]
    assert scores.report(answers)["closed_auc"] == 1


def test_eyes_ranked_by_chance_have_half_the_area() -> None:
    rng = np.random.default_rng(0)
    answers = [make_answer(0, openness=float(value), closed=k % 2 == 0) for k, value in enumerate(rng.random(2000))]
    assert scores.report(answers)["closed_auc"] == pytest.approx(0.5, abs=0.04)


def test_refusing_the_doubtful_half_can_remove_every_mistake() -> None:
    coverage, risk = scores.risk_coverage(np.array([0.2, 0.9, 0.8, 0.1]), np.array([False, True, True, False]))
    assert (coverage.tolist(), risk.tolist()) == ([0.25, 0.5, 0.75, 1], [0, 0, pytest.approx(1 / 3), 0.5])


def test_a_report_is_numbers_curves_and_pictures(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="curves are drawn by matplotlib, of the training extra")
    answers = [make_answer(0.01, 0.02), make_answer(0.2, 0.1, confidence=0.3), make_answer(0.5, 0.5, closed=True)]
    write_report(answers, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "closed.png",
        "curve.csv",
        "curve.png",
        "reliability.png",
        "report.json",
        "risk_coverage.png",
        "worst.png",
    ]


def test_the_numbers_of_a_report_are_in_its_file(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="curves are drawn by matplotlib, of the training extra")
    table = write_report([make_answer(0.01, 0.02), make_answer(0.2, 0.1, confidence=0.3)], tmp_path)
    assert json.loads((tmp_path / "report.json").read_text()) == table
