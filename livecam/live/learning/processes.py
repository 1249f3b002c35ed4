"""Other commands of ours beside a run: at the lowest priority, in a process group of their own, ended with the run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from livecam.core.runtime import available_cores

_LOWEST = 19
_PATIENCE = 5.0  # seconds between asking a process to end and ending it
LOG = Path("rounds") / "learning.log"


class BackgroundProcess:
    """A module that is run like `python -m`; a frame of the run comes first whenever both want a processor.

    OSError when it cannot be started.
    """

    def __init__(self, module: str, arguments: Sequence[str], log: IO[bytes]) -> None:
        self._output = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the process
        # -P: what lies in the working folder is not taken for a module of ours.
        command = [sys.executable, "-P", "-m", module, *arguments]
        cores = str(max(1, available_cores() - 1))
        environment = {**os.environ, "TF_NUM_INTRAOP_THREADS": cores, "TF_NUM_INTEROP_THREADS": "1"}
        environment |= {"OMP_NUM_THREADS": cores, "TF_CPP_MIN_LOG_LEVEL": "2"}
        pipes: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": self._output, "stderr": log}
        self._process = subprocess.Popen(command, env=environment, **pipes, **_apart())
        if sys.platform != "win32":
            with suppress(ProcessLookupError):
                os.setpriority(os.PRIO_PGRP, self._process.pid, _LOWEST)
                _leave_a_core(self._process.pid)

    @property
    def code(self) -> int | None:
        """How it ended; None while it runs."""
        return self._process.poll()

    def output(self) -> bytes:
        """What it printed; it has ended."""
        self._output.seek(0)
        return self._output.read()

    def end(self) -> None:
        """Asks it to end, with all it started, and sees to it; one that has ended is tidied up."""
        if self.code is None:
            self._signal(signal.SIGTERM)
            try:
                self._process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                self._signal(getattr(signal, "SIGKILL", signal.SIGTERM))
                self._process.wait()
        self._output.close()

    def _signal(self, number: int) -> None:
        if sys.platform == "win32":
            self._process.terminate()
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)


def _leave_a_core(process: int) -> None:
    """To the run alone, where there are several and the system lets that be said; so on two cores a round is one
    process, for it starts as many as it has cores."""
    if hasattr(os, "sched_setaffinity"):
        _, *others = sorted(os.sched_getaffinity(0))
        if others:
            os.sched_setaffinity(process, others)


def _apart() -> dict[str, Any]:
    """Ctrl-C in the terminal is heard by the run, which ends the others."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.IDLE_PRIORITY_CLASS | subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}


@dataclass(frozen=True, slots=True)
class StoreCommands:
    """What is asked of the sample store beside a run, each a process."""

    folder: Path
    database: str | None

    def look(self) -> RunningCommand:
        """`livecam queue stats`: what a round has and lacks."""
        arguments = ["queue", "stats", "--json", "--queue", str(self.folder)]
        return RunningCommand("livecam", [*arguments, *(["--queue-db", self.database] if self.database else [])])

    def begin_round(self) -> RunningCommand:
        """`livecam-train round`; what it says of its progress goes into a log of its own."""
        arguments = ["round", str(self.folder), "--json", *(["--db", self.database] if self.database else [])]
        return RunningCommand("training", arguments, self.folder / LOG)


class RunningCommand:
    """A command whose answer is JSON; OSError when it cannot be started."""

    def __init__(self, module: str, arguments: Sequence[str], log: Path | None = None) -> None:
        self._said: IO[bytes] = _opened(log)
        self._begun = self._said.tell()
        try:
            self._process = BackgroundProcess(module, arguments, self._said)
        except OSError:
            self._said.close()
            raise

    @property
    def has_ended(self) -> bool:
        return self._process.code is not None

    def answer(self) -> Mapping[str, Any] | str:
        """What it printed, or the line that says why it could not; it has ended."""
        try:
            if self._process.code == 0:
                content = json.loads(self._process.output())
                return dict(content)
        except (ValueError, TypeError):
            return "its answer is no JSON"
        return self._last_line() or f"it ended with {self._process.code}"

    def end(self) -> None:
        self._process.end()
        self._said.close()

    def _last_line(self) -> str:
        self._said.seek(self._begun)
        lines = self._said.read().decode(errors="replace").strip().splitlines()
        return lines[-1].strip().removeprefix("livecam: ").removeprefix("livecam-train: ") if lines else ""


def _opened(log: Path | None) -> IO[bytes]:
    if log is None:
        return tempfile.TemporaryFile()
    log.parent.mkdir(parents=True, exist_ok=True)
    stream = log.open("a+b")
    stream.write(f"{datetime.now(UTC).isoformat(timespec='seconds')} a round begins beside a run\n".encode())
    stream.flush()
    return stream
