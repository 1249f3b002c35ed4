"""Runs the command line as a user would, inside the test's own process."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from livecam.cli.main import main


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


class Program:
    """`program("locate", "a.png", "--json")` is `livecam locate a.png --json`."""

    def __init__(self, capture: pytest.CaptureFixture[str]) -> None:
        self._capture = capture

    def __call__(self, *arguments: object) -> Outcome:
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        out, err = self._capture.readouterr()
        return Outcome(ended.value.code if isinstance(ended.value.code, int) else 1, out, err)
