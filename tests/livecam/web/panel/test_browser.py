"""The page of the panel in a real Chromium, on a phone in Korean and on a desk in English, while a run goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from livecam.settings import EffectSettings, PanelSettings, Trigger, TriggerMode
from livecam.web.panel.opening import PanelPlace, panel, panel_place
from tests.labeler.web.browsing import CHROMIUM, FLAGS, PATIENCE_MS, free_port, needs_a_browser
from tests.livecam.web.panel.steered_run import SteeredRun, steered

pytestmark = needs_a_browser


def opened(browser: Any, link: str, size: tuple[int, int], locale: str) -> Any:
    page = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale=locale).new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.troubles = []
    page.on("pageerror", lambda error: page.troubles.append(str(error)))
    page.on("console", lambda said: page.troubles.append(said.text) if said.type == "error" else None)
    page.goto(link)
    page.wait_for_selector("body[data-effect]")
    page.wait_for_function("document.getElementById('preview').naturalWidth > 0")
    return page


@contextmanager
def served(
    playwright: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, effect: EffectSettings | None = None
) -> Iterator[tuple[SteeredRun, PanelPlace, Any]]:
    """A run, where its panel is, and a browser."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with (
        steered(tmp_path, effect) as run,
        panel_place(PanelSettings(port=0)) as place,
        panel(place, run.live),
        closing(playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)) as browser,
    ):
        yield run, place, browser


def test_a_phone_and_a_desk_steer_one_run(playwright: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = EffectSettings(trigger=Trigger.WINK_LEFT)
    with served(playwright, tmp_path, monkeypatch, settings) as (run, place, browser):
        phone = opened(browser, place.link, (390, 844), "ko-KR")
        desk = opened(browser, place.link, (1366, 768), "en-GB")

        assert [phone.text_content("#panic"), desk.text_content("#panic")] == ["모두 끄기", "Everything off"]
        assert "wink, left" in desk.text_content("#armed")
        for page in (phone, desk):
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            assert page.evaluate("[...document.querySelectorAll('main button')].every((b) => b.offsetHeight >= 44)")

        phone.click("#choices button[data-name=swirl]")
        desk.wait_for_selector("body[data-effect=swirl]")
        desk.select_option("#trigger", "always")
        phone.wait_for_selector("#armed", state="hidden")
        desk.click("#panic")
        phone.wait_for_selector("#on[aria-pressed=false]")
        desk.click("#language")
        desk.wait_for_selector("html[lang=ko]")

        assert (run.live.effect.controls.enabled, run.live.effect.controls.style) == (False, "swirl")
        assert (phone.troubles, desk.troubles) == ([], [])


def test_a_choice_that_cannot_be_had_shows_what_there_is(
    playwright: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = EffectSettings(trigger=Trigger.SMILE, trigger_mode=TriggerMode.TOGGLE)
    with served(playwright, tmp_path, monkeypatch, settings) as (_, place, browser):
        page = opened(browser, place.link, (390, 844), "en-GB")

        assert page.input_value("#mode") == "toggle"
        page.evaluate("document.getElementById('source').append(new Option('gone', '/dev/video77'))")
        page.focus("#source")
        page.select_option("#source", "/dev/video77")
        page.wait_for_selector("#notice.bad:not(:empty)")
        assert page.input_value("#source") == "demo"


def test_the_picture_is_whole_in_a_low_window(playwright: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(playwright, tmp_path, monkeypatch) as (_, place, browser):
        for size in ((844, 390), (1500, 500)):
            page = opened(browser, place.link, size, "en-GB")
            picture, frame = (page.locator(name).bounding_box() for name in ("#preview", "#frame"))
            assert frame["height"] < size[1]
            assert picture == frame


def test_no_choice_is_cut_on_a_phone(playwright: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(playwright, tmp_path, monkeypatch) as (_, place, browser):
        for locale in ("en-GB", "ko-KR"):
            page = opened(browser, place.link, (390, 844), locale)
            assert page.evaluate(_WIDEST) == []


# The choices that are wider than their list, whose arrow takes some 20 pixels.
_WIDEST = """[...document.querySelectorAll('select')].flatMap((select) => {
  const style = getComputedStyle(select), pen = document.createElement('canvas').getContext('2d');
  pen.font = style.font;
  const room = select.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - 20;
  return [...select.options].map((option) => option.text).filter((text) => pen.measureText(text).width > room);
})"""


def test_a_page_that_finds_no_place_says_so_and_gets_the_next_one(
    playwright: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livecam.web.panel.server.MOST_VIEWERS", 1)
    with served(playwright, tmp_path, monkeypatch) as (_, place, browser):
        first = opened(browser, place.link, (390, 844), "en-GB")
        second = browser.new_page()
        second.goto(place.link)

        second.wait_for_selector("#blind", state="visible")
        first.close()
        second.wait_for_selector("#blind", state="hidden")


def test_a_link_that_is_no_longer_valid_is_called_that(
    playwright: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(playwright, tmp_path, monkeypatch) as (_, place, browser):
        page = browser.new_page()
        page.route("**/api/v1/status", lambda route: route.fulfill(status=403, body="the token is wrong"))
        page.route_web_socket("**/api/v1/ws*", lambda socket: socket.close())
        page.goto(place.link)

        page.wait_for_selector("#gone[data-text=stranger]")
        assert "no longer valid" in page.text_content("#gone")


def test_the_overlay_comes_back_when_a_run_begins_anew(
    playwright: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with (
        steered(tmp_path) as run,
        closing(playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)) as browser,
    ):
        page, port = browser.new_page(), free_port()
        asked: list[str] = []
        for _ in range(2):
            with panel_place(PanelSettings(port=port)) as place, panel(place, run.live):
                if not asked:
                    page.on("request", lambda request: asked.append(request.url))
                    page.goto(place.link.replace("/?", "/overlay?"))
                else:
                    page.wait_for_event("request", lambda request: "preview.mjpeg" in request.url)
            page.wait_for_event("requestfailed", lambda request: "status" in request.url)
        assert sum("preview.mjpeg" in url for url in asked) == 2
