"""The figures of an evaluation, against values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from livecam.core.types import Box
from livecam.perception.targets.detector import Target
from livecam.perception.targets.model_card import TargetConfidenceCalibration
from training.engine.files import DatasetError
from training.engine.metrics import hit_rate, inside, overlap, pixel_overlap, roc_auc, roc_curve
from training.target_detector.confidence_calibration import calibrated, held_out_auc
from training.target_detector.evaluation import PageResult, PeakConfidence
from training.target_detector.scores import report, row


def test_wilsons_interval_of_all_of_eighteen() -> None:
    assert hit_rate([True] * 18)[2:] == (pytest.approx(0.8241, abs=1e-4), 1.0)


def test_wilsons_interval_of_half_of_ten() -> None:
    assert hit_rate([True, False] * 5)[2:] == (pytest.approx(0.2366, abs=1e-4), pytest.approx(0.7634, abs=1e-4))


def test_nothing_seen_says_nothing() -> None:
    assert hit_rate([]) == (0, 0, 0.0, 1.0)


def test_the_area_under_the_curve_counts_pairs() -> None:
    assert roc_auc([0.9, 0.4, 0.5, 0.4], [True, True, False, False]) == pytest.approx((1 + 1 + 0 + 0.5) / 4)


def test_boxes_that_share_a_third() -> None:
    assert overlap(Box(0, 0, 10, 10), Box(5, 0, 10, 10)) == pytest.approx(1 / 3)


def test_boxes_apart_share_nothing() -> None:
    assert overlap(Box(0, 0, 10, 10), Box(20, 20, 10, 10)) == 0


def test_masks_that_share_a_third() -> None:
    one, other = np.zeros((4, 30), bool), np.zeros((4, 30), bool)
    one[:, :20] = other[:, 10:] = True
    assert pixel_overlap(one, other) == pytest.approx(1 / 3)


def test_a_grown_box_has_its_neighbourhood() -> None:
    box = Box(10, 10, 5, 5)
    assert [inside(box, 18, 12), inside(box, 18, 12, grown=3)] == [False, True]


def answer(
    *, rank: int | None, sure: int = 1, overlaps: tuple[float, ...] = (0.8, 0.0, 0.0, 0.0, 0.0), false: int = 0
) -> PageResult:
    targets = tuple(Target(5.0, 5.0, 0.9 - k / 10, Box(0, 0, 10, 10), 0.9 - k / 10) for k in range(5))
    marks = tuple(k < sure for k in range(5))
    return PageResult(
        "1.png",
        targets,
        marks,
        tuple(k == rank for k in range(len(targets))),
        rank,
        rank == 0,
        0.7 if rank == 0 else 0.0,
        overlaps,
        1,
        false,
        2.0,
        0.5,
    )


def test_hits_are_counted_by_their_rank() -> None:
    figures = report([answer(rank=0), answer(rank=2), answer(rank=4), answer(rank=None)])
    assert [figures[f"hit@{most}"]["hits"] for most in (1, 3, 5)] == [1, 2, 3]


def test_boxes_are_judged_by_overlap() -> None:
    figures = report([answer(rank=0, sure=2), answer(rank=None, sure=1, overlaps=(0.1, 0.0, 0.0, 0.0, 0.0))])
    assert (figures["box_precision"], figures["box_recall"]) == (pytest.approx(1 / 3), 0.5)


def test_false_peaks_are_counted_by_area() -> None:
    assert report([answer(rank=0, false=3), answer(rank=0, false=1)])["false_peaks_per_megapixel"] == 1.0


def test_a_row_of_the_table_has_as_many_columns_as_its_head() -> None:
    from training.target_detector.scores import HEADER

    assert row("ours", report([answer(rank=0)])).count("|") == HEADER.splitlines()[0].count("|")


def case(height: float, rival: float, *, hit: bool) -> PeakConfidence:
    return PeakConfidence(height, rival, height, hit)


GROUPS = [
    (
        [case(0.9 - k / 50, 0.5, hit=True) for k in range(6)],
        [case(0.6 - k / 30, 0.55 - k / 30, hit=False) for k in range(6)],
    )
    for _ in range(3)
]


def test_a_calibrated_score_is_high_where_the_best_leads() -> None:
    calibration = calibrated(*GROUPS[0])
    assert (calibration.score(0.9, 0.4) > 0.8, calibration.score(0.45, 0.44) < 0.2) == (True, True)


def test_scores_of_pages_that_others_calibrated() -> None:
    assert held_out_auc(GROUPS) == 1.0


def test_nothing_to_tell_apart_is_an_error() -> None:
    with pytest.raises(DatasetError, match="calibration needs"):
        calibrated([case(0.9, 0.1, hit=True)], [])


def test_a_calibration_is_what_a_card_takes() -> None:
    assert isinstance(calibrated(*GROUPS[0]), TargetConfidenceCalibration)


def test_the_area_is_that_of_all_pairs() -> None:
    random = np.random.default_rng(0)
    scores, positive = random.integers(0, 30, 300), random.random(300) < 0.4
    above = scores[positive][:, None] - scores[~positive][None]
    assert roc_auc(scores, positive) == pytest.approx((above > 0).mean() + 0.5 * (above == 0).mean(), abs=1e-12)


def test_there_is_no_area_without_both_kinds() -> None:
    assert np.isnan(roc_auc([0.1, 0.2], [True, True]))


def test_a_curve_rises_from_nothing_to_everything() -> None:
    wrong, right = roc_curve([0.9, 0.8, 0.3, 0.1], [True, False, True, False])
    assert (list(zip(wrong, right, strict=True))) == [(0, 0), (0, 0.5), (0.5, 0.5), (0.5, 1), (1, 1)]
