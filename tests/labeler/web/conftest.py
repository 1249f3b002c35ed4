"""One browser for all tests of the page, and a page of it for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.labeler.web.browsing import CHROMIUM, FLAGS, PATIENCE_MS, served
from tests.labeler.web.portrait_store import fill


@pytest.fixture(scope="session")
def browser(playwright: Any) -> Iterator[Any]:
    opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield opened
    opened.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    opened = browser.new_page(viewport={"width": 1100, "height": 700}, locale="en-GB")
    opened.set_default_timeout(PATIENCE_MS)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def portraits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("portraits") / "queue"
    fill(folder, 120)
    return folder


@pytest.fixture(scope="session")
def address(portraits: Path) -> Iterator[str]:
    with served(portraits) as running:
        yield running.address


@pytest.fixture
def opened(browser: Any, address: str) -> Iterator[Callable[..., Any]]:
    """Opens the page for a person of that name; what a test opens ends with it."""
    contexts = []

    def opening(by: str, query: str = "", **context: Any) -> Any:
        contexts.append(
            browser.new_context(**{"viewport": {"width": 1100, "height": 700}, "locale": "en-GB", **context})
        )
        page = contexts[-1].new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(f"{address}&as={by}&{query}")
        page.wait_for_selector("body[data-said]")
        return page

    yield opening
    for context in contexts:
        context.close()
