"""A window comes back where it was, however a window manager framed it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from livecam.live.sinks.window_geometry import ShownArea, WindowMemory


def memory(folder: Path, said: list[str] | None = None) -> WindowMemory:
    return WindowMemory(
        folder / "state" / "window.json", say=(said if said is not None else []).append, screen=(3840, 1080)
    )


def used(folder: Path, *areas: ShownArea) -> WindowMemory:
    kept = memory(folder)
    kept.recall()
    for area in areas:
        kept.seen(area)
    kept.keep()
    return kept


def test_at_first_nothing_is_remembered(tmp_path: Path) -> None:
    assert memory(tmp_path).recall() is None


def test_place_and_size_come_back(tmp_path: Path) -> None:
    used(tmp_path, ShownArea(0, 0, 1280, 720), ShownArea(2000, 300, 640, 360))
    again = memory(tmp_path)
    assert (again.recall(), again.has_place) == (ShownArea(2000, 300, 640, 360), True)


def test_the_frame_of_a_window_manager_does_not_push_the_window_down_at_every_start(tmp_path: Path) -> None:
    used(tmp_path, ShownArea(100, 100, 640, 360))
    for _ in range(3):  # placed at 100, 100, the picture comes to lie below a title bar
        used(tmp_path, ShownArea(102, 128, 640, 360))
    assert memory(tmp_path).recall() == ShownArea(100, 100, 640, 360)


def test_pictures_of_other_shapes_do_not_make_the_window_smaller_at_every_start(tmp_path: Path) -> None:
    used(tmp_path, ShownArea(100, 100, 720, 720))
    for between_bars in (ShownArea(102, 128, 720, 405), ShownArea(102, 128, 480, 720)):
        used(tmp_path, between_bars, between_bars)
        assert memory(tmp_path).recall() == ShownArea(100, 100, 720, 720)


def test_a_window_that_was_made_lower_stays_so(tmp_path: Path) -> None:
    used(tmp_path, ShownArea(100, 100, 720, 720))
    used(tmp_path, ShownArea(102, 128, 720, 720), ShownArea(102, 128, 720, 405))
    assert memory(tmp_path).recall() == ShownArea(100, 100, 720, 405)


def test_a_window_that_would_be_off_the_screens_keeps_its_size_only(tmp_path: Path) -> None:
    used(tmp_path, ShownArea(5000, 300, 640, 360))
    again = memory(tmp_path)
    assert (again.recall(), again.has_place) == (ShownArea(5000, 300, 640, 360), False)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"x": 1}', json.dumps({"x": 0, "y": 0, "width": 3, "height": 3})])
def test_what_is_no_place_is_as_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "window.json").write_text(content)
    assert memory(tmp_path).recall() is None


def test_a_folder_that_takes_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "state").touch()
    said: list[str] = []
    kept = memory(tmp_path, said)
    kept.seen(ShownArea(0, 0, 640, 360))
    kept.keep()
    assert said[0].startswith("the place of the window is not remembered: ")
