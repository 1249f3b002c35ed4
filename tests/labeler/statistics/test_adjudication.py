"""Disputes: they are listed with what everybody says, and settled for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from labeler.cli import app
from labeler.session.actions import LabelingAction, LabelingMode, PlacePupil
from labeler.statistics.adjudication import disputed_samples, settle
from livecam.cli.program import run_program
from livecam.core.errors import SettingsError
from livecam.core.types import Point, Side
from livecam.store.samples import SampleState
from livecam.store.store import Store
from tests.labeler.session.person import Person
from tests.labeler.session.shelf import make_picture, make_sample


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Two samples; of the first bob says that ann's label is wrong."""
    with Store.open(tmp_path / "store") as store:
        for number in range(2):
            store.add(make_sample(number), make_picture(number))
        places = (PlacePupil(Side.LEFT, Point(112, 50)), PlacePupil(Side.RIGHT, Point(52, 50)), LabelingAction.ACCEPT)
        Person(store, by="ann").wishes(*places * 2).leaves()  # type: ignore[arg-type]
        wishes = (LabelingAction.REJECT, LabelingAction.ACCEPT)
        Person(store, LabelingMode.REVIEW, by="bob").wishes(*wishes).leaves()  # type: ignore[arg-type]
        yield store


def test_a_dispute_is_listed_with_what_everybody_says(store: Store) -> None:
    ((stored, said),) = disputed_samples(store)

    assert stored.sample.id == make_sample(0).id
    assert [(one.annotator, one.stands) for one in said] == [("ann", True), ("bob", False)]


@pytest.mark.parametrize(("winner", "state"), [("ann", SampleState.LABELLED), ("bob", SampleState.REJECTED)])
def test_what_is_settled_counts_for_everybody(store: Store, winner: str, state: SampleState) -> None:
    settled = settle(store, make_sample(0).id, winner, "eva")

    assert (settled.resolved.state, settled.resolved.annotator) == (state, "eva")
    assert list(disputed_samples(store)) == []


def test_only_whom_the_settings_name_settles(store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config, sample_id = tmp_path / "livecam.toml", make_sample(0).id
    config.write_text('[label]\nadjudicators = ["eva"]\n')

    def by(name: str, *options: str) -> tuple[int, str]:
        words = ("adjudicate", str(store.folder), sample_id, "--for", "ann", "--as", name, *options)
        with pytest.raises(SystemExit) as ended:
            run_program(app, words)
        return int(ended.value.code or 0), "".join(capsys.readouterr())

    refused, words = by("bob", "--config", str(config))
    assert (refused, len(list(disputed_samples(store)))) == (2, 1)
    assert "'bob' is no adjudicator; label.adjudicators names eva" in words
    done, words = by("eva", "--config", str(config))
    assert (done, list(disputed_samples(store))) == (0, [])
    assert "anybody" not in words
    config.write_text("")
    assert "anybody may settle" in by("bob", "--config", str(config))[1]


def test_who_said_nothing_cannot_be_right(store: Store) -> None:
    with pytest.raises(SettingsError, match="ann, bob"):
        settle(store, make_sample(0).id, "carl", "eva")
