"""A labelling day in a real browser, at a person's speed: reviews and annotates a store, and tells seconds a sample.

    python -m tests.labeler.web.labelling_day [--review 60] [--annotate 30]

The person sees a picture when it is painted, judges it, and acts. Times are those of Card, Moran and Newell (1983): a
perceptual and a cognitive step with a choice, a keystroke of a practised typist; pointing follows Fitts' law for a
mouse. A click misses the iris' middle by a fifth of its radius; what is further off than people agree is corrected by
arrows.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from livecam.core.types import Point, Side
from tests.labeler.web.browsing import CHROMIUM, FLAGS, PATIENCE_MS, served
from tests.labeler.web.portrait_store import RADIUS, UNIT, fill, truth

LOOK_S = 0.34  # to see a picture (100 ms), to choose one of two answers (170 ms), to start a movement (70 ms)
KEY_S = 0.12  # a keystroke
AGAIN_S = 0.24  # to see what became of it, and that it is right
POINT_S, PER_BIT_S = 0.1, 0.12  # Fitts' law for a mouse
MISS = 0.2  # radii that a click is off, one standard deviation each way
AGREED = 0.025  # pupil distances: what is closer is right for a person
ARROW_PX = 0.5  # of the picture
EYE_REGION, LEAST_SCALE = 0.78, 8.0  # as the page shows an eye
_PLACED = "([id, kept]) => document.body.dataset.sample !== id || document.querySelector(kept)"


@dataclass
class Worker:
    """One person before one page."""

    page: Any
    numbers: dict[str, int]  # of the samples, by id
    state: dict[str, Any] = field(default_factory=dict)
    actions: int = 0
    pointer: tuple[float, float] = (550.0, 350.0)
    random: np.random.Generator = field(default_factory=lambda: np.random.default_rng(7))

    def __post_init__(self) -> None:
        self.page.on("response", self._heard)

    def review(self, count: int) -> list[float]:
        """Seconds of each sample: right when both circles are on their irises."""
        return [self._timed(self._judge) for _ in range(count)]

    def annotate(self, count: int) -> list[float]:
        return [self._timed(self._place_both) for _ in range(count)]

    def _timed(self, work: Any) -> float:
        shown = self._shown()
        begin = time.perf_counter()
        work()
        self.page.wait_for_function("(id) => document.body.dataset.sample !== id", arg=shown)
        return time.perf_counter() - begin

    def _judge(self) -> None:
        self._pass(LOOK_S)
        number = self.numbers[self._shown()]
        right = abs(2.5 * math.sin(number)) < AGREED * UNIT
        self._key("f" if right else "d")

    def _place_both(self) -> None:
        shown = self._shown()
        self._pass(LOOK_S)
        self._click(*self._point(Side.RIGHT))
        second = self._point(Side.LEFT)
        self._correct(Side.RIGHT, shown)  # which was judged on the way to the second
        self._click(*second)
        self.page.wait_for_function(_PLACED, arg=[shown, f"#{Side.LEFT.value}-says .kept"])
        if self._shown() != shown:
            return  # the page went on by itself
        self._pass(AGAIN_S)
        self._correct(Side.LEFT, shown)
        self._key("Enter")

    def _point(self, side: Side) -> tuple[float, float]:
        """Moves the mouse to an iris, nearly."""
        aim = truth(self.numbers[self._shown()], side)
        off = self.random.normal(size=2) * MISS * RADIUS
        x, y = self._on_the_page(side, Point(aim.x + off[0], aim.y + off[1]))
        distance = math.hypot(x - self.pointer[0], y - self.pointer[1])
        width = 2 * RADIUS * self._scale(side) * 0.5
        self._pass(POINT_S + PER_BIT_S * math.log2(distance / width + 1))
        self.pointer = x, y
        return x, y

    def _click(self, x: float, y: float) -> None:
        self.page.mouse.click(x, y)
        self.actions += 1

    def _pass(self, seconds: float) -> None:
        """Lets time go by, while what the server answers is heard."""
        self.page.wait_for_timeout(1000 * seconds)

    def _correct(self, side: Side, shown: str) -> None:
        """Looks whether the circle lies right, and moves it where it does not."""
        while not (said := self._said(side)):
            self.page.wait_for_timeout(2)
        aim = truth(self.numbers[shown], side)
        dx, dy = aim.x - said["x"], aim.y - said["y"]
        if math.hypot(dx, dy) < AGREED * UNIT:
            return
        if self.state["eye"] != side.value:
            self._key("t")
        for name, steps in (("Right" if dx > 0 else "Left", abs(dx)), ("Down" if dy > 0 else "Up", abs(dy))):
            for _ in range(round(steps / ARROW_PX)):
                self._key(f"Arrow{name}")

    def _said(self, side: Side) -> dict[str, Any] | None:
        return next(eye["said"] for eye in self.state["sample"]["eyes"] if eye["side"] == side.value)

    def _key(self, name: str) -> None:
        self._pass(KEY_S)
        self.page.keyboard.press(name)
        self.actions += 1

    def _shown(self) -> str:
        return str(self.page.evaluate("document.body.dataset.sample"))

    def _scale(self, side: Side) -> float:
        box = self.page.locator(f"#{side.value}").bounding_box()
        return max(LEAST_SCALE, box["width"] / (EYE_REGION * self.state["sample"]["unit"]))

    def _on_the_page(self, side: Side, point: Point) -> tuple[float, float]:
        box, scale = self.page.locator(f"#{side.value}").bounding_box(), self._scale(side)
        middle = next(eye["middle"] for eye in self.state["sample"]["eyes"] if eye["side"] == side.value)
        x, y = (point.x - middle[0]) * scale, (point.y - middle[1]) * scale
        return box["x"] + box["width"] / 2 + x, box["y"] + box["height"] / 2 + y

    def _heard(self, response: Any) -> None:
        if "/api/wish" in response.url or "/api/open" in response.url:
            self.state = response.json()


def day(review: int, annotate: int) -> dict[str, float]:
    """Seconds a sample at the median, actions a sample, and milliseconds from a key to the next picture's painting."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        ids = fill(Path(folder) / "queue", review + annotate + 20)
        numbers = {sample_id: number for number, sample_id in enumerate(ids)}
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        with served(Path(folder) / "queue") as running:
            found: dict[str, float] = {}
            for mode, count in (("review", review), ("annotate", annotate)):
                page = browser.new_page(viewport={"width": 1366, "height": 768})
                page.set_default_timeout(PATIENCE_MS)
                worker = Worker(page, numbers)
                page.goto(f"{running.address}&mode={mode}&as={mode}")
                page.wait_for_selector("body[data-said]")
                seconds = worker.review(count) if mode == "review" else worker.annotate(count)
                found[f"{mode}_seconds"] = round(statistics.median(seconds), 3)
                found[f"{mode}_actions"] = round(worker.actions / count, 2)
                painted = page.evaluate("performance.getEntriesByName('key to painted').map((one) => one.duration)")
                if mode == "review" and painted:
                    found["key_to_painted_ms"] = round(statistics.median(painted), 1)
                page.close()
        browser.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--review", type=int, default=60)
    parser.add_argument("--annotate", type=int, default=30)
    chosen = parser.parse_args()
    print(json.dumps(day(chosen.review, chosen.annotate)))


if __name__ == "__main__":
    main()
