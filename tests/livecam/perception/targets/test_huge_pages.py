"""A page of 100 megapixels needs little beside itself."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import numpy as np

from livecam.core.types import Box, Image
from livecam.perception.targets.detector import Target, TargetDetector
from livecam.perception.targets.interfaces import SegmentationMaps
from livecam.perception.targets.visualization import draw_targets
from tests.livecam.perception.targets.networks import SEARCH

PAGE = np.zeros((8000, 12500, 3), np.uint8)
MEGABYTE = 2**20


class Anywhere:
    """A network that sees a target in the middle of whatever it is shown."""

    stride, multiple, margin = 4, 8, 80

    def __call__(self, panel: Image) -> SegmentationMaps:
        centre = np.zeros((panel.shape[0] // 4, panel.shape[1] // 4), np.float32)
        centre[centre.shape[0] // 2, centre.shape[1] // 2] = 0.9
        return SegmentationMaps(centre, np.zeros_like(centre))


class Blind:
    """A network that takes no time and sees a target wherever it is not looked for."""

    stride, multiple, margin = 4, 8, 80

    def __call__(self, panel: Image) -> SegmentationMaps:
        cells = panel.shape[0] // 4, panel.shape[1] // 4
        return SegmentationMaps(np.zeros(cells, np.float32), np.zeros(cells, np.float32))


def most_memory(work: Callable[[], object]) -> int:
    """Bytes that are held at once while it works."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_searching_it_needs_less_than_half_of_its_own_size() -> None:
    detector = TargetDetector(Blind(), SEARCH.model_copy(update={"scales": (0.5, 1.0)}))
    assert most_memory(lambda: detector.detect(PAGE)) < PAGE.nbytes / 2


def test_a_second_look_at_a_small_scale_does_not_cut_out_most_of_it() -> None:
    detector = TargetDetector(Anywhere(), SEARCH.model_copy(update={"scales": (0.05,), "looks": (0.8, 1.0)}))
    assert most_memory(lambda: detector.detect(PAGE)) < PAGE.nbytes / 6


def test_its_picture_is_reduced() -> None:
    target = Target(9000, 5000, 0.9, Box(8990, 4990, 20, 20), 0.9)
    assert draw_targets(PAGE, [target]).shape == (2560, 4000, 3)
    assert most_memory(lambda: draw_targets(PAGE, [target])) < PAGE.nbytes / 2
