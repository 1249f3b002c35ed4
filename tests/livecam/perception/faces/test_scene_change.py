"""A scene has changed when somebody could have come in, not when those who are followed move, nor by noise."""

from __future__ import annotations

import numpy as np
import pytest

from livecam.core.types import Image
from livecam.perception.faces.face_model import FaceRegion
from livecam.perception.faces.scene_change import CutWatch, SceneWatch

FACE = FaceRegion(640, 300, 200)


def room() -> Image:
    return np.random.default_rng(1).integers(60, 120, (720, 1280, 3), np.uint8)


def with_box(left: int, top: int, width: int, height: int) -> Image:
    image = room()
    image[top : top + height, left : left + width] = 240
    return image


def watching() -> SceneWatch:
    watch = SceneWatch()
    watch.searched(room())
    return watch


def test_a_small_person_in_the_background_is_a_change() -> None:
    assert watching().changed(with_box(100, 200, 60, 180), [FACE])


@pytest.mark.parametrize("place", [(560, 220, 150, 150), (500, 400, 280, 320)])
def test_the_head_and_the_body_of_who_is_followed_are_none(place: tuple[int, int, int, int]) -> None:
    assert not watching().changed(with_box(*place), [FACE])


def test_the_noise_of_a_camera_is_none() -> None:
    noise = np.random.default_rng(2).normal(0, 3, (720, 1280, 3))
    assert not watching().changed(np.clip(room() + noise, 0, 255).astype(np.uint8), [FACE])


def test_another_size_is_a_change() -> None:
    assert watching().changed(room()[:, :700], [])


def test_a_change_is_where_most_of_it_is() -> None:
    at = watching().changed(with_box(1000, 200, 60, 180), [FACE])
    assert at == pytest.approx((1030, 290), abs=20)


def test_another_take_is_a_cut_and_motion_is_none() -> None:
    cuts, seen = CutWatch(), [with_box(100 + 20 * step, 200, 300, 400) for step in range(20)]
    other = np.rot90(seen[-1], 2).astype(np.uint8) // np.uint8(2)
    assert [cuts.cut(image) for image in [*seen, other, other]] == [False] * 20 + [True, False]


def test_a_picture_that_changes_all_the_time_is_not_cut_all_the_time() -> None:
    cuts = CutWatch()
    told = [cuts.cut(room() + np.uint8(60 * (index % 2))) for index in range(60)]
    assert not any(told[20:])


def test_a_picture_that_nobody_searched_before_is_one() -> None:
    assert SceneWatch().changed(room(), [])


def test_a_picture_of_another_size_begins_another_scene() -> None:
    cuts, wide = CutWatch(), room()
    turned = np.ascontiguousarray(wide.transpose(1, 0, 2))
    assert [cuts.cut(image) for image in (wide, turned, turned, wide)] == [False, True, False, True]
