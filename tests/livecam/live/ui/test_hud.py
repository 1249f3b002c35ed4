"""The panels of the window: legible everywhere, and small."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from livecam.core.types import Image
from livecam.drawing.text import Line, TextSpan, panel
from livecam.live.learning.background import LearningLight
from livecam.live.ui import hud
from livecam.live.ui.hud import HudValues, paint_help, paint_notice, paint_readings
from tests.fakes import grey

READINGS = HudValues(29.6, 17.8, 1, "pupils by cpu, faces by dlib", 0.93)
LACKING = LearningLight("round: 3/20 labels, camera 0.9 min, labelling 1.7 min", None)
EVERYTHING = replace(READINGS, fluster=0.42, collected=14, collecting=True, recording=72.0)


def changed(paint: Callable[[Image], None], canvas: Image) -> tuple[int, int, int, int]:
    """The box, left, top, right, bottom, of the pixels that painting changes; zeros when it changes none."""
    before = canvas.copy()
    paint(canvas)
    rows, columns = np.nonzero((canvas != before).any(axis=2))
    return (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1) if rows.size else (0, 0, 0, 0)


@pytest.mark.parametrize("level", [0, 128, 255])
def test_text_stands_out_from_any_background(level: int) -> None:
    canvas = grey(640, 360, level)
    drawn = panel(((TextSpan("30 fps"),),), 20)
    drawn.lay(canvas, 0, 0)
    area = canvas[: drawn.height, : drawn.width].astype(int)
    assert area.max() - np.median(area) > 120


def test_the_figures_take_a_corner_of_the_picture() -> None:
    _, _, right, bottom = changed(lambda canvas: paint_readings(canvas, READINGS, 22), grey(1280, 720))
    assert right < 640
    assert bottom < 72


def test_a_narrow_picture_gets_more_lines_and_all_of_them_fit() -> None:
    left, _, right, bottom = changed(lambda canvas: paint_readings(canvas, READINGS, 16), grey(240, 360))
    assert (left >= 0, right <= 240, bottom > 32) == (True, True, True)


def test_recording_shows_a_red_light_at_the_right() -> None:
    canvas = grey(640, 360)
    paint_readings(canvas, EVERYTHING, 20)
    corner = canvas[:40, 480:].astype(int)
    assert (corner[..., 2] - corner[..., 1] > 120).any()


def test_every_figure_changes_the_picture() -> None:
    pictures = set()
    for change in [
        {},
        {"fps": 12.0},
        {"latency_ms": 99.0},
        {"detectors": None},
        {"faces": 3},
        {"faces": 3, "unfollowed": 2},
        {"confidence": 0.5},
        {"confidence": None},
        {"fluster": 0.9},
        {"collected": 3},
        {"collecting": True, "collected": 3},
        {"recording": 5.0},
    ]:
        canvas = grey(1280, 720)
        paint_readings(canvas, replace(READINGS, **change), 22)  # type: ignore[arg-type]
        pictures.add(canvas.tobytes())
    assert len(pictures) == 12


@pytest.mark.parametrize("size", [(1, 1), (16, 16), (641, 359), (3000, 20), (20, 3000)])
def test_everything_is_drawn_into_any_picture(size: tuple[int, int]) -> None:
    canvas = grey(*size)
    paint_readings(canvas, EVERYTHING, 16)
    paint_notice(canvas, "camera lost, reconnecting", 16)
    paint_help(canvas, [("q", "quit"), ("space", "effect on or off")], 16)
    assert canvas.shape == (size[1], size[0], 3)


def test_the_help_fits_into_a_small_window() -> None:
    keys = [(chr(97 + key), "does something useful") for key in range(12)]
    _, top, _, bottom = changed(lambda canvas: paint_help(canvas, keys, 30), grey(320, 240))
    assert 0 < top < bottom < 240


def test_a_notice_stands_at_the_bottom_in_the_middle() -> None:
    left, top, right, bottom = changed(lambda canvas: paint_notice(canvas, "mirror on", 24), grey(1280, 720))
    assert abs((left + right) / 2 - 640) <= 1
    assert 600 < top < bottom < 720


def test_a_letter_that_is_not_in_the_font_is_a_question_mark() -> None:
    np.testing.assert_array_equal(panel(((TextSpan("漢"),),), 20).colour, panel(((TextSpan("?"),),), 20).colour)


def test_the_hud_looks_as_it_did(golden: Callable[..., None]) -> None:
    columns, rows = np.meshgrid(np.arange(640), np.arange(360))
    canvas = np.stack([columns % 256, rows % 256, (columns + rows) % 256], axis=2).astype(np.uint8)
    paint_readings(canvas, EVERYTHING, 18)
    paint_help(canvas, [("q  esc", "quit"), ("space", "effect on or off")], 20)
    paint_notice(canvas, "camera lost, reconnecting", 20)
    golden(canvas, "hud")


def test_what_a_round_lacks_stays_in_the_right_half_of_a_small_window() -> None:
    without, with_it = grey(320, 240), grey(320, 240)
    paint_readings(without, READINGS, 15)
    paint_readings(with_it, replace(READINGS, learning=LACKING), 15)

    assert (without[:, 200:] != with_it[:, 200:]).any()
    assert (with_it[70:, :160] == 128).all()


def test_figures_that_stay_the_same_are_arranged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are for a quarter of a second, and arranging them took six times what laying them on takes."""
    arranged: list[HudValues] = []
    figures = hud._figures

    def counted(readings: HudValues) -> list[Line]:
        arranged.append(readings)
        return figures(readings)

    monkeypatch.setattr(hud, "_figures", counted)
    canvas = np.zeros((720, 1280, 3), np.uint8)
    for latency in (31.25, 31.25, 31.25, 32.5):
        paint_readings(canvas, HudValues(fps=29.875, latency_ms=latency, faces=1), 22)
    assert [readings.latency_ms for readings in arranged] == [31.25, 32.5]
