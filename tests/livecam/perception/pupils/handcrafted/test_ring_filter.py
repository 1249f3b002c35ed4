"""Rings answer at the centre of discs, the more the better the size fits; the head tells its size and turn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livecam.core.types import Box, Face
from livecam.perception.pupils.handcrafted.head_pose import head_pose
from livecam.perception.pupils.handcrafted.ring_filter import Plane, Ring, RingBank, RingParams, slopes
from tests.fakes import make_face
from tests.livecam.perception.pupils.drawing import turned

MANNER = RingParams(edge=0.9, pupil_share=0.0, pupil_radius=0.4, usual_radius=8.0, size_cost=0.0)


def disc(x: float, y: float, radius: float, narrowing: float = 1.0) -> Plane:
    """A dark disc on white, one level deep, its edge a pixel soft."""
    rows, columns = np.mgrid[:48, :64]
    inside = radius - np.hypot((columns - x) / narrowing, rows - y)
    return (1 - np.clip(inside + 0.5, 0, 1)).astype(np.float32)


def test_the_answer_is_the_sum_of_filter_times_slopes() -> None:
    """Oracle: one place of the block, by hand."""
    bank = RingBank.of([Ring(5.0), Ring(7.0, 0.8)], 9, MANNER)
    field = slopes(np.random.default_rng(0).random((48, 64)).astype(np.float32))
    by_hand = field[:, 22 - 9 : 22 + 10, 31 - 9 : 31 + 10].ravel() @ bank.weights
    assert bank.respond(field, (28, 20), (7, 5))[2, 3] == pytest.approx(by_hand, abs=1e-5)


def test_the_best_place_is_the_centre_and_the_best_ring_the_size() -> None:
    bank = RingBank.of([Ring(float(radius)) for radius in range(5, 10)], 11, MANNER)
    answer = bank.respond(slopes(disc(33, 24, 7.0)), (26, 18), (13, 13))
    assert np.unravel_index(int(answer.argmax()), answer.shape) == (6, 7, 2)


def test_an_iris_seen_from_the_side_fits_a_narrow_ring_best() -> None:
    bank = RingBank.of([Ring(8.0, narrowing) for narrowing in (1.0, 0.85, 0.7)], 11, MANNER)
    assert bank.respond(slopes(disc(32, 24, 8.0, 0.7)), (32, 24), (1, 1)).argmax() == 2


def test_a_bright_disc_answers_less_than_nothing() -> None:
    bank = RingBank.of([Ring(8.0)], 11, MANNER)
    assert bank.respond(slopes(-disc(32, 24, 8.0)), (32, 24), (1, 1)).item() < 0


def test_a_face_seen_from_the_front_has_the_distance_of_its_eyes() -> None:
    face = turned(0.0)
    assert head_pose(face).pupil_distance == pytest.approx(face.pupil_distance, rel=0.01)


@settings(deadline=None)
@given(yaw=st.floats(-0.7, 0.7))
def test_a_turned_head_keeps_its_size(yaw: float) -> None:
    assert head_pose(turned(yaw)).pupil_distance == pytest.approx(80, rel=0.02)


@settings(deadline=None)
@given(yaw=st.floats(-0.7, 0.7))
def test_the_turn_is_the_sine_of_the_yaw(yaw: float) -> None:
    assert head_pose(turned(yaw)).turn == pytest.approx(np.sin(yaw), abs=0.02)


def test_landmarks_on_one_point_are_a_head_of_one_pixel() -> None:
    assert head_pose(Face(Box(0, 0, 0, 0), np.zeros_like(make_face().landmarks), 0.5)).pupil_distance == 1.0
