"""The window hears every key, however fast they come, and every click where it was meant."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.screen import OTHER_SCRIPTS, Screen, needs_a_screen, wait_until

TITLE = "livecam-label"
pytestmark = needs_a_screen


@pytest.fixture
def program(screen: Screen, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    program = screen.start(Path(__file__).with_name("show_page.py"), folder=tmp_path)
    screen.painted(TITLE)
    yield program
    program.kill()
    program.communicate()


def lines(program: subprocess.Popen[str], count: int) -> list[str]:
    """The next things it heard."""
    assert program.stdout
    return [program.stdout.readline().strip() for _ in range(count)]


def square(screen: Screen, *, apart_from: tuple[int, int] = (-1, -1)) -> tuple[int, int]:
    """The top left of what is white on the screen, as soon as it is somewhere else and stays there."""
    seen: list[tuple[int, int]] = [(-1, -1)]

    def settled() -> bool:
        rows, columns = np.nonzero((screen.picture() > 250).all(axis=2))
        seen.append((int(columns.min()), int(rows.min())) if rows.size else (-1, -1))
        time.sleep(0.05)
        return seen[-1] == seen[-2] != apart_from and rows.size > 0

    wait_until(settled, "the square")
    return seen[-1]


def test_keys_that_come_faster_than_they_are_worked_off_all_count(
    screen: Screen, program: subprocess.Popen[str]
) -> None:
    keys = ["f", "d", "Left", "shift+Left", "J", "Tab", "Return", "space", "bracketleft", "question"] * 4

    screen.press(*keys, title=TITLE)

    names = ["f", "d", "ArrowLeft", "Shift+ArrowLeft", "J", "Tab", "Enter", "", "[", "?"] * 4
    assert lines(program, len(keys)) == names


@pytest.mark.parametrize("size", [(1280, 720), (960, 850), (700, 400)])
def test_a_click_is_where_it_was_meant_in_a_window_of_any_size(
    screen: Screen, program: subprocess.Popen[str], size: tuple[int, int]
) -> None:
    before = square(screen)
    screen.resize(*size, title=TITLE)
    corner = square(screen, apart_from=(-1, -1) if size == (1280, 720) else before)

    screen.click(*corner, title=TITLE)

    word, x, y, _ = lines(program, 1)[0].split()
    assert (word, int(x), int(y)) == ("click", pytest.approx(900, abs=2), pytest.approx(300, abs=2))


def test_the_wheel_does_not_change_the_page(screen: Screen, program: subprocess.Popen[str]) -> None:
    before = square(screen)
    screen.click(700, 300, title=TITLE)
    screen.wheel(3)
    heard = lines(program, 4)

    assert ([line.split()[-1] for line in heard[1:]], square(screen)) == (["1"] * 3, before)


def test_keys_count_by_their_place_on_keyboards_of_other_scripts(
    screen: Screen, program: subprocess.Popen[str]
) -> None:
    heard = {}
    for layout in OTHER_SCRIPTS:
        screen.layout(layout)
        screen.place(41, 40, 30, 57, 33, 32, 65, title=TITLE)  # f d u n p o space, where a US keyboard has them
        heard[layout] = lines(program, 7)
    screen.layout("us")

    assert heard == {layout: ["f", "d", "u", "n", "p", "o", ""] for layout in OTHER_SCRIPTS}


def test_a_key_that_is_held_down_says_so_after_the_first(screen: Screen, program: subprocess.Popen[str]) -> None:
    screen.hold(41, 0.9, title=TITLE)
    screen.strike(40, title=TITLE)

    heard = iter(lambda: lines(program, 1)[0], "d")
    first, *others = heard
    assert (first, len(others) > 2, set(others)) == ("f", True, {"f repeated"})


def test_what_is_pressed_before_another_page_is_painted_is_unseen(
    screen: Screen, program: subprocess.Popen[str]
) -> None:
    screen.strike(55, 41, title=TITLE)  # v takes half a second to show another page
    before = lines(program, 2)
    screen.strike(41, title=TITLE)

    assert (before, lines(program, 1)) == (["v", "f unseen"], ["f"])
