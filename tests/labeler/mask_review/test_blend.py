"""Masks over pictures."""

from __future__ import annotations

import cv2
import numpy as np

from labeler.mask_review.image_pairs import blend
from tests.fakes import grey


def test_a_picture_is_unchanged_where_the_mask_is_nothing() -> None:
    mask = np.zeros((480, 640), np.uint8)
    mask[100:200, 100:200] = 255

    outside = mask == 0

    assert np.array_equal(blend(grey(), mask)[outside], grey()[outside])


def test_a_binary_mask_has_one_colour_whatever_its_value() -> None:
    picture = grey(4, 1, 100)
    faint, strong = (np.array([[0, value, value, 0]], np.uint8) for value in (1, 255))

    assert np.array_equal(blend(picture, faint), blend(picture, strong))


def test_a_binary_mask_is_mixed_in_by_three_tenths() -> None:
    shown = blend(grey(2, 1, 100), np.array([[0, 255]], np.uint8))

    # 0.9 of the picture and 0.3 of yellow.
    assert shown[0, 1].tolist() == [90, 166, 166]


def test_a_mask_of_many_values_is_coloured_by_jet() -> None:
    mask = np.array([[0, 85, 255]], np.uint8)
    jet = cv2.applyColorMap(mask, cv2.COLORMAP_JET)

    shown = blend(grey(3, 1, 100), mask)

    assert np.abs(shown[0, 2] - (90 + 0.3 * jet[0, 2])).max() <= 1


def test_an_empty_mask_changes_nothing() -> None:
    assert np.array_equal(blend(grey(), np.zeros((480, 640), np.uint8)), grey())


def test_a_smaller_mask_covers_the_whole_picture() -> None:
    assert (blend(grey(), np.full((48, 64), 255, np.uint8)) != grey()).any(axis=2).all()
