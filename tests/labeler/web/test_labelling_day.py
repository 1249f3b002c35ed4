"""A labelling day: review 100, annotate 50, import, correct, export in a browser and by commands, a second person in a
window, adjudication; every label that is in the store at its end is the one that was given last."""

from __future__ import annotations

import csv
import math
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from labeler.cli import app
from labeler.session.actions import LabelingAction
from labeler.statistics.report import compute_statistics
from livecam.cli.program import run_program
from livecam.core.types import Point, Side
from livecam.store.samples import IMPORTED, SampleState
from livecam.store.search import SampleFilter
from livecam.store.store import Store
from tests.labeler.session.person import Person
from tests.labeler.web.browsing import PATIENCE_MS, needs_a_browser, sample, served, wait_for
from tests.labeler.web.portrait_store import UNIT, fill, truth
from tests.screen import Screen, needs_a_screen, wait_until

REVIEWED, ANNOTATED, SECOND, BROUGHT = 100, 50, 12, 3
AGREED = 0.025  # pupil distances
EYE_REGION, LEAST_SCALE = 0.78, 8.0  # as the page shows an eye

pytestmark = [*needs_a_browser, pytest.mark.slow, pytest.mark.timeout(900)]


def command(*words: object) -> None:
    with pytest.raises(SystemExit) as ended:
        run_program(app, [str(word) for word in words])
    assert (ended.value.code or 0) == 0


def review(page: Any, numbers: dict[str, int]) -> None:
    """True where both circles are on their irises, as a person sees it; eyes without one are wrong."""
    for count in range(1, REVIEWED + 1):
        number = numbers[sample(page)]
        right = abs(2.5 * math.sin(number)) < AGREED * UNIT and number % 9 != 8
        page.keyboard.press("f" if right else "d")
        wait_for(page, count)


def annotate(page: Any, numbers: dict[str, int]) -> None:
    """Clicks both irises; the second click accepts and goes on."""
    for count in range(1, ANNOTATED + 1):
        number = numbers[sample(page)]
        page.mouse.click(*on_the_page(page, Side.RIGHT, number))
        page.wait_for_selector("#right-says .kept")
        page.mouse.click(*on_the_page(page, Side.LEFT, number))
        wait_for(page, count)


def on_the_page(page: Any, side: Side, number: int) -> tuple[float, float]:
    """Where the iris of a sample is on the page, whose canvases show the middles of the eyes."""
    box = page.locator(f"#{side.value}").bounding_box()
    scale = max(LEAST_SCALE, box["width"] / (EYE_REGION * UNIT))
    aim, middle = truth(number, side), eye_middle(number, side)
    x, y = (aim.x - middle.x) * scale, (aim.y - middle.y) * scale
    return box["x"] + box["width"] / 2 + x, box["y"] + box["height"] / 2 + y


def eye_middle(number: int, side: Side) -> Point:
    """As the landmarks of the store's samples have it: half a pupil distance beside the middle, level."""
    right, left = truth(number, Side.RIGHT), truth(number, Side.LEFT)
    half = UNIT / 2 if side is Side.LEFT else -UNIT / 2
    return Point((right.x + left.x) / 2 + half, (right.y + left.y) / 2)


def brought(folder: Path, first: int) -> Path:
    """What another store exported: samples that the day's store does not have, labelled by eve."""
    ids = fill(folder / "other", first + BROUGHT)
    with Store.open(folder / "other") as store:
        store.remove(ids[:first])
        Person(store, by="eve").wishes(*[LabelingAction.BOTH_CLOSED] * BROUGHT).leaves()  # type: ignore[arg-type]
    command("export", folder / "other", folder / "coco", "--format", "coco")
    return folder / "coco"


def corrected(exported: Path) -> tuple[str, float]:
    """Moves one point of a table by a pixel, as somebody does in another program; its picture and new place."""
    table = exported / "pupils.csv"
    with table.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    row = next(row for row in rows if row["side"] == "right" and row["sample_state"] == "labelled" and row["x"])
    row["x"] = str(float(row["x"]) + 1)
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return row["picture"], float(row["x"])


def second_person(screen: Screen, store: Path) -> None:
    """Bob judges in a window what others have judged, not told what they said, and calls one in three wrong."""
    words = ("review", str(store), "--as", "bob", "--repeats", "0", "--overlap", "1")
    program = screen.start("-c", "from labeler.cli import main; main()", *words, folder=store.parent)
    screen.painted("livecam-label")
    with Store.open(store) as opened:
        for count in range(SECOND):
            screen.press("d" if count % 3 == 0 else "f", title="livecam-label")
            wait_until(lambda count=count: len(tuple(opened.events(annotator="bob"))) > count, f"decision {count + 1}")
    screen.press("Escape", title="livecam-label")
    program.communicate(timeout=60)


@needs_a_screen
def test_a_day_ends_with_the_labels_that_were_given_last(browser: Any, screen: Screen, tmp_path: Path) -> None:
    store, count = tmp_path / "queue", REVIEWED + ANNOTATED
    numbers = {sample_id: number for number, sample_id in enumerate(fill(store, count))}
    with served(store, 0, "--carry", "0") as running:
        for mode, work in (("review", review), ("annotate", annotate)):
            page = browser.new_page(viewport={"width": 1366, "height": 768})
            page.set_default_timeout(PATIENCE_MS)
            page.goto(f"{running.address}&mode={mode}&as={'rae' if mode == 'review' else 'ann'}")
            wait_for(page, 0)
            work(page, numbers)
            page.close()

    command("import", store, brought(tmp_path, count), "--format", "coco")
    command("export", store, tmp_path / "table", "--format", "csv")
    picture, place = corrected(tmp_path / "table")
    command("import", store, tmp_path / "table", "--format", "csv")
    second_person(screen, store)
    disputed = settle_all(store)

    with Store.open(store) as opened:
        found = compute_statistics(opened)
        errors = placed_errors(opened, numbers)
        (moved,) = [sample_id for sample_id in numbers if sample_id[:12] in picture]
        (change,) = [label for label in opened.sample(moved).resolved.labels if label.side is Side.RIGHT]
        closed = opened.search(SampleFilter(person="eve"))
        states = {stored.state for stored in opened.load(closed)}
        assert opened.sample(moved).resolved.annotator in {IMPORTED, "chief"}
    people = found["people"]
    assert (people["rae"]["n"], people["ann"]["n"], people["bob"]["n"]) == (REVIEWED, ANNOTATED, SECOND)
    assert (len(closed), states) == (BROUGHT, {SampleState.LABELLED})
    assert change.centre is not None
    assert change.centre.x == pytest.approx(place, abs=0.02)
    assert statistics.median(errors) < AGREED
    assert (bool(disputed), found["disputed"]) == (True, 0)


def settle_all(store: Path) -> Sequence[str]:
    """The chief lets the label that stands stand, wherever people disagree."""
    with Store.open(store) as opened:
        disputed = opened.search(SampleFilter(disputed=True))
        owners = {stored.sample.id: stored.resolved.annotator for stored in opened.load(disputed)}
    for sample_id, owner in owners.items():
        command("adjudicate", store, sample_id, "--for", owner, "--as", "chief")
    return disputed


def placed_errors(store: Store, numbers: dict[str, int]) -> list[float]:
    """Of what ann placed, in pupil distances."""
    return [
        math.dist(label.centre, truth(numbers[stored.sample.id], label.side)) / UNIT
        for stored in store.samples(states=[SampleState.LABELLED])
        if stored.resolved.annotator == "ann"
        for label in stored.resolved.labels
        if label.centre is not None and label.moved
    ]
