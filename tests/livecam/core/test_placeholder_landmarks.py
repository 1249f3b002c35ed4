"""Drawn landmarks are known as such wherever they are, and true ones are never taken for them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from livecam.core.placeholder_landmarks import is_placeholder, placeholder_landmarks
from livecam.core.types import Point, Side
from tests.fakes import make_face

points = st.builds(Point, st.floats(-500, 8000), st.floats(-500, 8000))


@given(st.dictionaries(st.sampled_from(Side), points))
def test_drawn_landmarks_are_known(places: dict[Side, Point]) -> None:
    assert is_placeholder(placeholder_landmarks(places, (8000, 6000)))


@given(points, points, st.integers(0, 67), st.floats(0.02, 0.5))
def test_one_point_elsewhere_is_enough_to_be_true(left: Point, right: Point, which: int, share: float) -> None:
    """By 2 % of the distance between the pupils: no two faces are nearer to each other in all 68 points."""
    landmarks = placeholder_landmarks({Side.LEFT: left, Side.RIGHT: right}, (8000, 6000))
    unit = max(float(np.hypot(left.x - right.x, left.y - right.y)), 1.0)
    landmarks[which] += np.float32(share * unit)

    assert not is_placeholder(landmarks)


def test_the_landmarks_of_a_face_are_true() -> None:
    assert not is_placeholder(make_face().landmarks)


def test_landmarks_that_are_all_one_point_are_no_drawn_face() -> None:
    assert not is_placeholder(np.ones((68, 2), np.float32))
