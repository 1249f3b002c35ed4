"""The page in a real browser: thirty samples by keyboard, a reload, a server that is killed and comes back."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from livecam.store.samples import SampleState
from livecam.store.store import Store
from tests.fakes import make_noise, make_sample
from tests.labeler.web.browsing import PATIENCE_MS, decided, free_port, needs_a_browser, press, served, wait_for

pytestmark = needs_a_browser


@pytest.fixture
def store(tmp_path: Path) -> Path:
    folder = tmp_path / "queue"
    with Store.open(folder) as opened:
        for number in range(36):
            opened.add(*make_sample(number, make_noise(number, 160, 120)))
    return folder


def test_thirty_samples_a_reload_and_a_killed_server_lose_nothing(page: Any, store: Path) -> None:
    port, sent = free_port(), "fffdffdfff" + "dffffd" + "fdfffdfdffdfff"
    with served(store, port) as first:
        page.goto(first.address)
        wait_for(page, 0)
        count = press(page, sent[:10], before=0)
        page.reload()
        wait_for(page, 10)
        count = press(page, sent[10:16], before=count)
        first.kill()
        page.keyboard.press("f")
        page.wait_for_selector("#gone", state="visible")
        with served(store, port):
            page.wait_for_selector("#gone", state="hidden")
            wait_for(page, 16)
            press(page, sent[16:], before=count)

    assert decided(store) == [{"f": "accept", "d": "reject"}[key] for key in sent]


def test_a_pupil_is_placed_by_a_click_and_by_arrows(page: Any, store: Path) -> None:
    with served(store) as running:
        page.goto(f"{running.address}&mode=annotate")
        wait_for(page, 0)
        box = page.locator("#right").bounding_box()
        page.keyboard.down("Alt")
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.keyboard.up("Alt")
        page.wait_for_selector("#right-says .kept")
        page.keyboard.press("t")  # the other eye was next
        page.wait_for_selector("#right-eye.here")
        page.keyboard.press("ArrowRight")
        page.wait_for_selector("#right-says .touched")
        page.keyboard.press("Enter")
        wait_for(page, 1)
        page.keyboard.press("Escape")
    with Store.open(store) as opened:
        labelled = next(iter(opened.samples(states=[SampleState.LABELLED])))
        right = labelled.resolved.labels[1].centre
        corners = labelled.sample.landmarks[[36, 39]].mean(axis=0)

    # The canvas is centred on the middle of the eye; the arrow went half a pixel to the right.
    assert right == pytest.approx((corners[0] + 0.5, corners[1]), abs=0.12)


def test_two_browsers_share_the_work(browser: Any, store: Path) -> None:
    pages = [browser.new_page() for _ in range(2)]
    with served(store) as running:
        for number, one in enumerate(pages):
            one.set_default_timeout(PATIENCE_MS)
            one.goto(f"{running.address}&as=person{number}")
            wait_for(one, 0)
        for said in range(1, 6):
            for one in pages:
                one.keyboard.press("f")
                wait_for(one, said)
        for one in pages:
            one.close()
    with Store.open(store) as opened:
        events = list(opened.events())

    assert (len(events), len({event.sample_id for event in events})) == (10, 10)


def test_nothing_is_reported_wrong_by_the_browser(page: Any, store: Path) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    with served(store) as running:
        page.goto(running.address)
        wait_for(page, 0)
        for key in "?lgyr+-vm?":
            page.keyboard.press(key)
        press(page, "f", before=0)

    assert complaints == []


def test_the_address_is_of_this_computer_and_holds_the_token(store: Path) -> None:
    with served(store) as running:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{32,}", running.address)
