"""A picture is enlarged just as much as fills the window."""

from __future__ import annotations

from itertools import count

import pytest

from livecam.core.types import Size
from livecam.live.sinks.window_geometry import Letterbox, ShownArea, WindowScale
from tests.fakes import grey


def new_zoom() -> WindowScale:
    ticks = count()
    return WindowScale(lambda: next(ticks) / 30)


def look(zoom: WindowScale, picture: Size, window: Size, *, frames: int = 40) -> float:
    """Shows some frames in a window that reduces but does not enlarge; the scale of the last."""
    scale = 0.0
    for _ in range(frames):
        scale = zoom.scale(picture)
        width, height = picture[0] * scale, picture[1] * scale
        fit = min(1.0, window[0] / width, window[1] / height)
        width, height = round(width * fit), round(height * fit)
        zoom.shown(picture, ShownArea((window[0] - width) // 2, (window[1] - height) // 2, width, height))
    return scale


def test_a_small_picture_fills_a_large_window() -> None:
    assert look(new_zoom(), (640, 360), (1280, 720)) == 2.0


def test_a_picture_is_never_reduced() -> None:
    assert look(new_zoom(), (1280, 720), (640, 360)) == 1.0


def test_a_window_that_grows_is_filled_again() -> None:
    zoom = new_zoom()
    look(zoom, (640, 360), (640, 360))
    assert look(zoom, (640, 360), (960, 700)) == 1.5


def test_a_window_that_shrinks_needs_less() -> None:
    zoom = new_zoom()
    look(zoom, (640, 360), (1280, 720))
    assert look(zoom, (640, 360), (800, 450)) == 1.25


def test_a_window_that_stays_is_not_asked_again() -> None:
    zoom = new_zoom()
    look(zoom, (640, 360), (1280, 720))
    assert {look(zoom, (640, 360), (1280, 720), frames=1) for _ in range(20)} == {2.0}


def test_enlarging_has_an_end() -> None:
    assert look(new_zoom(), (640, 360), (6400, 3600)) == 3.0


def test_a_tiny_picture_gets_enough_rows_to_write_on() -> None:
    assert look(new_zoom(), (64, 36), (64, 36)) == 10.0


def test_bars_are_black_and_the_picture_keeps_its_shape_in_the_middle() -> None:
    letterbox = Letterbox("5.0.0")
    letterbox.shown(ShownArea(10, 20, 600, 600))

    framed = letterbox.framed(grey(640, 360, 200))

    assert framed.shape == (640, 640, 3)
    assert (int(framed[:140].max()), int(framed[140:500].min()), int(framed[500:].max())) == (0, 200, 0)
    assert letterbox.picture((640, 360), ShownArea(10, 20, 600, 600)) == ShownArea(10, 151, 600, 338)


@pytest.mark.parametrize(("version", "area"), [("4.11.0", (600, 600)), ("5.0.0", (1280, 720)), ("5.0.0", (1, 900))])
def test_a_picture_of_the_windows_shape_or_that_cannot_be_framed_is_shown_itself(
    version: str, area: tuple[int, int]
) -> None:
    letterbox, picture = Letterbox(version), grey(640, 360)
    letterbox.shown(ShownArea(0, 0, *area))

    assert letterbox.framed(picture) is picture
