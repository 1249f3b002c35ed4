"""Paths on the command line are expanded where no shell has done it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from livecam.cli.path_arguments import ExpandingGroup

app = typer.Typer(cls=ExpandingGroup)


@app.command()
def show(path: Path, out: Annotated[str, typer.Option()] = "") -> None:
    print(f"{path}|{out}")


@app.callback()
def _group() -> None:
    """So that there are commands."""


def said(*arguments: str) -> str:
    return CliRunner().invoke(app, ["show", *arguments]).output.strip()


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/anna")
    monkeypatch.setenv("USERPROFILE", "/home/anna")
    monkeypatch.setenv("CLIPS", "/clips")


def test_an_argument_and_a_flag_are_expanded() -> None:
    assert said("~/a", "--out", "$CLIPS/b") == "/home/anna/a|/clips/b"


def test_a_flag_with_its_value_behind_an_equals_sign_is_expanded() -> None:
    assert said("${CLIPS}", "--out=~/b") == "/clips|/home/anna/b"


def test_a_variable_that_is_not_set_stays() -> None:
    assert said("$NO_SUCH_THING/a") == "$NO_SUCH_THING/a|"


def test_an_address_stays() -> None:
    assert said("a", "--out", "postgresql://anna:$CLIPS@host/db") == "a|postgresql://anna:$CLIPS@host/db"


@pytest.mark.parametrize("module", ["livecam.cli.main", "labeler.cli", "training.cli.main"])
def test_every_command_line_expands(module: str) -> None:
    imported = __import__(module, fromlist=["app"])

    assert imported.app.info.cls is ExpandingGroup
