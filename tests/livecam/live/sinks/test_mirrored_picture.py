"""A picture as a window shows it is what mirroring, resizing and converting one after the other would make of it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from livecam.core.types import Size
from livecam.live.sinks.mirrored_picture import PictureConverter


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("size", [(161, 97), (90, 50), (150, 91), (300, 200)])
def test_every_pixel_is_the_mirrored_one_at_the_size_of_the_window(size: Size, mirrored: bool) -> None:
    image = np.random.default_rng(1).integers(0, 256, (97, 161, 3), np.uint8)
    window = np.zeros((size[1] + 6, size[0] + 8, 4), np.uint8)
    converter = PictureConverter()
    for _ in range(2):  # what is kept in between is used again
        converter.fill(window[3:-3, 4:-4], image, mirrored=mirrored)

    expected = cv2.resize(cv2.flip(image, 1) if mirrored else image, size)
    shown = window[3:-3, 4:-4, :3]
    # Weights of columns are rounded on the one side or the other.
    assert int(cv2.absdiff(np.ascontiguousarray(shown), expected).max()) <= (0 if size == (161, 97) else 2)
    window[3:-3, 4:-4] = 0
    assert not window.any(), "painted beside the picture"


def test_a_far_smaller_picture_leaves_no_pixel_out() -> None:
    image = np.zeros((96, 160, 3), np.uint8)
    image[:, ::4] = 255  # of these a reduction to a quarter without means sees all or nothing
    window = np.zeros((24, 40, 4), np.uint8)
    PictureConverter().fill(window, image, mirrored=True)
    assert np.ptp(window[..., 0]) <= 1
    assert abs(float(window[..., 0].mean()) - 255 / 4) < 2
