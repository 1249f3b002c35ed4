"""Boxes before a real browser: drawn, moved, judged by a key, and kept."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import uvicorn

from labeler.boxes.server import BoxRoutes
from labeler.boxes.session import BoxSession
from labeler.web.links import Links
from livecam.perception.targets.boxes.page_boxes import read_table
from livecam.web import listening
from livecam.web.access_control import AccessControl
from tests.labeler.web.browsing import needs_a_browser

pytestmark = needs_a_browser


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.png", "b.png"):
        cv2.imwrite(str(tmp_path / name), np.full((1400, 2200, 3), 90, np.uint8))
    return tmp_path


@pytest.fixture
def link(folder: Path) -> Iterator[str]:
    with served_boxes(folder) as address:
        yield address


@contextmanager
def served_boxes(folder: Path) -> Iterator[str]:
    session, links = BoxSession(folder), Links(folder)
    with listening.bound(0) as opened:
        config = uvicorn.Config(AccessControl(BoxRoutes(session).application(), links), log_level="critical")
        server = uvicorn.Server(config)
        running = threading.Thread(target=server.run, kwargs={"sockets": [opened]})
        running.start()
        yield f"http://127.0.0.1:{opened.getsockname()[1]}/?token={links.owner}"
        server.should_exit = True
        running.join(60)


def drag(page: Any, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=3)
    page.mouse.up()


def test_a_box_is_drawn_moved_judged_and_taken_back(page: Any, link: str, folder: Path) -> None:
    page.goto(link)
    page.wait_for_selector("body[data-said='a.png']")
    drag(page, (400, 300), (450, 340))
    page.wait_for_selector("body[data-revision='1']")
    drawn = read_table(folder / "boxes.csv")[0].boxes[0].box
    drag(page, (425, 320), (475, 320))
    page.wait_for_selector("body[data-revision='2']")
    moved = read_table(folder / "boxes.csv")[0].boxes[0].box
    assert moved.x - drawn.x == pytest.approx(drawn.width, rel=0.1)
    assert moved[1:] == pytest.approx(drawn[1:], abs=0.2)
    page.keyboard.press("l")
    page.wait_for_selector("body[data-revision='3']")
    assert read_table(folder / "boxes.csv")[0].boxes[0].is_lookalike
    page.keyboard.press("u")
    page.wait_for_selector("body[data-revision='4']")
    page.keyboard.press("Enter")
    page.wait_for_selector("body[data-said='b.png']")
    page.keyboard.press("n")
    page.wait_for_selector("body[data-said='b.png'][data-revision='1']")
    assert [(each.file, len(each.boxes)) for each in read_table(folder / "boxes.csv")] == [("a.png", 1), ("b.png", 0)]


@pytest.mark.parametrize(
    ("locale", "small", "undo"), [("en-GB", "at least", "nothing to"), ("ko-KR", "2픽셀", "되돌릴")]
)
def test_what_cannot_be_done_is_said_in_the_persons_language(
    browser: Any, link: str, locale: str, small: str, undo: str
) -> None:
    page = browser.new_page(viewport={"width": 1100, "height": 700}, locale=locale)
    page.goto(link)
    page.wait_for_selector("body[data-said='a.png']")
    drag(page, (400, 300), (450, 300))
    page.wait_for_selector(f"#notice:has-text('{small}')")
    page.keyboard.press("u")
    page.wait_for_selector(f"#notice:has-text('{undo}')")
    page.close()


def test_what_is_drawn_is_where_it_was_drawn_also_when_zoomed(page: Any, link: str, folder: Path) -> None:
    page.goto(link)
    page.wait_for_selector("body[data-said='a.png']")
    drag(page, (400, 300), (450, 340))
    page.wait_for_selector("body[data-revision='1']")
    page.mouse.move(400, 300)
    page.mouse.wheel(0, -200)
    drag(page, (380, 280), (310, 230))
    page.wait_for_selector("body[data-revision='2']")
    first, second = (each.box for each in read_table(folder / "boxes.csv")[0].boxes)
    finer = first.width / 50 / 1.25  # picture pixels a pixel of the screen
    end = second.x + second.width, second.y + second.height
    assert end == pytest.approx((first.x - 20 * finer, first.y - 20 * finer), abs=3)
    assert second.width == pytest.approx(70 * finer, rel=0.05)
