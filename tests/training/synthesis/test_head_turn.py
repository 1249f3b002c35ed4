"""Turned heads: truth moves exactly as the picture does, and no turn folds the face over the eye."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from training.synthesis.head_turn import HeadTurn, turn_head, turn_points

EYE = np.stack(np.meshgrid(np.linspace(-0.5, 0.5, 7), np.linspace(-0.3, 0.3, 5)), axis=-1)


@pytest.mark.parametrize("seed", range(30))
def test_what_is_seen_after_a_turn_leads_back_to_where_it_was(seed: int) -> None:
    turn = HeadTurn.random(np.random.default_rng(seed))
    assert turn.shown(turn.seen(EYE)) == pytest.approx(EYE, abs=0.01)


def test_a_mark_in_the_picture_is_found_where_the_points_were_taken() -> None:
    middle, unit = np.array([120.0, 100.0]), 84.0
    misses = []
    for seed in range(12):
        turn = HeadTurn.random(np.random.default_rng(seed))
        picture = np.zeros((200, 240, 3), np.float32)
        cv2.circle(picture, (135, 94), 6, (1.0, 1.0, 1.0), -1)
        turned = turn_head(picture, turn, middle=middle, unit=unit)[..., 0]
        rows, columns = np.mgrid[:200, :240]
        found = np.array([(turned * columns).sum(), (turned * rows).sum()]) / turned.sum()
        misses.append(np.hypot(*(found - turn_points([135, 94], turn, middle=middle, unit=unit))))
    assert max(misses) < 0.012 * unit


def test_a_head_turned_far_shows_a_narrower_eye() -> None:
    turn = HeadTurn(yaw=0.8, pitch=0.0, distance=20, temple=0.2, bridge=0.2, brow=0.05, ball=0.05)
    left, right = turn.seen([[-0.5, 0.0], [0.5, 0.0]])
    assert 0.5 < right[0] - left[0] < 0.9
