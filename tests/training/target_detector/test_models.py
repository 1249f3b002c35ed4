"""Networks and losses: any size, no more context than is said, and losses with the right sign."""

from __future__ import annotations

import math

import numpy as np
import pytest

from training.target_detector.data.sampling import CropSample

tf = pytest.importorskip("tensorflow", reason="networks need the extra 'training'")

from training.engine.files import RunError  # noqa: E402
from training.target_detector import losses  # noqa: E402
from training.target_detector.tasks import (  # noqa: E402
    CentreTask,
    KerasNetwork,
    TargetTask,
    TutorialTask,
    heat,
    inputs,
    task_of,
)

pytestmark = pytest.mark.tensorflow

TASKS = {"centre": CentreTask(width=8), "tutorial": TutorialTask(width=4)}


@pytest.fixture(scope="module", params=TASKS.values(), ids=TASKS)
def task(request: pytest.FixtureRequest) -> TargetTask:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def network(task: TargetTask) -> KerasNetwork:
    tf.keras.utils.set_random_seed(0)
    model = task.build()
    for variable in model.variables:
        # As drawn, a deep network hardly hears its far surroundings.
        variable.assign(variable + tf.random.normal(variable.shape, stddev=0.05))
    return KerasNetwork(model, task)


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3)).astype(np.uint8)


@pytest.mark.parametrize("size", [(64, 64), (96, 160), (240, 112)])
def test_any_size_is_answered_by_a_quarter_of_it(network: KerasNetwork, size: tuple[int, int]) -> None:
    maps = network(noise(*size))
    assert (maps.centre.shape, maps.mask.shape) == ((size[0] // 4, size[1] // 4),) * 2


def test_answers_are_probabilities(network: KerasNetwork) -> None:
    maps = network(noise(96, 96))
    assert 0 <= min(map(np.min, maps)) <= max(map(np.max, maps)) <= 1


def test_nothing_beyond_the_margin_is_heard(network: KerasNetwork) -> None:
    """Pixels change from column 320 on; cells that end a margin before that must not."""
    panel = noise(64, 448)
    other = panel.copy()
    other[:, 320:] = 255 - other[:, 320:]
    cells = (320 - network.margin) // network.stride
    one, two = network(panel).centre, network(other).centre
    assert np.allclose(one[:, :cells], two[:, :cells], atol=1e-6)
    assert not np.allclose(one, two, atol=1e-6)


def test_nothing_beyond_the_margin_is_heard_from_the_left(network: KerasNetwork) -> None:
    panel = noise(64, 448)
    other = panel.copy()
    other[:, :128] = 255 - other[:, :128]
    cells = -(-(128 + network.margin) // network.stride)
    assert np.allclose(network(panel).centre[:, cells:], network(other).centre[:, cells:], atol=1e-6)


def test_the_heat_is_one_at_each_centre() -> None:
    sample = CropSample(noise(96, 96), np.zeros((96, 96), np.uint8), np.array([[20, 40, 24], [70, 9, 30]], np.float32))
    total = heat(sample)
    assert (total[10, 5], total[2, 17], int((total == 1).sum())) == (1, 1, 2)


def test_the_networks_see_levels_within_one() -> None:
    assert [inputs([np.full((8, 8, 3), level, np.uint8)]).max() for level in (0, 255)] == [-1, 1]


def test_a_right_heat_map_costs_less_than_a_wrong_one() -> None:
    wanted = np.zeros((1, 8, 8), np.float32)
    wanted[0, 3, 3] = 1
    right = np.where(wanted == 1, 6.0, -6.0).astype(np.float32)
    assert losses.centre_focal(wanted, right) < 0.05 < losses.centre_focal(wanted, -right)


def test_weights_make_a_missed_pixel_dearer_than_a_wrong_one() -> None:
    wanted, none = np.array([[1.0, 0.0]], np.float32), np.full((1, 2), -4, np.float32)
    missed = losses.mask_loss(wanted, none, losses.LossName.WEIGHTED, weights=(1, 20))
    wrong = losses.mask_loss(wanted, -none, losses.LossName.WEIGHTED, weights=(1, 20))
    assert missed > 5 * wrong


def test_weighted_cross_entropy_is_that_of_the_book() -> None:
    wanted, logits = np.array([1.0, 0.0], np.float32), np.array([0.3, -0.7], np.float32)
    said = 1 / (1 + np.exp(-logits))
    expected = (-20 * math.log(said[0]) - 2 * math.log(1 - said[1])) / 2
    found = losses.mask_loss(wanted, logits, losses.LossName.WEIGHTED, weights=(2, 20))
    assert float(found) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("name", list(losses.LossName))
def test_every_loss_prefers_the_truth(name: losses.LossName) -> None:
    wanted = np.zeros((2, 8, 8), np.float32)
    wanted[0, 2:5, 2:5] = 1
    logits = np.where(wanted == 1, 5.0, -5.0).astype(np.float32)
    assert losses.mask_loss(wanted, logits, name) < losses.mask_loss(wanted, -logits, name)


def test_tversky_is_dearer_for_what_is_missed_than_for_what_is_wrong() -> None:
    wanted = np.repeat(np.array([[1.0, 0.0]], np.float32), 10, axis=0)
    none, all_of_it = np.full((10, 2), -20, np.float32), np.full((10, 2), 20, np.float32)
    missed, wrong = (float(losses.mask_loss(wanted, said, losses.LossName.TVERSKY)) for said in (none, all_of_it))
    assert (missed, wrong) == (pytest.approx(1 - 1 / 8), pytest.approx(1 - 11 / 14))


def test_the_mask_is_a_probability_again_whatever_its_loss_weighs() -> None:
    logits = tf.constant(np.full((1, 2, 2, 2), math.log(10), np.float32))
    masks = [float(CentreTask(8, name).maps(logits)[0, 0, 0, 1]) for name in losses.LossName]
    assert masks == pytest.approx([0.5, 10 / 11, 10 / 11])


def test_focal_loss_forgives_what_is_nearly_right() -> None:
    wanted, logits = np.ones((1, 4), np.float32), np.full((1, 4), 2.0, np.float32)
    focal, plain = (
        losses.mask_loss(wanted, logits, name) for name in (losses.LossName.FOCAL, losses.LossName.WEIGHTED)
    )
    assert focal < 0.05 * plain


def test_an_unknown_network_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(RunError, match="centre or tutorial"):
        task_of({"model": "yolo", "width": 8, "mask": "weighted"})


def test_ours_is_small() -> None:
    assert CentreTask().build().count_params() < 260_000


def test_the_tutorials_upsampling_repeats_every_cell() -> None:
    from training.target_detector import models

    page = tf.keras.Input((None, None, 3))
    twice = tf.keras.Model(page, models.repeated(page))
    small = np.random.default_rng(0).random((1, 4, 5, 3)).astype(np.float32)
    assert np.array_equal(twice(small), small.repeat(2, axis=1).repeat(2, axis=2))
