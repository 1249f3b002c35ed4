"""Cutting an eye out, and the way back to the frame."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livecam.core.crop import EyeCrop, LevelledEyeCropper, similarity_matrix, warp_crop, warp_crop_in_blocks
from livecam.core.types import Image, Side
from tests.fakes import make_face, make_frame

places = st.tuples(st.floats(-50, 700), st.floats(-50, 500))
angles, scales = st.floats(-3, 3), st.floats(0.1, 8)


def ramp(column: int = 320, row: int = 240) -> Image:
    """Around this pixel red rises by 3 with every column, green with every row, from 128 there."""
    y, x = np.mgrid[:480, :640]
    levels = [np.zeros_like(x), 128 + 3 * (y - row), 128 + 3 * (x - column)]
    return np.dstack(levels).clip(0, 255).astype(np.uint8)


@settings(deadline=None)
@given(point=places, centre=places, angle=angles, scale=scales)
def test_to_the_patch_and_back_is_the_same_point(
    point: tuple[float, float], centre: tuple[float, float], angle: float, scale: float
) -> None:
    matrix = similarity_matrix(centre, angle=angle, scale=scale, onto=(31.5, 23.5))
    eye = EyeCrop(Side.LEFT, np.zeros((48, 64, 3), np.uint8), matrix, make_face().lids(Side.LEFT))
    assert eye.to_frame(eye.from_frame(point)) == pytest.approx(point, abs=1e-6)


@settings(deadline=None)
@given(centre=places, angle=angles, scale=scales)
def test_a_similarity_takes_the_centre_where_it_is_told(
    centre: tuple[float, float], angle: float, scale: float
) -> None:
    matrix = similarity_matrix(centre, angle=angle, scale=scale, onto=(31.5, 23.5))
    assert matrix @ [*centre, 1] == pytest.approx((31.5, 23.5), abs=1e-6)


@settings(deadline=None)
@given(angle=angles, scale=scales)
def test_the_scale_of_a_crop_is_the_scale_it_was_cut_with(angle: float, scale: float) -> None:
    matrix = similarity_matrix((3, 4), angle=angle, scale=scale, onto=(0, 0))
    assert EyeCrop(Side.LEFT, ramp(), matrix, make_face().lids(Side.LEFT)).scale == pytest.approx(scale)


@settings(deadline=None, max_examples=30)
@given(x=st.floats(120, 500), y=st.floats(120, 360), angle=angles, scale=st.floats(0.3, 6))
def test_a_patch_pixel_shows_the_frame_at_its_place(x: float, y: float, angle: float, scale: float) -> None:
    matrix = similarity_matrix((x, y), angle=angle, scale=scale, onto=(15.5, 11.5))
    column, row = round(x), round(y)
    patch = warp_crop(ramp(column, row), matrix, (32, 24))
    eye = EyeCrop(Side.LEFT, patch, matrix, make_face().lids(Side.LEFT))
    place = eye.to_frame((10, 14))
    shown = (patch[14, 10, [2, 1]] - 128.0) / 3 + (column, row)
    # Levels are rounded once when it is made smaller and once when it is turned, places to a 32nd of a pixel.
    assert np.all(np.abs(shown - place) <= (0.5 + 0.5) / 3 + 0.05)


def test_a_strong_reduction_does_not_alias() -> None:
    stripes = np.zeros((480, 640, 3), np.uint8)
    stripes[:, ::2] = 200
    patch = warp_crop(stripes, similarity_matrix((320, 240), angle=0, scale=0.2, onto=(15.5, 11.5)), (32, 24))
    assert np.ptp(patch[4:-4, 4:-4].astype(int)) <= 40


@settings(deadline=None)
@given(x=st.floats(-50, 700), y=st.floats(-50, 500), angle=angles, scale=st.floats(0.05, 0.5))
def test_a_cut_in_blocks_shows_the_same_at_the_same_place(x: float, y: float, angle: float, scale: float) -> None:
    matrix = similarity_matrix((x, y), angle=angle, scale=scale, onto=(15.5, 11.5))
    soft = cv2.GaussianBlur(ramp(), (0, 0), 8).astype(np.uint8)

    exact, blocks = warp_crop(soft, matrix, (32, 24)), warp_crop_in_blocks(soft, matrix, (32, 24))

    assert np.abs(exact.astype(int) - blocks).max() <= 3 + 0.5 / scale  # half a pixel of the patch at most


def test_a_cut_in_blocks_is_much_quicker() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (720, 1280, 3), np.uint8)
    matrix = similarity_matrix((640, 360), angle=0.1, scale=0.45, onto=(95.5, 95.5))

    def least(cut: Callable[..., Image]) -> float:
        taken = []
        for _ in range(30):
            start = time.thread_time()
            cut(noise, matrix, (192, 192))
            taken.append(time.thread_time() - start)
        return min(taken)

    assert least(warp_crop_in_blocks) < 0.75 * least(warp_crop)


def test_outside_the_frame_the_edge_is_repeated() -> None:
    patch = warp_crop(ramp(), similarity_matrix((-200, 240), angle=0, scale=1, onto=(15.5, 11.5)), (32, 24))
    assert (patch[..., 2] == 0).all()


@pytest.mark.parametrize("size", [(1, 1), (3, 40000)], ids=str)
def test_frames_of_any_size_can_be_cut(size: tuple[int, int]) -> None:
    image = np.full((*size, 3), 7, np.uint8)
    for cut, scale in itertools.product((warp_crop, warp_crop_in_blocks), (1, 0.3)):
        assert (cut(image, similarity_matrix((0, 0), angle=0.3, scale=scale, onto=(15, 11)), (32, 24)) == 7).all()


@settings(deadline=None)
@given(roll=st.floats(-1, 1), pupil_distance=st.floats(20, 200))
def test_corners_are_level_and_in_the_middle_of_a_levelled_cut(roll: float, pupil_distance: float) -> None:
    face = make_face(roll=roll, pupil_distance=pupil_distance)
    for eye in LevelledEyeCropper(64, 48, 85.0)(make_frame(), face):
        inner, outer = eye.from_frame(eye.lids[[0, 3]])
        assert (inner + outer) / 2 == pytest.approx((31.5, 23.5), abs=1e-3)
        assert inner[1] == pytest.approx(outer[1], abs=1e-3)
