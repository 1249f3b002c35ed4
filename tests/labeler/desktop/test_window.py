"""The labeler driven for real: keys and mouse on a private X server, killed in the middle, gone on with."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import cv2
import pytest

from labeler.mask_review.app import KEYS
from labeler.session.actions import LabelingAction
from labeler.session.keys import parse_key
from livecam.core.types import Image
from tests.fakes import grey
from tests.screen import Screen, needs_a_screen, wait_until

TITLE = "livecam-label"
COUNT = 30


@pytest.fixture
def images(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    folder.mkdir()
    for index in range(COUNT):
        picture = grey(64, 48, 40 + 6 * index)
        picture[:, 20:30] = 255
        cv2.imwrite(str(folder / f"{index:02}.png"), picture)
    return folder


def start(screen: Screen, images: Path) -> subprocess.Popen[str]:
    return screen.start("-c", "from labeler.cli import main; main()", "review", str(images), folder=images)


def decided(images: Path) -> int:
    journal = images / "annotation.jsonl"
    return len(journal.read_bytes().splitlines()) if journal.exists() else 0


def send(screen: Screen, images: Path, *keys: str) -> None:
    """Presses keys that each decide something, as a person does: the next one when the last one is done.

    OpenCV keeps only the last of several keys that come within the few milliseconds that a page takes to draw.
    """
    for key in keys:
        goal = decided(images) + 1
        screen.press(key, title=TITLE)
        wait_until(lambda goal=goal: decided(images) == goal, f"decision {goal}")


def look(screen: Screen, *keys: str) -> None:
    """Presses keys that each change what is shown, and waits until they have."""
    for key in keys:
        before = settled(screen)
        screen.press(key, title=TITLE)
        wait_until(lambda before=before: (screen.picture() != before).any(), f"{key} to be seen")


def settled(screen: Screen) -> Image:
    """What is shown when nothing is being drawn any more."""
    last = screen.picture()
    while True:
        time.sleep(0.1)
        now = screen.picture()
        if (now == last).all():
            return now
        last = now


def save_and_quit(screen: Screen, images: Path) -> None:
    screen.press("s", title=TITLE)
    wait_until((images / "annotation.json").exists, "the annotation file")
    screen.press("Escape", title=TITLE)


@needs_a_screen
def test_killed_in_the_middle_and_gone_on_with_every_key_counts_once(screen: Screen, images: Path) -> None:
    first, second = ["f", "d"] * 7, ["d", "f"] * 8
    program = start(screen, images)
    send(screen, images, *first)
    program.kill()
    program.communicate()

    program = start(screen, images)
    send(screen, images, *second)
    save_and_quit(screen, images)
    said, _ = program.communicate(timeout=30)

    saved = json.loads((images / "annotation.json").read_text())["labels"]
    assert [label["class"] for label in saved] == [int(key == "f") for key in first + second], said


@needs_a_screen
def test_closing_the_window_by_mouse_ends_it_and_keeps_everything(screen: Screen, images: Path) -> None:
    program = start(screen, images)
    send(screen, images, "f", "space", "u")
    screen.close_by_mouse(TITLE)

    said, _ = program.communicate(timeout=30)

    assert "1 of 30 pictures decided" in said


@needs_a_screen
def test_arrows_move_and_decide_nothing(screen: Screen, images: Path) -> None:
    program = start(screen, images)
    screen.painted(TITLE)
    look(screen, "Right", "Right", "Left", "plus", "plus", "minus", "0", "question", "question", "v")
    send(screen, images, "f")
    save_and_quit(screen, images)
    program.communicate(timeout=30)

    assert json.loads((images / "annotation.json").read_text())["labels"] == [{"name": "01.png", "class": 1}]


def test_without_a_display_the_error_is_one_line_and_nothing_is_left_behind(images: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if key not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    command = [sys.executable, "-c", "from labeler.cli import main; main()", "review", str(images)]

    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    left = (images / "annotation.jsonl").exists()
    assert (ran.returncode, ran.stderr.count("\n"), left) == (2, 1, False), ran.stderr


@pytest.mark.parametrize(
    ("name", "action"),
    [("F", LabelingAction.ACCEPT), ("ArrowLeft", LabelingAction.PREVIOUS), ("Tab", None), ("j", None)],
)
def test_a_key_has_one_meaning_or_none(name: str, action: LabelingAction | None) -> None:
    assert parse_key(KEYS, name) is action
