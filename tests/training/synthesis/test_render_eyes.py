"""Procedural eyes: exact, varied, repeatable, and never broken pictures."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from tests.training.eyes import make_synthetic
from training.synthesis import eye_parameters
from training.synthesis.camera_model import photograph
from training.synthesis.render_eyes import UNIT, chunks, render, synthesise


@pytest.mark.parametrize("seed", range(40))
def test_a_rendered_eye_has_no_pixel_that_is_not_a_brightness(seed: int) -> None:
    picture = render(np.random.default_rng(seed)).picture
    assert np.isfinite(picture).all()
    assert 0 <= picture.min() <= picture.max() <= 1


def test_the_same_seed_makes_the_same_eyes() -> None:
    chunk = chunks(8, seed=5)[0]
    first, second = synthesise(chunk), synthesise(chunk)
    assert all(np.array_equal(a.patch, b.patch) and a.centre == b.centre for a, b in zip(first, second, strict=True))


def test_chunks_make_as_many_eyes_as_were_asked_for() -> None:
    assert len(make_synthetic(503)) == 503


def test_open_half_open_and_closed_eyes_are_all_there() -> None:
    visible = make_synthetic(400).visible
    assert min((visible < 0.05).mean(), ((visible > 0.1) & (visible < 0.5)).mean(), (visible > 0.5).mean()) > 0.05


def test_gaze_covers_the_whole_opening() -> None:
    irises = [eye_parameters.draw(np.random.default_rng(seed)).iris for seed in range(300)]
    assert min(np.ptp([iris.x for iris in irises]), np.ptp([iris.y for iris in irises]) + 0.1) > 0.45


@pytest.mark.parametrize("seed", range(20))
def test_a_shut_eye_counts_as_closed(seed: int) -> None:
    eye = replace(eye_parameters.draw(np.random.default_rng(seed)), opening=0.0)
    assert eye_parameters.visible_share(eye) < eye_parameters.CLOSED_BELOW


def test_the_wider_the_lids_the_more_of_the_iris_is_seen() -> None:
    eye = eye_parameters.draw(np.random.default_rng(4))
    shares = [eye_parameters.visible_share(replace(eye, opening=opening)) for opening in (0.0, 0.3, 0.6, 1.0)]
    assert shares == sorted(shares)


def test_the_upper_lid_follows_a_gaze_down() -> None:
    eyes = [eye_parameters.draw(np.random.default_rng(seed)) for seed in range(400)]
    opened = [eye for eye in eyes if eye.opening > 0.45]
    down = np.array([eye.iris.y for eye in opened])
    assert np.corrcoef(down, [eye.opening for eye in opened])[0, 1] < -0.3


def test_a_photograph_puts_a_mark_where_its_matrix_says() -> None:
    picture = np.full((120, 144, 3), 0.1, np.float32)
    cv2.circle(picture, (60, 50), 5, (0.9, 0.9, 0.9), -1)
    misses = []
    for seed in range(12):
        shot = photograph(picture, np.array([71.5, 59.5]), UNIT, np.random.default_rng(seed))
        bright = shot.patch.astype(float) - np.percentile(shot.patch, 50)
        weight = np.where(bright > 0.6 * bright.max(), bright, 0)
        rows, columns = np.mgrid[: weight.shape[0], : weight.shape[1]]
        found = np.array([(weight * columns).sum(), (weight * rows).sum()]) / weight.sum()
        misses.append(np.hypot(*(found - shot.matrix @ [60, 50, 1])) / (shot.patch.shape[1] / 2.1))
    assert np.median(misses) < 0.02
