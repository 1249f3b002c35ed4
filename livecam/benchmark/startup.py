"""Start-up time and peak memory, measured in a fresh interpreter."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from livecam.core.errors import SourceError
from livecam.settings import Settings

_STARTS = 3


class ColdStartRequest(BaseModel):
    """What a fresh interpreter is to do."""

    model_config = ConfigDict(frozen=True)

    settings: Settings
    source: str
    size: tuple[int, int]
    frames: int


@dataclass(frozen=True, slots=True)
class ColdStart:
    startup_s: float  # from starting the interpreter to the first drawn frame, median of three
    peak_mb: float  # resident memory


def measure_cold_start(start: ColdStartRequest) -> ColdStart:
    """Starts `python -m livecam.benchmark` three times; what it says in its last line is what it measured."""
    runs = [_once(start) for _ in range(_STARTS)]
    return ColdStart(statistics.median(run.startup_s for run in runs), statistics.median(run.peak_mb for run in runs))


def _once(start: ColdStartRequest) -> ColdStart:
    command = [sys.executable, "-m", "livecam.benchmark", start.model_dump_json()]
    begun = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SourceError(f"a fresh start failed: {done.stderr.strip()[-500:]}")
    said = json.loads(done.stdout.splitlines()[-1])
    return ColdStart(said["first_drawn"] - begun, said["peak_mb"])


def peak_mb() -> float:
    """The most memory this process has had, MB; 0 where the system does not tell."""
    status = Path("/proc/self/status")
    if status.exists():
        # Unlike ru_maxrss this does not count what the process was before it became this program.
        line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1000
    try:
        import resource
    except ImportError:
        return 0.0  # Windows does not tell this way
    # Linux counts in kB, macOS in bytes.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
