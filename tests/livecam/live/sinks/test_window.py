"""The window driven for real, under a private X server."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace

import cv2
import pytest

from livecam.core.errors import SinkError
from livecam.core.runtime import display_problem
from livecam.live.sinks import window
from livecam.live.sinks.window import WindowSink
from tests.fakes import make_frame
from tests.livecam.live.sinks import show_window
from tests.screen import OTHER_SCRIPTS, Screen, needs_a_screen, wait_until

Shown = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def shown(screen: Screen, tmp_path: Path) -> Iterator[Shown]:
    """Starts show_window and waits for its window; what a test leaves running ends with it."""
    with ExitStack() as stack:

        def start(*arguments: object) -> subprocess.Popen[str]:
            program = screen.start(show_window.__file__, *map(str, arguments), folder=tmp_path)
            stack.callback(program.kill)
            screen.painted()
            return program

        yield start


def heard(program: subprocess.Popen[str]) -> list[str]:
    """What the program said until its end."""
    said, wrong = program.communicate(timeout=30)
    assert program.returncode == 0, wrong
    return said.split()


@needs_a_screen
def test_every_key_is_heard_and_arrows_are_no_letters(screen: Screen, shown: Shown) -> None:
    program = shown(640, 360)
    for key in ("space", "plus", "minus", "Escape", "Left", "q"):
        screen.press(key)
    assert heard(program) == [str(code) for code in (32, 43, 45, 27, 0xFF51, ord("q"))]


@needs_a_screen
def test_keys_count_by_their_place_on_keyboards_of_other_scripts(screen: Screen, shown: Shown) -> None:
    program = shown(640, 360)
    said: list[int] = []
    for layout in OTHER_SCRIPTS:
        screen.layout(layout)
        for place in (26, 32, 55):  # e o v, where a US keyboard has them
            screen.place(place)
            assert program.stdout
            said.append(int(program.stdout.readline()))
    screen.layout("us")
    screen.press("q")

    assert [chr(code) for code in said] == ["e", "o", "v"] * len(OTHER_SCRIPTS)


@needs_a_screen
def test_closing_the_window_by_mouse_quits(screen: Screen, shown: Shown) -> None:
    program = shown(640, 360)
    screen.close_by_mouse()
    assert heard(program)[-1] == "closed"


@needs_a_screen
@pytest.mark.parametrize("painted_by", ["us", "by_opencv"])
@pytest.mark.parametrize(("size", "mirrored"), [((640, 360), False), ((641, 359), True)])
def test_the_mirror_turns_the_picture_and_not_what_is_drawn_on_it(
    screen: Screen, shown: Shown, size: tuple[int, int], mirrored: bool, painted_by: str
) -> None:
    program = shown(*size, *["mirrored"] * mirrored, painted_by)
    blue = (200, 100, 50)
    sides = ((0, 0, 0), blue) if mirrored else (blue, (0, 0, 0))
    wait_until(lambda: colours(screen, (300, 500), (900, 500), (8, 8)) == (*sides, (255, 255, 255)), "the picture")
    screen.press("q")
    assert heard(program) == [str(ord("q"))]


@needs_a_screen
@pytest.mark.parametrize("painted_by", ["us", "by_opencv"])
def test_the_picture_grows_and_shrinks_with_the_window(screen: Screen, shown: Shown, painted_by: str) -> None:
    program = shown(640, 360, painted_by)
    for width, height in [(1300, 800), (500, 300), (900, 700)]:
        screen.resize(width, height)
        middle = height // 2
        edges = ((2, middle), (width - 3, middle))
        wait_until(lambda edges=edges: colours(screen, *edges) == ((200, 100, 50), (0, 0, 0)), f"{width} pixels")
    screen.press("q")
    assert heard(program) == [str(ord("q"))]


@needs_a_screen
def test_a_window_of_another_shape_has_black_bars_or_is_filled(screen: Screen, shown: Shown) -> None:
    program = shown(640, 360)
    screen.resize(600, 800)
    blue, black = (200, 100, 50), (0, 0, 0)
    places = (100, 20), (100, 400), (100, 780)
    wait_until(lambda: colours(screen, *places) == (black, blue, black), "a picture between bars")
    screen.press("q")
    assert heard(program) == [str(ord("q"))]

    program = shown(640, 360, "stretched")
    screen.resize(600, 800)
    wait_until(lambda: colours(screen, *places) == (blue, blue, blue), "a picture without bars")
    screen.press("q")
    assert heard(program) == [str(ord("q"))]


@needs_a_screen
def test_the_window_fills_the_screen_and_leaves_it_again(screen: Screen, shown: Shown) -> None:
    program = shown(640, 360, "fullscreen")
    wait_until(lambda: colours(screen, (2, 450), (1397, 450)) == ((200, 100, 50), (0, 0, 0)), "the full screen")
    screen.press("f")
    wait_until(lambda: not screen.picture()[450, 1397].any() and not screen.picture()[2, 1397].any(), "a window")
    # A window without a frame takes its keys from the keyboard itself: one that is held when it goes is never let go.
    screen.close_by_mouse()
    assert heard(program)[-1] == "closed"


def test_a_window_that_is_gone_quits_whatever_opencv_says_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> float:
        raise cv2.error("NULL window")

    monkeypatch.setattr(cv2, "getWindowProperty", gone)
    for call in ("namedWindow", "resizeWindow", "imshow", "destroyAllWindows"):
        monkeypatch.setattr(cv2, call, lambda *_: None)
    for call in ("waitKey", "waitKeyEx"):
        monkeypatch.setattr(cv2, call, lambda _: -1)
    monkeypatch.setattr(window, "display_problem", lambda _: "")
    with window.PlainWindow() as plain:
        plain.show(make_frame())
        assert plain.closed


@needs_a_screen
def test_a_picture_of_one_pixel_has_a_window(screen: Screen, shown: Shown) -> None:
    program = shown(1, 1)
    screen.press("q")
    assert heard(program)[-1] == str(ord("q"))


@pytest.mark.parametrize(
    ("environment", "explanation"),
    [
        ({}, "DISPLAY is not set"),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "Xwayland"),
        ({"DISPLAY": ":987"}, "display :987 does not answer"),
    ],
)
def test_what_keeps_a_window_from_opening_is_explained(environment: dict[str, str], explanation: str) -> None:
    assert explanation in display_problem(environment)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux is asked")
def test_a_display_that_refuses_while_it_starts_afresh_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [None, 7]

    def open_display(_name: bytes) -> int | None:
        return answers.pop(0)

    library = SimpleNamespace(XOpenDisplay=open_display, XCloseDisplay=lambda _connection: 0)
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: library)
    assert display_problem({"DISPLAY": ":5"}) == ""


def test_no_display_is_an_error_and_not_the_end_of_the_process() -> None:
    with pytest.raises(SinkError, match="no window can be opened"):
        WindowSink(show_window.Hearing(), show_window.dress, environment={"DISPLAY": ":987"})


def colours(screen: Screen, *points: tuple[int, int]) -> tuple[tuple[int, ...], ...]:
    """The colours at some points of the screen, BGR."""
    picture = screen.picture()
    return tuple(tuple(map(int, picture[y, x])) for x, y in points)
