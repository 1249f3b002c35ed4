"""What somebody changed in another tool comes back as said by `import`, on top of what was there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from labeler.exchange import export
from labeler.formats.elements.interfaces import Format
from livecam.core.types import Point, Side
from livecam.store.samples import EyeLabel, LabelAction, LabelEvent, SampleState
from livecam.store.store import Store
from tests.labeler.formats.foreign import bring
from tests.labeler.formats.made import labelled, picture, placed, says

ONE = labelled(0, *placed())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "store") as store:
        store.import_samples([(ONE.sample, picture(0))], ONE.events)
        yield store


def edited(store: Store, tmp_path: Path, old: str, new: str) -> Path:
    """The only labelme file of an export, after somebody was at it."""
    export.export(store, Format.LABELME, tmp_path / "out")
    (file,) = (tmp_path / "out").glob("*.json")
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")
    return tmp_path / "out"


def labels(store: Store) -> tuple[EyeLabel, ...]:
    return store.sample(ONE.sample.id).resolved.labels


MOVED = ("[[8.0,6.75]]", "[[9.0,6.75]]")


def test_a_point_that_was_moved_is_moved(store: Store, tmp_path: Path) -> None:
    bring(store, Format.LABELME, edited(store, tmp_path, *MOVED))

    assert labels(store)[0].centre == Point(8.5, 6.25)


def test_the_other_eye_stays(store: Store, tmp_path: Path) -> None:
    before = labels(store)[1]
    bring(store, Format.LABELME, edited(store, tmp_path, *MOVED))

    assert labels(store)[1] == before


def test_a_change_comes_in_once(store: Store, tmp_path: Path) -> None:
    out = edited(store, tmp_path, *MOVED)
    bring(store, Format.LABELME, out)
    bring(store, Format.LABELME, out)

    assert [event.annotator for event in store.events()].count("import") == 3


def test_what_was_said_before_is_still_there(store: Store, tmp_path: Path) -> None:
    before = tuple(store.events())
    bring(store, Format.LABELME, edited(store, tmp_path, *MOVED))

    assert tuple(store.events())[: len(before)] == before


def test_an_eye_that_was_opened_is_open(store: Store, tmp_path: Path) -> None:
    out = edited(store, tmp_path, '"right_closed":true', '"right_closed":false')
    bring(store, Format.LABELME, out)

    assert [label.side for label in labels(store)] == [Side.LEFT]


def test_a_figure_that_was_rounded_is_no_change(store: Store, tmp_path: Path) -> None:
    bring(store, Format.LABELME, edited(store, tmp_path, "[[8.0,6.75]]", "[[8.01,6.74]]"))

    assert "import" not in {event.annotator for event in store.events()}


def test_labels_that_are_gone_are_not_taken_back(store: Store, tmp_path: Path) -> None:
    export.export(store, Format.COCO, tmp_path / "out")
    (file,) = (tmp_path / "out").rglob("*.json")
    content: dict[str, Any] = json.loads(file.read_text())
    file.write_text(json.dumps(content | {"annotations": []}))
    before = labels(store)
    bring(store, Format.COCO, tmp_path / "out")

    assert labels(store) == before


def test_what_was_said_here_meanwhile_stands(store: Store, tmp_path: Path) -> None:
    export.export(store, Format.CSV, tmp_path / "out")
    store.append_events([LabelEvent(ONE.sample.id, LabelAction.REJECT, ONE.events[0].annotator)])
    bring(store, Format.CSV, tmp_path / "out")

    assert store.sample(ONE.sample.id).state is SampleState.REJECTED


def test_a_verdict_that_was_turned_is_turned(store: Store, tmp_path: Path) -> None:
    other = labelled(1, says(LabelAction.ACCEPT))
    store.import_samples([(other.sample, picture(1))], other.events)
    export.export(store, Format.ANNOTATION, tmp_path / "out")
    file = tmp_path / "out" / "annotation.json"
    file.write_text(file.read_text().replace('"class": 1', '"class": 0'))
    bring(store, Format.ANNOTATION, tmp_path / "out")

    assert store.sample(other.sample.id).state is SampleState.REJECTED
