"""Nothing that a store holds is lost on the way through a format and back."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from labeler.exchange import export, importing
from labeler.exchange.importing import external_edits
from labeler.exchange.registry import FORMATS
from labeler.formats.elements.interfaces import ExportItem, Format
from labeler.formats.elements.record import from_record
from labeler.formats.elements.report import ImportReport
from livecam.store.samples import ResolvedLabels
from livecam.store.store import Store
from tests.labeler.formats.made import entry, held, picture, plain, stores, written

NOW = datetime(2026, 6, 1, tzinfo=UTC)
EVERY = pytest.mark.parametrize("kind", Format)


def read_back(kind: Format, folder: Path) -> dict[str, ExportItem]:
    report = ImportReport()
    found = list(FORMATS[kind].read(folder, report))
    assert all(one.record is not None for one in found)
    assert report.lines() == []
    records = (from_record(one.record or {}) for one in found)
    return {sample.id: entry(sample, events) for sample, events in records}


@EVERY
@settings(max_examples=25, deadline=None)
@given(entries=stores())
def test_every_sample_and_event_comes_back_as_it_was(kind: Format, entries: tuple[ExportItem, ...]) -> None:
    with tempfile.TemporaryDirectory() as out:
        back = read_back(kind, written(entries, kind, Path(out)))

    assert {key: plain(one) for key, one in back.items()} == {one.sample.id: plain(one) for one in entries}


@EVERY
@settings(max_examples=25, deadline=None)
@given(entries=stores())
def test_labels_that_nobody_changed_are_said_by_nobody_anew(kind: Format, entries: tuple[ExportItem, ...]) -> None:
    with tempfile.TemporaryDirectory() as out:
        arrivals = importing.read(kind, written(entries, kind, Path(out)), now=NOW)

    assert [external_edits(one.found, one.sample, one.events, ResolvedLabels(), NOW) for one in arrivals] == [()] * len(
        entries
    )


@EVERY
@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(entries=stores())
def test_a_new_store_holds_the_same(kind: Format, entries: tuple[ExportItem, ...]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        one, out, other = (Path(folder) / name for name in ("one", "out", "other"))
        with Store.open(one) as store:
            fill(store, entries)
            export.export(store, kind, out)
            before = held(store)
        with Store.open(other) as store:
            importing.take_in(store, importing.read(kind, out, now=NOW), now=NOW)

            assert held(store) == before


def fill(store: Store, entries: tuple[ExportItem, ...]) -> None:
    pictures = [(one.sample, picture(number)) for number, one in enumerate(entries)]
    store.import_samples(pictures, [event for one in entries for event in one.events])
