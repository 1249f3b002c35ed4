"""Cameras that are mounted otherwise: `--rotate` and `--flip`."""

from __future__ import annotations

import numpy as np
import pytest

from livecam.core.types import Frame
from livecam.live.sources.wrappers import oriented
from livecam.settings import Flip, SourceSettings

IMAGE = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)


@pytest.mark.parametrize(
    ("rotate", "flip", "expected"),
    [
        (90, Flip.NONE, np.rot90(IMAGE, -1)),
        (180, Flip.NONE, IMAGE[::-1, ::-1]),
        (270, Flip.NONE, np.rot90(IMAGE, 1)),
        (0, Flip.HORIZONTAL, IMAGE[:, ::-1]),
        (0, Flip.VERTICAL, IMAGE[::-1]),
        (90, Flip.HORIZONTAL, np.rot90(IMAGE, -1)[:, ::-1]),
    ],
)
def test_every_frame_is_turned_clockwise_and_then_mirrored(rotate: int, flip: Flip, expected: np.ndarray) -> None:
    settings = SourceSettings(rotate=rotate, flip=flip)
    (frame,) = oriented([Frame(IMAGE, 3, 0.5, captured_at=7.0, status="!")], settings)
    np.testing.assert_array_equal(frame.image, expected)
    assert (frame.index, frame.timestamp, frame.captured_at, frame.status) == (3, 0.5, 7.0, "!")


def test_a_source_that_is_to_stay_as_it_is_is_not_touched() -> None:
    source = [Frame(IMAGE, 0, 0.0)]
    assert oriented(source, SourceSettings()) is source
