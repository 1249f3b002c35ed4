"""Drawn faces as known samples: true to the pixel, mixed in, judged, and kept from what models learn."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from labeler.cli import app
from labeler.session.actions import LabelingAction, LabelingMode, OpenSample, PlacePupil
from labeler.statistics.drawn_gold import add_drawn_gold
from labeler.statistics.report import compute_statistics
from livecam.cli.program import run_program
from livecam.core.types import Point, Side
from livecam.store.judging import usable
from livecam.store.samples import DRAWN
from livecam.store.store import Store
from tests.labeler.session.person import Person
from tests.labeler.session.shelf import make_picture, make_sample


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "store") as opened:
        opened.add(make_sample(), make_picture())
        yield opened


def test_the_command_adds_new_ones_each_time_and_nothing_learns_from_them(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        with pytest.raises(SystemExit) as ended:
            run_program(app, ["gold", str(store.folder), "--drawn", "6"])
        assert (ended.value.code or 0, capsys.readouterr().out) == (0, "livecam-label: 6 drawn samples are known\n")

    known = store.load(store.gold_samples("ann"))
    assert len(known) == 12
    assert not any(usable(stored.sample, stored.resolved) for stored in known)
    assert compute_statistics(store)["finders"]["all"] == {}


def test_the_iris_is_dark_where_the_truth_says_and_lies_off_the_middle(store: Store) -> None:
    add_drawn_gold(store, 8)
    off = []
    for stored in store.load(store.gold_samples("ann")):
        picture = store.picture(stored.sample.id).astype(float).mean(axis=2)
        for label in stored.resolved.labels:
            if label.centre is None or label.radius is None:
                continue
            rows, columns = np.mgrid[: picture.shape[0], : picture.shape[1]]
            away = np.hypot(columns - label.centre.x, rows - label.centre.y) / label.radius
            beside = (away > 1.3) & (away < 2) & (np.abs(rows - label.centre.y) < 0.4 * label.radius)
            assert picture[away < 0.6].mean() < picture[beside].mean()
            lids = stored.sample.landmarks[36:42] if label.side is Side.RIGHT else stored.sample.landmarks[42:48]
            off.append(math.dist(label.centre, lids[[0, 3]].mean(axis=0)) / label.radius)

    assert max(off) > 0.5  # the answer is not the middle of what is shown


def test_answers_to_drawn_faces_are_measured(store: Store) -> None:
    add_drawn_gold(store, 20)
    ids = store.gold_samples("ann")
    person = Person(store, LabelingMode.REVIEW)  # type: ignore[arg-type]
    for sample_id in ids:
        person.wishes(OpenSample(sample_id), LabelingAction.ACCEPT)
    person.leaves()

    gold = compute_statistics(store)["people"]["ann"]["gold"]
    assert gold["n"] == 20
    assert gold["share"] == 0.5
    assert DRAWN in compute_statistics(store)["people"]


@pytest.mark.parametrize("mode", LabelingMode)
@pytest.mark.parametrize("overlap", [0.0, 1.0])
def test_nobody_is_asked_for_drawn_faces_as_overlap_or_for_a_second_opinion(
    store: Store, mode: LabelingMode, overlap: float
) -> None:
    add_drawn_gold(store, 6)
    both = (PlacePupil(Side.RIGHT, Point(52, 50)), PlacePupil(Side.LEFT, Point(112, 50)))
    for by in ("ann", "bob"):
        person = Person(store, mode, by=by, settings={"overlap": overlap})  # type: ignore[arg-type]
        asked = person.session.assignment
        assert asked is not None
        assert asked.sample_id == make_sample().id
        assert person.session.left <= 1
        person.wishes(*(both if mode is LabelingMode.ANNOTATE else ()), LabelingAction.ACCEPT)
        assert (person.session.item, person.session.left) == (None, 0)
        person.leaves()
