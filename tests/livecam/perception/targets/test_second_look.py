"""A second look: what most of the looks say counts, and the search itself as much as the card says."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest

from livecam.core.types import Box, Image
from livecam.perception.targets.image_pyramid import ImagePyramid
from livecam.perception.targets.interfaces import SegmentationMaps
from livecam.perception.targets.peaks import MapPeak
from livecam.perception.targets.second_look import looked_again
from tests.livecam.perception.targets.networks import SEARCH

LOOKS = {"looks": (0.8, 1.0, 1.25)}
SEEN = (0.8, 0.8, 0.002, 0.8, 0.9, 0.002)  # of one candidate, look by look


@dataclass(frozen=True, slots=True)
class Heights:
    """Says a height of each of the six looks that lie in two rows."""

    stride: int = 4
    multiple: int = 8
    margin: int = 20

    def __call__(self, panel: Image) -> SegmentationMaps:
        cells = panel.shape[0] // 2 // self.stride
        centre = np.kron(np.reshape(SEEN, (2, 3)), np.ones((cells, cells))).astype(np.float32)
        return SegmentationMaps(centre, centre)


def again(**card: object) -> float:
    page = ImagePyramid.of(np.zeros((300, 300, 3), np.uint8))
    peak = MapPeak(150, 150, 0.6, Box(138, 138, 25, 25))
    (seen,) = looked_again(Heights(), page, [peak], SEARCH.model_copy(update=LOOKS | card))
    return seen.raw


def test_one_look_that_sees_nothing_does_not_count_where_the_middle_does() -> None:
    assert again(middle=True) == pytest.approx(0.8)
    assert again() < 0.3


def test_the_search_counts_as_much_as_the_card_says() -> None:
    odds = 0.25 * math.log(0.6 / 0.4) + 0.75 * math.log(0.8 / 0.2)
    assert again(middle=True, first_look=0.25) == pytest.approx(1 / (1 + math.exp(-odds)))


def test_without_looks_all_stays_as_it_was() -> None:
    assert again(looks=(), middle=True, first_look=0.25) == 0.6
