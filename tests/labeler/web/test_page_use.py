"""The page as people use it: answers, keys of any keyboard, fingers, the keyboard alone, a screen reader."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from livecam.store.store import Store
from tests.labeler.session.test_carrying import clip
from tests.labeler.web.browsing import decided, needs_a_browser, press, served, settled, wait_for

pytestmark = needs_a_browser
FIRST_LETTER = {"ko": "ㄹ", "ru": "а", "el": "φ", "he": "כ", "ar": "ب"}  # what the F place writes

Opened = Callable[..., Any]


def strike(page: Any, key: str, code: str, **how: Any) -> None:
    """A key as the browser tells of it, whatever keyboard is plugged in here."""
    page.evaluate(
        "([key, code, how]) => document.activeElement.dispatchEvent("
        "new KeyboardEvent('keydown', { key, code, bubbles: true, cancelable: true, ...how }))",
        [key, code, how],
    )


# Answers


def test_a_held_key_and_one_older_than_the_picture_answer_nothing(opened: Opened, portraits: Path) -> None:
    page = opened("holder")
    for _ in range(20):
        page.keyboard.down("f")  # repeats from the second on
    page.keyboard.up("f")
    wait_for(page, 1)
    page.evaluate(
        "() => { for (let k = 0; k < 5; k++) document.body.dispatchEvent(new KeyboardEvent('keydown',"
        " { key: 'd', code: 'KeyD', bubbles: true })); }"
    )
    wait_for(page, 2)
    press(page, "f", before=2)

    assert decided(portraits, "holder") == ["accept", "reject", "accept"]


def test_escape_closes_the_help_first_and_the_end_says_what_was_done(opened: Opened, portraits: Path) -> None:
    page = opened("quitter")
    press(page, "fd", before=0)
    page.keyboard.press("?")
    page.wait_for_selector("#panel:visible")
    page.keyboard.press("Escape")
    page.wait_for_selector("#panel", state="hidden")
    press(page, "f", before=2)
    page.keyboard.press("Escape")
    page.wait_for_selector("#end:visible")
    said = page.inner_text("#end")
    page.keyboard.press("d")
    page.wait_for_function("() => document.getElementById('notice').textContent.includes('Enter')")
    page.keyboard.press("Enter")
    page.wait_for_selector("#work:visible")
    settled(page)
    press(page, "d", before=3)

    assert "3 decided: 2 labelled, 1 rejected" in said
    assert decided(portraits, "quitter") == ["accept", "reject", "accept", "reject"]


# Keys


@pytest.mark.parametrize("language", FIRST_LETTER)
def test_keys_count_by_their_place_where_letters_are_not_latin(opened: Opened, portraits: Path, language: str) -> None:
    page = opened(f"types-{language}")
    strike(page, FIRST_LETTER[language], "KeyF")
    wait_for(page, 1)
    # A syllable that is being composed has no key of its own.
    strike(page, "Process", "KeyD", isComposing=True)
    wait_for(page, 2)

    assert decided(portraits, f"types-{language}") == ["accept", "reject"]


def test_signs_where_letters_are_count_as_those_letters_on_keyboards_of_other_scripts(page: Any, address: str) -> None:
    page.goto(address)
    names = page.evaluate(
        """async () => {
          const { keyName } = await import("./static/keyboard.js");
          const named = (key, code, shiftKey = false) => keyName({ key, code, shiftKey });
          return [
            named("'", "KeyW"), named("כ", "KeyF"), named("'", "KeyW"), named("/", "KeyQ"), named("?", "Slash", true),
            named("ا", "KeyH"), named("لا", "KeyB"), named("Ф", "KeyA", true), named("q", "KeyA"),
            named(",", "KeyW"), named("é", "Digit2"), named("Shift", "ShiftLeft", true), named("F5", "F5"),
          ];
        }"""
    )

    assert names == ["'", "f", "w", "q", "?", "h", "b", "A", "q", ",", "é", "", ""]


def test_keys_of_ones_own_count_and_stand_on_the_buttons_and_in_the_help(
    page: Any, portraits: Path, tmp_path: Path
) -> None:
    (tmp_path / "livecam.toml").write_text('[keys]\nlabel = { accept = ["7"], reject = "9" }\n')
    with served(portraits, folder=tmp_path) as running:
        page.goto(f"{running.address}&as=own-keys")
        page.wait_for_selector("body[data-said]")
        shown = page.inner_text("[data-action=accept] kbd")
        press(page, "79", before=0)
        page.keyboard.press("f")
        page.keyboard.press("?")
        help_text = page.inner_text("#panel")

    assert (shown, decided(portraits, "own-keys")) == ("7", ["accept", "reject"])
    assert "7\tthe prediction is right" in help_text


# Fingers, mouse, keyboard alone


def test_buttons_are_enough_for_fingers(opened: Opened, portraits: Path) -> None:
    page = opened("fingers", viewport={"width": 390, "height": 844}, has_touch=True)
    for said, action in enumerate(["accept", "reject", "skip"], start=1):
        page.tap(f"[data-action={action}]")
        wait_for(page, said)
    page.tap("[data-action=undo]")
    wait_for(page, 2)
    page.tap("[data-action=quit]")
    page.wait_for_selector("#end:visible")
    page.tap("#go-on")
    page.wait_for_selector("#work:visible")
    page.tap("[data-mode=annotate]")
    page.wait_for_selector("#work.annotate")
    settled(page)
    page.tap("[data-action=closed]")
    page.wait_for_selector("#right-says .kept")

    assert decided(portraits, "fingers") == ["accept", "reject", "skip", "undo", "closed"]


def test_two_fingers_zoom_and_one_moves_the_picture_without_asking_the_server(opened: Opened) -> None:
    page = opened("pincher", viewport={"width": 390, "height": 844}, has_touch=True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    box = page.locator("#right").bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    before = page.screenshot()
    with closing_session(page) as devtools:
        touch(devtools, "touchStart", (middle[0] - 20, middle[1]), (middle[0] + 20, middle[1]))
        touch(devtools, "touchMove", (middle[0] - 60, middle[1]), (middle[0] + 60, middle[1]))
        touch(devtools, "touchEnd")
        settled(page)
        zoomed = page.screenshot()
        touch(devtools, "touchStart", middle)
        touch(devtools, "touchMove", (middle[0] + 60, middle[1] + 30))
        touch(devtools, "touchEnd")
        settled(page)

    assert len({before, zoomed, page.screenshot()}) == 3
    assert [url for url in asked if "/api/" in url] == []


def closing_session(page: Any) -> Any:
    session = page.context.new_cdp_session(page)
    session.close = session.detach
    return closing(session)


def touch(devtools: Any, kind: str, *points: tuple[float, float]) -> None:
    where = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
    devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": where})


def test_the_keyboard_alone_reaches_everything_and_a_button_keeps_its_own_keys(opened: Opened, portraits: Path) -> None:
    page = opened("keyboard")
    seen = set()
    for _ in range(30):
        page.keyboard.press("Tab")
        seen.add(
            page.evaluate(
                """() => {
                  const on = document.activeElement;
                  const framed = [on, on.parentElement].some((each) => getComputedStyle(each).outlineStyle !== "none");
                  return framed ? on.id || on.dataset.action || on.dataset.mode : "";
                }"""
            )
        )
    page.focus("[data-action=reject]")
    page.keyboard.press("Space")
    wait_for(page, 1)
    page.keyboard.press("1")
    page.wait_for_selector("#work.annotate")

    assert {"review", "annotate", "open-help", "language", "right", "left", "accept", "reject", "undo", "quit"} <= seen
    assert decided(portraits, "keyboard") == ["reject"]


def test_progress_and_what_is_shown_are_announced(opened: Opened) -> None:
    page = opened("listener")
    first = page.inner_text("#announce")
    names = [page.get_attribute(f"#{name}", "aria-label") for name in ("right", "left", "whole")]
    press(page, "f", before=0)

    assert (" of " in first, page.inner_text("#announce") == first) == (True, False)
    assert [(name or "").split(":")[0] for name in names][:2] == ["Right eye", "Left eye"]
    assert names[2]


def test_a_yes_to_what_was_drawn_ahead_is_none_to_a_proposal_that_came_after(page: Any, tmp_path: Path) -> None:
    with Store.open(tmp_path / "queue") as store:
        ids = clip(store, 0.0, 0.4, 0.8)
    released = False
    with served(tmp_path / "queue") as running:
        page.goto(f"{running.address}&mode=annotate&as=ann")
        wait_for(page, 0)
        held: list[Any] = []
        page.route("**/api/wish", lambda route: route.continue_() if released else held.append(route))
        page.keyboard.press("Enter")
        page.wait_for_function("(id) => document.body.dataset.sample === id", arg=ids[1])  # drawn ahead
        settled(page)
        page.keyboard.press("Enter")
        released = True
        for route in held:
            route.continue_()
        page.wait_for_function("() => document.getElementById('notice').textContent.startsWith('That was meant')")
        page.wait_for_selector("#right-says .carried")
        before = decided(tmp_path / "queue")
        settled(page)
        page.keyboard.press("Enter")
        wait_for(page, 2)

    assert (before, decided(tmp_path / "queue")) == (["accept"], ["accept", "accept"])
