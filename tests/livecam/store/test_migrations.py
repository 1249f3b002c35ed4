"""Stores of older programs are led to today's tables, with all that is in them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, insert, text
from sqlalchemy.schema import CreateIndex

from livecam.store import migrations, tables
from livecam.store.samples import LabelAction, LabelEvent, SampleState
from livecam.store.tables import UtcTimestamp, event_values, sample_values
from tests.fakes import make_sample
from tests.livecam.store.conftest import Place, on_connection

SCRIPTS = Path(migrations.__file__).parent  # type: ignore[arg-type]
ROOT = Path(__file__).parents[3]


ORDERED = ("samples_by_use", "samples_by_state")


def differences(connection: Connection) -> list[Any]:
    """Between the tables that are there and those that the program works with."""
    # Alembic cannot read SQLite's descending columns; these indexes are compared by themselves below.
    options = {"include_object": lambda _, name, *__: name not in ORDERED}
    return compare_metadata(MigrationContext.configure(connection, opts=options), tables.metadata)


def test_the_migrations_lead_to_the_tables_that_are_used(place: Place) -> None:
    place.open().close()

    assert on_connection(place, differences) == []


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", ORDERED)
def test_the_migrations_lead_to_the_order_that_is_used(place: Place, name: str) -> None:
    place.open().close()
    (index,) = [index for index in tables.samples.indexes if index.name == name]

    asked = text(f"SELECT sql FROM sqlite_master WHERE name = '{name}'")
    assert on_connection(place, lambda connection: connection.scalar(asked)) == str(CreateIndex(index))


def test_the_newest_migration_is_the_one_that_is_asked_for() -> None:
    assert ScriptDirectory(str(SCRIPTS)).get_current_head() == tables.REVISION


def test_names_of_migrations_sort_by_age() -> None:
    """By this a newer store is known."""
    newest_first = [script.revision for script in ScriptDirectory(str(SCRIPTS)).walk_revisions()]

    assert newest_first == sorted(newest_first, reverse=True)


def test_a_store_of_the_first_kind_keeps_all_it_holds(place: Place) -> None:
    sample, _ = make_sample()
    event = LabelEvent(sample.id, LabelAction.SKIP, "anna", when=sample.captured)
    (place.folder / "pictures").mkdir(parents=True)

    def make_old(connection: Connection) -> None:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(SCRIPTS))
        command.upgrade(config, "0001")
        there = {"picture_bytes": 1, "state": "skipped", "flagged": False, "lost": True}
        connection.execute(insert(tables.samples).values({**sample_values(sample), **there}))
        values = dict(event_values(event))
        # What later migrations added.
        del values["is_adjudication"], values["text"]
        names, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
        bound = {**values, "said_at": UtcTimestamp().process_bind_param(event.when, connection.dialect)}
        connection.execute(text(f"INSERT INTO events ({names}) VALUES ({marks})"), bound)

    on_connection(place, make_old)

    with place.open() as store:
        assert store.sample(sample.id).state is SampleState.SKIPPED
        assert [said.annotator for said in store.events()] == ["anna"]
    assert on_connection(place, differences) == []


def test_a_store_of_today_opens_without_alembic(tmp_path: Path) -> None:
    """It takes longer to import than everything else together."""
    asked = (
        "import sys; from pathlib import Path; from livecam.store.store import Store;"
        f"Store.open(Path({str(tmp_path / 'queue')!r})).close(); print('alembic' in sys.modules)"
    )

    said = [subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, cwd=ROOT, check=True).stdout]
    said += [subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, cwd=ROOT, check=True).stdout]

    assert said == ["True\n", "False\n"]


@pytest.mark.parametrize("module", ["livecam.store.samples", "livecam.store.location", "livecam.cli.main"])
def test_who_keeps_no_samples_does_not_wait_for_the_database(module: str) -> None:
    asked = f"import sys, {module}; print('sqlalchemy' in sys.modules)"

    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, cwd=ROOT, check=True)

    assert said.stdout == "False\n"
