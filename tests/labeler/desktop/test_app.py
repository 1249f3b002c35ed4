"""Samples labelled for real: keys and mouse on a private X server, killed in the middle, gone on with."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from labeler.desktop.eye_view import EyeView, eye_view
from labeler.desktop.page import EYES
from labeler.session.item import Assignment, labeling_item
from livecam.core.types import Point, Side
from livecam.store.location import DATABASE
from livecam.store.samples import LabelAction, LabelEvent, SampleState
from livecam.store.store import Store
from tests.labeler.session.shelf import make_picture, make_sample
from tests.screen import Screen, needs_a_screen, wait_until

TITLE = "livecam-label"
COUNT = 100
VERBS = {"f": LabelAction.ACCEPT, "d": LabelAction.REJECT, "space": LabelAction.SKIP}


@pytest.fixture
def store(tmp_path: Path, count: int) -> Iterator[Store]:
    with Store.open(tmp_path / "store") as store:
        for number in range(count):
            store.add(make_sample(number), make_picture(number))
        yield store


def start(screen: Screen, store: Store, command: str, *options: str) -> subprocess.Popen[str]:
    words = (command, str(store.folder), "--as", "ann", "--repeats", "0", *options)
    return screen.start("-c", "from labeler.cli import main; main()", *words, folder=store.folder)


def said(store: Store) -> list[LabelEvent]:
    return list(store.events())


def until_said(store: Store, count: int) -> list[LabelEvent]:
    """All events, as soon as there are so many; patient as long as there come more."""
    # Asked often: the database itself answers in no time, so that the program has the processor.
    with closing(sqlite3.connect(store.folder / DATABASE)) as database:

        def number() -> int:
            return int(database.execute("select count(*) from events").fetchone()[0])

        while (before := number()) < count:
            wait_until(lambda before=before: number() > before, f"event {before + 1}")
    return said(store)


def quit_by_key(screen: Screen, program: subprocess.Popen[str]) -> str:
    screen.press("Escape", title=TITLE)
    told, _ = program.communicate(timeout=30)
    return told


@needs_a_screen
@pytest.mark.parametrize("count", [COUNT])
def test_a_hundred_samples_killed_in_the_middle_are_as_the_keys_said(screen: Screen, store: Store) -> None:
    keys = ["f", "d", "f", "space", "d"] * (COUNT // 5)
    program = start(screen, store, "review")
    screen.painted(TITLE)
    for count, key in enumerate(keys[:30], start=1):
        screen.press(key, title=TITLE)
        until_said(store, count)
    program.kill()
    program.communicate()

    kept = len(said(store))
    program = start(screen, store, "review")
    screen.painted(TITLE)
    for count, key in enumerate(keys[kept:], start=kept + 1):
        screen.press(key, title=TITLE)
        until_said(store, count)
    quit_by_key(screen, program)

    order = [make_sample(number).id for number in range(COUNT)]
    assert [(e.sample_id, e.action) for e in said(store)] == list(zip(order, map(VERBS.get, keys), strict=True))


@needs_a_screen
@pytest.mark.parametrize("count", [20])
def test_a_held_key_labels_one_picture(screen: Screen, store: Store) -> None:
    program = start(screen, store, "review")
    screen.painted(TITLE)
    before = screen.picture()
    screen.press("question", title=TITLE)
    wait_until(lambda: bool((screen.picture() != before).any()), "the help")
    screen.hold(41, 1.0, title=TITLE)
    until_said(store, 1)
    quit_by_key(screen, program)

    assert [event.action for event in said(store)] == [LabelAction.ACCEPT]


@needs_a_screen
@pytest.mark.parametrize("count", [2])
def test_esc_closes_the_help_and_then_ends_the_session(screen: Screen, store: Store) -> None:
    program = start(screen, store, "review")
    screen.painted(TITLE)
    # An empty window may be there first: it is grey, its bar black.
    wait_until(lambda: len(np.unique(screen.picture()[::5, ::5].reshape(-1, 3), axis=0)) > 8, "the page")
    before = screen.picture()
    screen.press("question", title=TITLE)
    wait_until(lambda: bool((screen.picture() != before).any()), "the help")
    screen.press("Escape", title=TITLE)
    wait_until(lambda: bool((screen.picture() == before).all()), "the picture without the help")
    screen.press("f", title=TITLE)
    until_said(store, 1)
    quit_by_key(screen, program)

    assert [event.action for event in said(store)] == [LabelAction.ACCEPT]


@needs_a_screen
@pytest.mark.parametrize("count", [2])
def test_pupils_are_placed_by_click_wheel_and_arrows(screen: Screen, store: Store) -> None:
    program = start(screen, store, "annotate", "--no-advance")
    screen.painted(TITLE)
    # A window that answers keys has its size; before, a click may miss.
    screen.press("o", title=TITLE)
    until_said(store, 1)
    place = view(Side.LEFT).to_page(Point(111.5, 48.25))
    screen.click(round(place.x), round(place.y), title=TITLE)
    until_said(store, 2)
    screen.wheel(2)
    until_said(store, 3)
    screen.press("Tab", "Right", "Right", "shift+Up", "bracketleft", "Return", title=TITLE)
    _, clicked, *_ = until_said(store, 5)
    quit_by_key(screen, program)

    left, right = store.sample(make_sample(0).id).resolved.labels
    assert clicked.point == pytest.approx((111.5, 48.25), abs=0.5 / view(Side.LEFT).scale)
    assert (left.centre, left.radius) == (clicked.point, 5.5 + 2 * 0.25)
    assert (right.centre, right.radius) == (Point(51, 49.9), 5.25)


@needs_a_screen
@pytest.mark.parametrize("count", [2])
def test_what_was_moved_is_kept_when_the_window_is_closed_by_the_mouse(screen: Screen, store: Store) -> None:
    program = start(screen, store, "annotate")
    screen.painted(TITLE)
    screen.press("c", "Tab", "Left", title=TITLE)
    until_said(store, 2)
    screen.close_by_mouse(TITLE)
    told, _ = program.communicate(timeout=30)

    assert [(e.action, e.side) for e in said(store)] == [
        (LabelAction.CLOSED, Side.RIGHT),
        (LabelAction.POINT, Side.LEFT),
    ], told
    assert store.sample(make_sample(0).id).state is SampleState.NEW


@pytest.mark.parametrize("count", [1])
def test_without_a_display_it_says_how_to_label_in_a_browser(store: Store) -> None:
    environment = {key: value for key, value in os.environ.items() if key not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    command = [sys.executable, "-c", "from labeler.cli import main; main()", "annotate", str(store.folder)]

    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stderr.count("\n"), "livecam-label serve" in ran.stderr) == (2, 1, True), ran.stderr


def view(side: Side) -> EyeView:
    """Where an eye of the samples is on the page."""
    shown = labeling_item(make_sample(0), (), assignment=Assignment(make_sample(0).id), annotator="ann")
    return eye_view(shown, side, EYES[side], zoom=0)
