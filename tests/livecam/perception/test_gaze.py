"""Where an eye points: level with the head, whatever its size."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecam.core.types import Gaze, Point, Pupil, PupilRest, Side
from livecam.perception.eyes.gaze import gaze
from tests.fakes import make_face


def gaze_at(side: Side, along: float, below: float, *, roll: float = 0.0, pupil_distance: float = 70.0) -> Gaze:
    """Of a pupil so many eye widths outwards of and below the middle of the corners."""
    face = make_face(roll=roll, pupil_distance=pupil_distance)
    corners = face.lids(side)[[0, 3]].astype(np.float64)
    axis = (corners[1] - corners[0]) * (1 if side is Side.LEFT else -1)
    down = (corners[1] - corners[0])[::-1] * [-1, 1]
    found = gaze(face, side, Pupil(Point(*(corners.mean(axis=0) + along * axis + below * down)), 6.0, 0.9))
    assert found is not None
    return found


@pytest.mark.parametrize("side", Side)
def test_a_pupil_where_it_rests_in_people_who_look_into_the_camera_looks_straight_ahead(side: Side) -> None:
    assert gaze_at(side, 0.025, -0.104) == pytest.approx((0, 0), abs=1e-5)


@pytest.mark.parametrize("side", Side)
def test_straight_ahead_is_where_the_detector_of_the_face_says(side: Side) -> None:
    face = replace(make_face(), pupil_rest=PupilRest(outward=-0.05, above=0.2, right=0.03))
    corners = face.lids(side)[[0, 3]].astype(np.float64)
    outward = (corners[1] - corners[0]) * (1 if side is Side.LEFT else -1)
    right, up = corners[1] - corners[0], (corners[1] - corners[0])[::-1] * [1, -1]
    centre = corners.mean(axis=0) - 0.05 * outward + 0.03 * right + 0.2 * up
    assert gaze(face, side, Pupil(Point(*centre), 6.0, 0.9)) == pytest.approx((0, 0), abs=1e-5)


@given(roll=st.floats(-1, 1), size=st.floats(20, 300), along=st.floats(-0.2, 0.2), below=st.floats(-0.2, 0.05))
def test_roll_and_size_of_the_head_do_not_matter(roll: float, size: float, along: float, below: float) -> None:
    rolled = gaze_at(Side.LEFT, along, below, roll=roll, pupil_distance=size)
    assert rolled == pytest.approx(gaze_at(Side.LEFT, along, below), abs=1e-3)


def test_right_and_down_in_the_picture_are_positive() -> None:
    assert min(gaze_at(Side.LEFT, 0.2, 0.0)) > 0


def test_both_eyes_that_move_to_the_picture_s_right_look_right() -> None:
    assert gaze_at(Side.RIGHT, -0.15, -0.108).horizontal > 0 < gaze_at(Side.LEFT, 0.15, -0.108).horizontal


def test_a_gaze_never_leaves_its_range() -> None:
    assert gaze_at(Side.LEFT, 3.0, -3.0) == Gaze(1.0, -1.0)


def test_without_a_pupil_there_is_no_gaze() -> None:
    assert gaze(make_face(), Side.LEFT, None) is None
