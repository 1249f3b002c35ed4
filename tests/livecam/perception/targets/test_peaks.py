"""Targets read out of maps."""

from __future__ import annotations

import numpy as np
import pytest

from livecam.core.types import Box
from livecam.perception.targets.interfaces import SegmentationMaps
from livecam.perception.targets.peaks import HeadSize, MapPeak, peaks, separate

TYPICAL = HeadSize(24, 32)


def empty_maps(rows: int = 40, columns: int = 60) -> SegmentationMaps:
    return SegmentationMaps(np.zeros((rows, columns), np.float32), np.zeros((rows, columns), np.float32))


def peak(x: float, raw: float, side: float = 20) -> MapPeak:
    return MapPeak(x, 50, raw, Box(x - side / 2, 50 - side / 2, side, side))


def test_an_empty_page_has_no_peaks() -> None:
    assert peaks(empty_maps(), 4, TYPICAL) == []


def test_peaks_come_highest_first_at_the_middle_of_their_cells() -> None:
    maps = empty_maps()
    maps.centre[10, 20], maps.centre[30, 50] = 0.5, 0.9
    assert [(found.x, found.y, round(found.raw, 3)) for found in peaks(maps, 4, TYPICAL)] == [
        (201.5, 121.5, 0.9),
        (81.5, 41.5, 0.5),
    ]


@pytest.mark.parametrize("off", [-0.4, 0.0, 0.3])
def test_a_peak_between_cells_is_placed_between_them(off: float) -> None:
    maps = empty_maps()
    rows, columns = np.mgrid[:40, :60]
    maps.centre[:] = np.exp(-((columns - 20 - off) ** 2 + (rows - 10) ** 2) / 18)
    found = peaks(maps, 4, TYPICAL)[0]
    assert abs(found.x - ((20.5 + off) * 4 - 0.5)) < 0.2


def test_cells_of_one_height_side_by_side_are_one_peak() -> None:
    maps = empty_maps()
    maps.centre[10:12, 20:22] = 0.8
    assert len(peaks(maps, 4, TYPICAL)) == 1


def test_the_box_is_that_of_the_component_under_the_peak() -> None:
    maps = empty_maps()
    maps.centre[10, 20] = 0.8
    maps.mask[8:14, 18:23] = 0.9
    maps.mask[8:14, 25:30] = 0.9
    assert peaks(maps, 4, TYPICAL)[0].box == Box(72, 32, 20, 24)


@pytest.mark.parametrize("rows", [slice(0, 0), slice(10, 11), slice(0, 40)], ids=["none", "a speck", "a whole column"])
def test_without_a_component_of_a_targets_size_the_box_is_the_usual_one(rows: slice) -> None:
    maps = empty_maps()
    maps.centre[10, 20] = 0.8
    maps.mask[rows, 20:21] = 0.9
    assert peaks(maps, 4, TYPICAL)[0].box == Box(82 - 12, 42 - 16, 24, 32)


def test_of_two_peaks_that_stand_together_the_higher_stays() -> None:
    assert [found.x for found in separate([peak(100, 0.6), peak(109, 0.9), peak(160, 0.3)])] == [109, 160]


def test_a_peak_near_a_suppressed_one_is_not_suppressed_by_it() -> None:
    assert [found.x for found in separate([peak(100, 0.9), peak(110, 0.8), peak(120, 0.7)])] == [100, 120]


def test_a_small_peak_and_a_large_one_at_the_same_target_are_one_whichever_is_higher() -> None:
    for small, large in ((0.9, 0.8), (0.8, 0.9)):
        assert len(separate([peak(100, small, side=20), peak(115, large, side=45)])) == 1
