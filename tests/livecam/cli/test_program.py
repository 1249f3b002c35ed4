"""What the three command lines share: paths, help at any width, the version, and one line for what went wrong."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from livecam.cli.program import ExpandingGroup

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


PROGRAMS = {"livecam": "livecam.cli.main", "livecam-label": "labeler.cli", "livecam-train": "training.cli.main"}


@pytest.mark.parametrize(("name", "module"), PROGRAMS.items())
def test_every_command_line_expands_and_knows_its_version_and_h(name: str, module: str) -> None:
    program = importlib.import_module(module).app

    assert program.info.cls is ExpandingGroup
    assert CliRunner().invoke(program, ["--version"]).output.startswith(f"{name} ")
    assert "--version" in CliRunner().invoke(program, ["-h"]).output


def run_livecam(*arguments: str, output: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    with Path(output or os.devnull).open("w") as sink:
        return subprocess.run(
            [sys.executable, "-m", "livecam", *arguments],
            env=os.environ | environment,
            stdout=sink if output else subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )


def test_help_in_forty_columns_is_whole_and_says_the_defaults() -> None:
    lines = run_livecam("run", "-h", COLUMNS="40").stdout.splitlines()

    assert not [line for line in lines if "│" in line or re.search(r"\w…", line)]
    assert {"--source", "--trigger", "--queue-db"} <= {word for line in lines for word in line.split()}
    assert "(saucer)]" in "".join(lines)


@pytest.mark.skipif(os.name != "posix", reason="needs a shell that closes streams")
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&- <&-"])
def test_closed_streams_are_no_error_and_no_file_takes_their_place(closed: str, tmp_path: Path) -> None:
    line = f'"$0" -m livecam config --write settings.toml {closed}'
    done = subprocess.run(["sh", "-c", line, sys.executable], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert "written" not in (tmp_path / "settings.toml").read_text()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_behind_the_output_is_one_line() -> None:
    done = run_livecam("config", output="/dev/full")

    assert (done.returncode, done.stderr) == (2, "livecam: the output: No space left on device\n")
