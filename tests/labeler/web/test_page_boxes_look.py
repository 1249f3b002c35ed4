"""What the page of boxes shows: three sizes, two languages, light and dark; nothing is cut off, and axe is content."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from livecam.core.types import Box
from livecam.perception.targets.boxes.candidates import Guess, add
from tests.labeler.web.browsing import PATIENCE_MS, needs_a_browser
from tests.labeler.web.test_page_boxes import served_boxes
from tests.labeler.web.test_page_look import CUT

pytestmark = needs_a_browser
SIZES = [(390, 844), (768, 1024), (1920, 1080)]

Opened = Callable[..., Any]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Pictures with a box, a look-alike and none, and a queue of candidates."""
    pictures = tmp_path_factory.mktemp("pictures")
    page = np.random.default_rng(1).integers(40, 200, (70, 110, 3), np.uint8).repeat(20, 0).repeat(20, 1)
    page[-20:] = 255
    for name in ("meadow-with-a-rather-long-name.png", "pond.png", "wood.png"):
        cv2.imwrite(str(pictures / name), page)
    (pictures / "boxes.csv").write_text(
        "file,xmin,ymin,xmax,ymax,kind\nmeadow-with-a-rather-long-name.png,400,300,700,640,\n"
        "meadow-with-a-rather-long-name.png,1200,500,1500,800,lookalike\npond.png,,,,,\n"
    )
    queue = pictures.parent / f"{pictures.name}-queue"
    add(queue, page, "pond.png", [Guess(Box(500, 400, 60, 60), 0.42)], factor=1.0, model="m")
    return pictures, queue


@pytest.fixture(scope="module")
def links(folders: tuple[Path, Path]) -> Iterator[tuple[str, str]]:
    with served_boxes(folders[0]) as pictures, served_boxes(folders[1]) as queue:
        yield pictures, queue


@pytest.fixture
def look(browser: Any, links: tuple[str, str]) -> Iterator[Opened]:
    contexts = []

    def looking(**context: Any) -> Any:
        contexts.append(browser.new_context(**context))
        page = contexts[-1].new_page()
        page.set_default_timeout(PATIENCE_MS)
        return page

    yield looking
    for context in contexts:
        context.close()


def screens(page: Any, links: tuple[str, str]) -> Iterator[str]:
    """Goes from one to the next of what the page can show."""
    page.goto(links[0])
    page.wait_for_selector("body[data-said='wood.png']")
    yield "no answer yet"
    page.select_option("#pages", "meadow-with-a-rather-long-name.png")
    page.wait_for_selector("body[data-said^=meadow]")
    page.focus("#picture")
    page.keyboard.press("Tab")
    page.wait_for_selector("[data-do=remove]:enabled")
    yield "boxes"
    page.keyboard.press("?")
    page.wait_for_selector("#panel:visible")
    yield "help"
    page.goto(links[1])
    page.wait_for_selector("[data-do=yes]")
    yield "candidate"


def kept(page: Any, name: str) -> None:
    """Keeps a picture of the screen where somebody wants to look at it."""
    if folder := os.environ.get("LIVECAM_TEST_PICTURES"):
        page.wait_for_timeout(400)
        page.screenshot(path=f"{folder}/{name}.png")


@pytest.mark.parametrize("locale", ["en-GB", "ko-KR"])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_nothing_of_the_boxes_page_is_cut_off(
    look: Opened, links: tuple[str, str], size: tuple[int, int], locale: str
) -> None:
    page, wrong = look(viewport={"width": size[0], "height": size[1]}, locale=locale), {}
    for screen in screens(page, links):
        kept(page, f"{screen.replace(' ', '-')}-{size[0]}-{locale}")
        if found := page.evaluate(CUT):
            wrong[screen] = found
    assert wrong == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en-GB", "ko-KR"])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_axe_finds_no_violation_on_the_boxes_page(
    look: Opened, links: tuple[str, str], size: tuple[int, int], locale: str, scheme: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    page = look(viewport={"width": size[0], "height": size[1]}, locale=locale, color_scheme=scheme)
    wrong = {
        screen: [(one["id"], one["nodes"][0]["html"][:120]) for one in found]
        for screen in screens(page, links)
        if (found := axe.Axe().run(page).response["violations"])
    }
    assert wrong == {}


def test_the_whole_picture_is_shown_also_when_the_bar_takes_room(look: Opened, links: tuple[str, str]) -> None:
    page = look(viewport={"width": 1920, "height": 1080})
    page.goto(links[0])
    page.wait_for_selector("[data-do=next]")
    for height in (1080, 900):
        page.set_viewport_size({"width": 1920, "height": height})
        page.wait_for_function(
            """() => {
              const { width, height } = picture;
              const pixel = picture.getContext("2d").getImageData(width / 2, height - 3, 1, 1).data;
              return height === Math.round(picture.clientHeight) && pixel.slice(0, 3).every((level) => level > 250);
            }"""
        )


def test_buttons_with_a_sign_have_a_name_in_the_readers_language(look: Opened, links: tuple[str, str]) -> None:
    page = look(locale="ko-KR")
    page.goto(links[0])
    page.wait_for_selector("[data-do=next]")
    said = [page.get_attribute(f"[data-do={action}]", "aria-label") for action in ("before", "after", "in", "out")]
    assert said == ["앞 사진", "뒤 사진", "확대", "축소"]
