"""What the page shows: four sizes, two languages, light and dark, zoom, contrast, the magnifier."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from labeler.session.keys import KEYS
from livecam.core.types import Side
from livecam.store.samples import LabelEvent
from livecam.store.store import Store
from tests.labeler.web.browsing import needs_a_browser, sample, settled
from tests.labeler.web.portrait_store import RADIUS, truth
from training.data.limbus import ring

pytestmark = needs_a_browser
SIZES = [(390, 844), (768, 1024), (1366, 768), (1920, 1080)]

Opened = Callable[..., Any]


CUT = """() => {
  const wrong = [];
  for (const element of document.querySelectorAll("button, h2, p, span, b, th, td, label, figcaption, canvas")) {
    const box = element.getBoundingClientRect();
    if (!box.width || !box.height || element.closest(".unseen, [hidden]")) continue;
    const scrolls = element.closest("#gallery ul, #panel, #about, #end");
    const cut = element.scrollWidth > element.clientWidth + 1;
    const across = `${box.left} to ${box.right}`, down = `${box.top} down to ${box.bottom}`;
    const name = `${element.tagName} ${element.id || element.textContent.slice(0, 20)}`;
    if (box.left < -0.5 || box.right > innerWidth + 0.5) wrong.push(`${name}: ${across}`);
    if (!scrolls && (box.top < -0.5 || box.bottom > innerHeight + 0.5)) wrong.push(`${name}: ${down}`);
    if (element.matches("button, th") && cut) wrong.push(`${name}: words are cut`);
  }
  return wrong;
}"""


def screens(page: Any) -> Iterator[str]:
    """Goes from one to the next of what the page can show."""
    yield "review"
    page.click("[data-mode=annotate]")
    page.wait_for_selector("#work.annotate")
    yield "annotate"
    page.keyboard.press("?")
    yield "help"
    page.keyboard.press("Escape")
    page.keyboard.press("v")
    yield "labels"
    page.keyboard.press("Escape")
    page.keyboard.press(".")
    yield "comments"
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.wait_for_selector("#gallery[data-shown]")
    yield "gallery"
    page.click("#batch")
    page.wait_for_selector("#batch-done")
    page.click("#gallery li > button")
    yield "twelve at once"
    page.keyboard.press("Escape")
    page.keyboard.press("q")
    page.wait_for_selector("#end:visible")
    yield "end"


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_nothing_is_cut_off(opened: Opened, size: tuple[int, int], language: str) -> None:
    page = opened("looker", f"lang={language}", viewport={"width": size[0], "height": size[1]})

    wrong = {screen: found for screen in screens(page) if (found := page.evaluate(CUT))}
    assert wrong == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation(opened: Opened, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    page = opened("axe", "lang=ko" if scheme == "dark" else "", color_scheme=scheme)

    wrong = {
        screen: [(one["id"], one["nodes"][0]["html"][:120]) for one in found]
        for screen in screens(page)
        if (found := axe.Axe().run(page).response["violations"])
    }
    assert wrong == {}


def test_the_page_speaks_the_browsers_language_and_a_switch_changes_it(opened: Opened) -> None:
    page = opened("speaker", locale="ko-KR")
    words = [page.inner_text("[data-mode=review]")]
    page.click("#language")
    words.append(page.inner_text("[data-mode=review]"))
    page.reload()
    page.wait_for_selector("body[data-said]")
    words.append(page.inner_text("[data-mode=review]"))

    assert words == ["검토", "Review", "Review"]


def test_the_catalogue_says_everything_in_both_languages(page: Any, address: str) -> None:
    page.goto(address)
    catalogue = json.loads(
        page.evaluate("import('./static/catalogue.js').then(({ CATALOGUE }) => JSON.stringify(CATALOGUE))")
    )
    values = {
        language: {key: sorted(part.split("}")[0] for part in words.split("{")[1:]) for key, words in texts.items()}
        for language, texts in catalogue.items()
    }
    known = {f"help.{action.value}" for keys in KEYS.values() for action in keys.values()}

    assert values["en"] == values["ko"]
    assert {name for name in known - set(values["en"]) if "a little" not in name} == set()


def test_the_wheel_zooms_where_the_pointer_is_and_a_click_in_the_whole_picture_goes_there(opened: Opened) -> None:
    page = opened("zoomer")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    looks = [page.screenshot()]
    box = page.locator("#left").bounding_box()
    page.mouse.move(box["x"] + 50, box["y"] + 40)
    page.mouse.wheel(0, -100)
    settled(page)
    looks.append(page.screenshot())
    page.mouse.down()
    page.mouse.move(box["x"] + 150, box["y"] + 90, steps=3)
    page.mouse.up()
    settled(page)
    looks.append(page.screenshot())
    page.click("#whole", position={"x": 20, "y": 20})
    settled(page)
    looks.append(page.screenshot())
    for key in "gyl":
        page.keyboard.press(key)
        settled(page)
        looks.append(page.screenshot())
    still = page.evaluate(
        """async () => {
          const { View } = await import("./static/view.js");
          const view = new View(), canvas = { width: 600, height: 400 };
          const sample = { unit: 44 }, eye = { side: "left", middle: [80, 50] };
          const before = view.frame(canvas, sample, eye).from(120, 90);
          view.zoomAt(canvas, sample, eye, [120, 90], 1.7);
          const after = view.frame(canvas, sample, eye).from(120, 90);
          return Math.hypot(before[0] - after[0], before[1] - after[1]);
        }"""
    )

    assert len(set(looks)) == len(looks)
    assert [url for url in asked if "/api/" in url] == []
    assert still < 1e-9


@pytest.mark.parametrize("size", [(378, 207), (409, 137), (303, 97), (670, 417)])  # of an eye, from phones to a desk
def test_the_whole_iris_of_a_near_face_is_seen(page: Any, address: str, size: tuple[int, int]) -> None:
    page.goto(address)
    width, height = page.evaluate(
        """async ([width, height]) => {
          const { View } = await import("./static/view.js");
          return new View().frame({ width, height }, { unit: 200 }, { side: "left", middle: [100, 100] }).box.slice(2);
        }""",
        size,
    )
    assert min(width, height) >= 0.4 * 200 - 1e-6


def test_contrast_keeps_hues(page: Any, address: str) -> None:
    page.goto(address)
    colours = np.random.default_rng(3).integers(20, 200, (200, 3))
    toned = page.evaluate(
        """async (colours) => {
          const { tonePixels, brightened } = await import("./static/view.js");
          const data = new Uint8ClampedArray(colours.flatMap((colour) => [...colour, 255]));
          tonePixels(data, brightened());
          return [...data];
        }""",
        colours.tolist(),
    )
    shown = np.array(toned, float).reshape(-1, 4)[:, :3]
    shares = [each / each.sum(axis=1, keepdims=True) for each in (colours.astype(float), shown)]

    assert shown.mean() > colours.mean() + 20
    assert np.abs(shares[0] - shares[1]).max() < 0.01


def test_placing_shows_a_magnifier_and_the_wheel_changes_the_radius(opened: Opened, portraits: Path) -> None:
    page = opened("placer", "mode=annotate")
    box = page.locator("#right").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_selector("#right-eye .magnifier:visible")
    shown = sample(page)

    def placed() -> LabelEvent:
        """What is kept of a click."""
        page.keyboard.down("Alt")
        page.mouse.click(box["x"] + box["width"] / 2 + 8, box["y"] + box["height"] / 2)
        page.keyboard.up("Alt")
        page.wait_for_selector("#right-says .kept")
        with Store.open(portraits) as opened_store:
            return [event for event in opened_store.events(shown, annotator="placer") if event.point][-1]

    # What another test has said of it may have another radius than the detector's.
    before = placed()
    page.mouse.wheel(0, -100)
    page.wait_for_selector("#right-says .touched")
    after = placed()
    with Store.open(portraits) as opened_store:
        number = [stored.sample.id for stored in opened_store.samples()].index(shown)

    assert after.radius == pytest.approx(before.radius + 0.25)  # type: ignore[operator]
    assert np.hypot(*np.subtract(after.point, truth(number, after.side))) < 3  # type: ignore[arg-type]


@pytest.mark.parametrize("off", [(1.3, 0.4), (-1.0, 0.9), (0.2, -1.3)], ids=str)
def test_a_click_snaps_to_the_iris_near_it(opened: Opened, portraits: Path, off: tuple[float, float]) -> None:
    page = opened(f"snapper{off[0]}", "mode=annotate")
    with Store.open(portraits) as store:
        shown = sample(page)
        number = [stored.sample.id for stored in store.samples()].index(shown)
        picture = store.picture(shown)
    iris = truth(number, Side.RIGHT)
    x, y, _ = ring(picture[..., 1:].astype(np.float32).mean(axis=2), iris, RADIUS)
    snapped = page.evaluate(
        """async ([id, x, y, radius]) => {
          const { snapToIris } = await import("./static/limbus.js");
          const { Pictures } = await import("./static/connection.js");
          return snapToIris(await new Pictures().load(id), { x, y, radius });
        }""",
        [shown, iris.x + off[0], iris.y + off[1], RADIUS],
    )

    assert np.hypot(snapped["x"] - x, snapped["y"] - y) < 0.3 * np.hypot(*off)
