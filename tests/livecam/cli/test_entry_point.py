"""The entry point: what must be set before the libraries are loaded."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from livecam.cli.loading import insistent_interrupt

_LOOK = "import livecam.__main__, os, sys; print(os.environ['OPENBLAS_NUM_THREADS'], 'numpy' in sys.modules)"


def test_openblas_is_told_to_stay_in_one_thread_before_numpy_loads_it() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    told = subprocess.run([sys.executable, "-c", _LOOK], env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["1", "False"]


_INTERRUPTED = """
import os, signal, sys

class Interrupting:
    def find_spec(self, name, *rest):
        if name == "typer":
            try:
                os.kill(os.getpid(), signal.SIGINT)
            except KeyboardInterrupt:
                raise ImportError("as NumPy calls it")

sys.meta_path.insert(0, Interrupting())
from {0}.__main__ import main
main()
"""


@pytest.mark.kills
@pytest.mark.parametrize("program", ["livecam", "labeler", "training"])
def test_ctrl_c_while_it_loads_ends_it_without_a_word(program: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _INTERRUPTED.format(program)], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_ctrl_c_that_is_lost_while_an_object_is_finalised_is_told_again() -> None:
    class Interrupted:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)

    def wait_once_it_is_lost() -> None:
        with insistent_interrupt(0.05):
            Interrupted()
            time.sleep(20)

    with pytest.raises(KeyboardInterrupt):
        wait_once_it_is_lost()
    assert signal.getsignal(signal.SIGINT) is before
