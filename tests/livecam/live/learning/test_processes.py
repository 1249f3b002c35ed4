"""Processes beside a run: how their answers are read, and that they end."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from livecam.live.learning.processes import RunningCommand, StoreCommands
from tests.screen import wait_until


def answer(command: RunningCommand) -> object:
    try:
        wait_until(lambda: command.has_ended, "the end of a process")
        return command.answer()
    finally:
        command.end()


def test_the_answer_is_the_json_it_prints(tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text('{"round": 3}')

    assert answer(RunningCommand("json.tool", [str(tmp_path / "in.json")])) == {"round": 3}


def test_a_command_that_fails_answers_with_its_last_line() -> None:
    assert "no store here" in str(answer(RunningCommand("timeit", ["raise SystemExit('no store here')"])))


def test_what_is_looked_at_is_the_store_of_the_run(tmp_path: Path) -> None:
    said = answer(StoreCommands(tmp_path / "nowhere", None).look())

    assert str(said).startswith("there is no sample store in ")
    assert str(tmp_path / "nowhere") in str(said)


@pytest.mark.skipif(sys.platform == "win32", reason="priorities are told otherwise there")
def test_it_runs_at_the_lowest_priority_and_ends_when_it_is_told_to(tmp_path: Path) -> None:
    log = tmp_path / "rounds" / "learning.log"
    command = RunningCommand("timeit", ["-n1", "-r1", "-s", "import time", "time.sleep(600)"], log)
    process = command._process._process
    priority = os.getpriority(os.PRIO_PROCESS, process.pid)
    left = {0} if not hasattr(os, "sched_getaffinity") else _left_to_the_run(process.pid)
    command.end()

    assert (priority, process.returncode is not None, len(left)) == (19, True, 1)
    assert "a round begins" in log.read_text()


def _left_to_the_run(process: int) -> set[int]:
    mine = os.sched_getaffinity(0)
    return mine - os.sched_getaffinity(process) if len(mine) > 1 else {0}
