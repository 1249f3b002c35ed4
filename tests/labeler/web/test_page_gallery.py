"""The gallery in a real browser: filters, jumps, what is alike, and twelve judged at once; and two clicks a sample."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from livecam.core.types import Point, Side
from livecam.store.samples import LabelAction
from livecam.store.store import Store
from tests.labeler.web.browsing import decided, needs_a_browser, sample, wait_for
from tests.labeler.web.portrait_store import truth

pytestmark = needs_a_browser

Opened = Callable[..., Any]


def shown(page: Any, count: int) -> list[str]:
    """The ids of the cards, as soon as there are so many."""
    page.wait_for_selector(f'#gallery[data-shown="{count}"]')
    ids: list[str] = page.eval_on_selector_all(
        "#gallery li > button:first-child", "all => all.map((one) => one.dataset.id)"
    )
    return ids


def test_filters_search_and_likeness_lead_to_a_sample(opened: Opened, portraits: Path) -> None:
    page = opened("finder")
    page.keyboard.press("/")
    everything = shown(page, 48)
    page.select_option("select[name=reason]", "random")
    random = shown(page, 30)
    page.select_option("select[name=reason]", "")
    page.fill("input[name=id]", everything[5][:12])
    page.keyboard.press("Enter")
    found = shown(page, 1)
    page.click("#gallery li .small")
    page.wait_for_selector("#unlike")
    page.click("#unlike")
    page.fill("input[name=id]", "")
    page.keyboard.press("Enter")
    shown(page, 48)
    page.click(f'[data-id="{everything[7]}"]')
    page.wait_for_selector(f'body[data-sample="{everything[7]}"]')

    with Store.open(portraits) as store:
        reasons = {store.sample(sample_id).sample.reason.value for sample_id in random}
    assert (reasons, found) == ({"random"}, [everything[5]])


def test_twelve_are_judged_at_once_and_taken_back(opened: Opened, portraits: Path) -> None:
    page = opened("batcher")
    page.click("#open-gallery")
    shown(page, 48)
    page.click("#batch")
    cards = shown(page, 12)
    for wrong in cards[:2]:
        page.click(f'[data-id="{wrong}"]')
    words = page.inner_text("#batch-done")
    page.click("#batch-done")
    page.wait_for_selector("#batch-undo")
    first = decided(portraits, "batcher")
    page.click("#batch-undo")
    page.wait_for_function("() => !document.getElementById('batch-undo')")

    assert words == "Done: 2 false, 10 true"
    assert sorted(first) == ["accept"] * 10 + ["reject"] * 2
    assert decided(portraits, "batcher")[12:] == ["undo"] * 12


def test_arrows_move_in_the_grid_and_escape_leads_back(opened: Opened) -> None:
    page = opened("mover")
    page.keyboard.press("/")
    cards = shown(page, 48)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    focused = page.evaluate("document.activeElement.dataset.id")
    page.keyboard.press("Escape")
    page.wait_for_selector("#work:visible")

    assert focused == cards[2]


def test_two_clicks_label_a_sample_and_one_key_says_both_are_closed(opened: Opened, portraits: Path) -> None:
    page = opened("clicker", "mode=annotate")
    first = sample(page)
    with Store.open(portraits) as store:
        number = [stored.sample.id for stored in store.samples()].index(first)
        told = store.sample(first).sample
    for side in (Side.RIGHT, Side.LEFT):
        page.mouse.click(*place(page, side, truth(number, side), told.landmarks))
    wait_for(page, 1)
    page.keyboard.press("2")
    wait_for(page, 2)
    with Store.open(portraits) as store:
        events = [event for event in store.events(annotator="clicker") if event.sample_id == first]
        actions = [event.action.value for event in store.events(annotator="clicker")]

    placed = {event.side: event.point for event in events if event.action is LabelAction.POINT}
    assert actions == ["point", "point", "accept", "closed", "closed", "accept"]
    assert all(abs(placed[side].x - truth(number, side).x) < 0.8 for side in Side)  # type: ignore[union-attr]


def place(page: Any, side: Side, point: Point, landmarks: Any) -> tuple[float, float]:
    """Where a point of the picture is on the page."""
    box = page.locator(f"#{side.value}").bounding_box()
    x, y = page.evaluate(
        """async ([side, point, width, height, middle, unit]) => {
          const { View } = await import("./static/view.js");
          const canvas = { width: width * devicePixelRatio, height: height * devicePixelRatio };
          const [x, y] = new View().frame(canvas, { unit }, { side, middle }).to(...point);
          return [x / devicePixelRatio, y / devicePixelRatio];
        }""",
        [side.value, list(point), box["width"], box["height"], *geometry(side, landmarks)],
    )
    return box["x"] + x, box["y"] + y


def geometry(side: Side, landmarks: Any) -> tuple[list[float], float]:
    """The middle of an eye's corners, and the distance between the two."""
    middles = {each: landmarks[corners].mean(axis=0) for each, corners in _CORNERS.items()}
    return middles[side].tolist(), float(((middles[Side.LEFT] - middles[Side.RIGHT]) ** 2).sum() ** 0.5)


_CORNERS = {Side.RIGHT: [36, 39], Side.LEFT: [42, 45]}
