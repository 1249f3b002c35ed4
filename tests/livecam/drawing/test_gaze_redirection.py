"""The iris that moves: where it lands, what it leaves behind, what it does not touch."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livecam.core.types import Image
from livecam.drawing.gaze_redirection import EyeGeometry, redirect_gaze

SKIN, WHITE, IRIS = (150, 175, 220), (225, 228, 230), (40, 60, 80)


def draw_eye(
    *, centre: tuple[float, float] = (80, 60), radius: float = 12, roll: float = 0
) -> tuple[Image, EyeGeometry]:
    """A schematic eye, drawn large and reduced, so that its edges are soft."""
    shape = np.array([[-2.6, 0], [-1, -0.95], [1, -0.95], [2.6, 0], [1, 1], [-1, 1]])
    cos, sin = np.cos(roll), np.sin(roll)
    eye = EyeGeometry(centre, radius, (shape @ [[cos, sin], [-sin, cos]] * radius + centre).astype(np.float32))
    large = np.full((120 * 8, 160 * 8, 3), SKIN, np.uint8)
    outline = cv2.ellipse2Poly((0, 0), (int(26 * radius), int(10 * radius)), 0, 0, 360, 5) / 10
    place = outline @ [[cos, sin], [-sin, cos]] + centre
    cv2.fillPoly(large, [np.round((place + 0.5) * 8).astype(np.int32)], WHITE)
    opening = cv2.inRange(large, np.array(WHITE), np.array(WHITE))
    disc = np.zeros_like(opening)
    cv2.circle(disc, [round((at + 0.5) * 8) for at in centre], round(radius * 8), 255, -1)
    large[(opening > 0) & (disc > 0)] = IRIS
    return cv2.resize(large, (160, 120), interpolation=cv2.INTER_AREA), eye


def dark_centre(image: Image) -> np.ndarray:
    darkness = np.clip(150 - image.max(axis=2).astype(float), 0, None)
    rows, columns = np.indices(darkness.shape)
    return np.array([(columns * darkness).sum(), (rows * darkness).sum()]) / darkness.sum()


@settings(max_examples=25, deadline=None)
@given(along=st.floats(-0.8, 0.8), roll=st.floats(-0.6, 0.6))
def test_the_iris_lands_where_it_was_sent_to_a_fraction_of_a_pixel(along: float, roll: float) -> None:
    image, eye = draw_eye(roll=roll)
    move = along * eye.radius * np.array([np.cos(roll), np.sin(roll)])
    assert dark_centre(redirect_gaze(image, eye, move)) - dark_centre(image) == pytest.approx(move, abs=0.35)


def test_no_ghost_stays_where_the_iris_was() -> None:
    image, eye = draw_eye(radius=10)
    moved = redirect_gaze(image, eye, (13, 0))
    left_behind = moved[56:65, 71:79].reshape(-1, 3).astype(int)
    assert np.abs(left_behind - WHITE).max() <= 8


def test_an_iris_that_does_not_move_stays_as_it_is() -> None:
    image, eye = draw_eye()
    difference = cv2.absdiff(redirect_gaze(image, eye, (0, 0)), image)
    assert difference.mean() < 0.5


def test_a_lid_hides_an_iris_that_moves_behind_it() -> None:
    image, eye = draw_eye()
    moved = redirect_gaze(image, eye, (0, -14))
    assert np.array_equal(moved[:45, 70:90], image[:45, 70:90])


def test_a_shut_eye_shows_no_iris() -> None:
    image, eye = draw_eye()
    assert redirect_gaze(image, eye, (0, 0), closing=1)[45:75, 60:100].max(axis=2).min() > 150


def test_the_upper_lid_follows_a_downward_look() -> None:
    image, eye = draw_eye()
    stiff, following = (redirect_gaze(image, eye, (0, 6), lid_follow=share) for share in (0, 0.6))
    white = [int((picture[40:60, 70:90, 0] > 200).sum()) for picture in (stiff, following)]
    assert white[1] < white[0] - 40


def test_the_source_picture_is_never_written_to() -> None:
    image, eye = draw_eye()
    before = image.copy()
    redirect_gaze(image, eye, (5, 3), closing=0.5)
    assert np.array_equal(image, before)


def test_far_from_the_eye_nothing_changes() -> None:
    image, eye = draw_eye(radius=8)
    changed = cv2.absdiff(redirect_gaze(image, eye, (6, 2), lid_follow=0.6, closing=0.3), image).max(axis=2)
    rows, columns = np.nonzero(changed)
    assert np.hypot(columns - 80, rows - 60).max() < 4 * eye.radius


@pytest.mark.parametrize("centre", [(0, 0), (159, 119), (-5, 60), (400, 400)])
def test_an_eye_at_or_beyond_the_edge_of_the_picture_is_no_error(centre: tuple[float, float]) -> None:
    image, _ = draw_eye()
    _, eye = draw_eye(centre=centre)
    assert redirect_gaze(image, eye, (4, 4), lid_follow=0.5, closing=0.5).shape == image.shape


def test_two_eyes_are_moved_on_one_canvas() -> None:
    image, eye = draw_eye()
    canvas = np.zeros_like(image)
    assert redirect_gaze(image, eye, (3, 0), out=canvas) is canvas


@settings(max_examples=60, deadline=None)
@given(
    centre=st.tuples(st.floats(-30, 190), st.floats(-30, 150)),
    radius=st.floats(0.2, 40),
    spread=st.floats(0, 90),
    move=st.tuples(st.floats(-60, 60), st.floats(-60, 60)),
    closing=st.sampled_from([0.0, 0.4, 1.0]),
)
def test_lids_that_make_no_sense_are_no_error(
    centre: tuple[float, float], radius: float, spread: float, move: tuple[float, float], closing: float
) -> None:
    image, _ = draw_eye()
    lids = (np.random.default_rng(5).normal(0, spread, (6, 2)) + centre).astype(np.float32)
    moved = redirect_gaze(image, EyeGeometry(centre, radius, lids), move, lid_follow=0.6, closing=closing)
    assert (moved.shape, moved.dtype) == (image.shape, np.uint8)
