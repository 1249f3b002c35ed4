"""Times of frames whose stamps jump, step back, wrap around, stand or are missing."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecam.live.sources.containers.timeline import LONGEST_GAP_IN_STREAM_S, Timeline


def times(*stamps: float | None, timeline: Timeline | None = None) -> list[float]:
    line = timeline or Timeline(25)
    return [round(line.seconds(stamp), 6) for stamp in stamps]


def test_stamps_in_order_are_the_times_counted_from_the_first() -> None:
    assert times(5.0, 5.04, 5.3, 5.34) == [0, 0.04, 0.3, 0.34]


def test_after_a_join_that_starts_again_the_clock_goes_on_one_usual_interval_later() -> None:
    assert times(0, 0.04, 0.08, 0, 0.04, 0.08) == [0, 0.04, 0.08, 0.12, 0.16, 0.2]


def test_the_usual_interval_is_that_of_the_frames_not_that_of_a_wrong_header() -> None:
    assert times(0, 0.1, 0.2, 0, 0.1, timeline=Timeline(50))[3:] == [0.3, 0.4]


def test_a_clock_that_wraps_around_is_no_step_back() -> None:
    wrap = 2**33 / 90_000
    assert times(wrap - 0.08, wrap - 0.04, 0, 0.04) == [0, 0.04, 0.08, 0.12]


def test_a_clock_that_leaps_by_an_hour_is_set_anew() -> None:
    assert times(0, 0.04, 3600, 3600.04) == [0, 0.04, 0.08, 0.12]


def test_one_wild_stamp_costs_no_more_than_its_own_interval() -> None:
    assert times(0, 0.04, 90_000, 0.12, 0.16) == [0, 0.04, 0.08, 0.12, 0.16]


def test_a_short_gap_is_a_gap() -> None:
    assert times(0, 0.04, 6.0, 6.04, timeline=Timeline(25, LONGEST_GAP_IN_STREAM_S)) == [0, 0.04, 6.0, 6.04]


def test_a_picture_that_is_held_for_minutes_by_its_own_word_is_held() -> None:
    timeline = Timeline(25)
    assert [timeline.seconds(0), timeline.seconds(600, held=600)] == [0, 600]


def test_frames_without_stamps_lie_the_usual_interval_apart() -> None:
    assert times(None, None, None, timeline=Timeline(50)) == [0, 0.02, 0.04]


def test_a_missing_stamp_in_between_shifts_nothing() -> None:
    assert times(0, 0.04, None, 0.12) == [0, 0.04, 0.08, 0.12]


def test_two_frames_of_one_stamp_keep_their_order_and_shift_nothing() -> None:
    assert times(0, 0.04, 0.04, 0.12) == [0, 0.04, 0.06, 0.12]


def test_a_clock_that_stands_goes_on_at_the_usual_rate() -> None:
    line = times(*[7.0] * 51)
    assert line[-1] == pytest.approx(50 * 0.04, abs=0.03)


@pytest.mark.parametrize("rate", [None, 0, 1e-9, 90_000])
def test_a_rate_that_cannot_be_is_not_believed(rate: float | None) -> None:
    assert times(None, None, timeline=Timeline(rate)) == [0, 0.04]


@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), min_size=1, max_size=60))
def test_whatever_the_stamps_time_begins_at_nought_and_never_falls_or_runs_away(stamps: list[float | None]) -> None:
    line = times(*stamps)
    assert line[0] == 0
    assert all(0 <= after - before <= 121 for before, after in itertools.pairwise(line))


def test_a_picture_is_not_held_for_a_week_whatever_the_file_says() -> None:
    timeline = Timeline(rate=25.0)
    timeline.seconds(0.0)

    assert timeline.seconds(604800.0, held=604800.0) < 1.0
