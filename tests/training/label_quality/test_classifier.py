"""The quality classifier: exact maps, a loss that knows pairs, and a small training that learns to point."""

from __future__ import annotations

import numpy as np
import pytest

from training.data.augmentation import CropPipeline
from training.data.dataset import EyeDataset, gathered
from training.engine.metrics import roc_auc
from training.engine.tensorflow import keras
from training.label_quality.classifier import (
    QualitySettings,
    QualityVerdicts,
    judge,
    judge_pairs,
    judgement_loss,
    learn,
    network,
    pointing,
)
from training.label_quality.label_corruption import (
    CorruptedLabels,
    CorruptionConfig,
    RenderedLabels,
    displaced,
    judged_singly,
    judged_together,
)
from training.synthesis import render_eyes

pytestmark = pytest.mark.tensorflow

CUTTING = CropPipeline()


@pytest.fixture(scope="module")
def eyes() -> EyeDataset:
    return gathered(eye for job in render_eyes.chunks(240, 3) for eye in render_eyes.synthesise(job))


@pytest.fixture(scope="module")
def shown(eyes: EyeDataset) -> CorruptedLabels:
    return displaced(eyes, np.arange(200, dtype=np.int64), CUTTING, CorruptionConfig(), np.random.default_rng(1))


@pytest.fixture(scope="module")
def taught(eyes: EyeDataset) -> object:
    keras().utils.set_random_seed(1)
    model = network(CUTTING.window)
    for _ in learn(model, eyes, None, CUTTING, QualitySettings(steps=300, batch=48)):
        pass
    return model


def test_the_map_is_exact_its_mean_is_the_log_odds_against(shown: CorruptedLabels) -> None:
    verdicts = judge(network(CUTTING.window), shown.drawn)
    odds = np.log(verdicts.good / (1 - verdicts.good))

    np.testing.assert_allclose(verdicts.maps.mean(axis=(1, 2)), -odds, atol=1e-4)


@pytest.mark.slow
def test_a_little_training_tells_spoilt_labels_from_right_ones(taught: object, shown: CorruptedLabels) -> None:
    assert roc_auc(judge(taught, shown.drawn).good, shown.good) > 0.75


def test_after_it_the_map_points_nearer_to_the_fault_than_chance(taught: object, shown: CorruptedLabels) -> None:
    pointed = pointing(judge(taught, shown.drawn), shown, CUTTING)

    assert pointed.distance < pointed.chance


def test_a_pair_is_as_good_as_both_its_eyes(shown: CorruptedLabels) -> None:
    model = network(CUTTING.window)
    singly = judge(model, shown.drawn).good
    judged = judged_singly(shown)
    pairs = judged._replace(inputs=judged.inputs[:, [0, 0]], present=np.ones_like(judged.present))

    np.testing.assert_allclose(judge_pairs(model, pairs), singly**2, rtol=1e-4)


def test_the_loss_of_a_bad_pair_is_small_as_soon_as_one_eye_is_called_bad() -> None:
    loss = judgement_loss(np.float32([[9, -9]]), np.float32([[1, 1]]), np.float32([0]))

    assert float(loss) < 1e-3


def test_the_loss_of_a_good_pair_is_large_as_soon_as_one_eye_is_called_bad() -> None:
    loss = judgement_loss(np.float32([[9, -9]]), np.float32([[1, 1]]), np.float32([1]))

    assert float(loss) == pytest.approx(9, abs=0.01)


def test_an_eye_that_is_not_there_plays_no_part() -> None:
    loss = judgement_loss(np.float32([[9, -9]]), np.float32([[1, 0]]), np.float32([1]))

    assert float(loss) < 1e-3


def test_moved_labels_lie_as_far_away_as_asked(shown: CorruptedLabels) -> None:
    moved = ~shown.good & ~shown.drawn.closed
    inside = (np.abs(shown.drawn.centres - [31.5, 23.5]) < [31, 23]).all(axis=1)
    away = np.linalg.norm(shown.drawn.centres - shown.truth, axis=1)[moved & inside]
    near, far = CorruptionConfig().wrong

    # A closed eye that is called open keeps its place.
    assert np.all(((away >= near) & (away <= far + 1e-3)) | (away <= CorruptionConfig().right + 1e-3))


def test_a_label_that_says_closed_is_drawn_as_nothing(shown: CorruptedLabels) -> None:
    assert not shown.drawn.inputs()[shown.drawn.closed, ..., 1].any()


def test_an_open_label_is_brightest_on_its_ring_and_in_its_middle() -> None:
    drawn = RenderedLabels(
        np.zeros((1, 48, 64, 1), np.float32), np.float32([[30, 20]]), np.float32([8]), np.array([False])
    )
    label = drawn.inputs()[0, ..., 1]

    assert (label[20, 30], label[20, 38]) == (1, 1)


def test_verdicts_of_one_and_two_eyes_share_a_batch(eyes: EyeDataset) -> None:
    made = [eye for job in render_eyes.chunks(30, 4) for eye in render_eyes.synthesise(job)][:3]
    judged = judged_together([(made[:2], True), (made[2:], False)], CUTTING)

    assert judged.present.tolist() == [[1, 1], [1, 0]]


def test_pointing_knows_a_perfect_map() -> None:
    truth = np.float32([[10, 10], [50, 40], [30, 20], [12, 40]])
    maps = np.zeros((4, 12, 16), np.float32)
    for row, (x, y) in enumerate(truth):
        maps[row, int(y // 4), int(x // 4)] = 1
    drawn = RenderedLabels(np.zeros((4, 48, 64, 1), np.float32), truth, np.ones(4, np.float32), np.zeros(4, bool))

    pointed = pointing(
        QualityVerdicts(np.zeros(4, np.float32), maps), CorruptedLabels(drawn, truth, np.zeros(4, bool)), CUTTING
    )

    assert (pointed.distance < 3, pointed.nearer) == (True, 1.0)
