"""The page of the panel in a real Chromium, on a phone in Korean and on a desk in English, while a run goes on."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from livecam.settings import EffectSettings, PanelSettings, Trigger
from livecam.web.panel.opening import panel, panel_place
from tests.labeler.web.browsing import CHROMIUM, FLAGS, PATIENCE_MS, needs_a_browser
from tests.livecam.web.panel.steered_run import steered

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


def test_a_phone_and_a_desk_steer_one_run(playwright: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    settings = EffectSettings(trigger=Trigger.WINK_LEFT)
    with (
        steered(tmp_path, settings) as run,
        panel_place(PanelSettings(port=0)) as place,
        panel(place, run.live),
        closing(playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)) as browser,
    ):
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
        browser.close()
