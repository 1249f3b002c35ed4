"""The entry point: what must be set before the libraries are loaded."""

from __future__ import annotations

import os
import subprocess
import sys

_LOOK = "import livecam.__main__, os, sys; print(os.environ['OPENBLAS_NUM_THREADS'], 'numpy' in sys.modules)"


def test_openblas_is_told_to_stay_in_one_thread_before_numpy_loads_it() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    told = subprocess.run([sys.executable, "-c", _LOOK], env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["1", "False"]
