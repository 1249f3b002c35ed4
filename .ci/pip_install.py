"""Runs `pip install` for the set-up and tells how far it is: a line that is renewed on a terminal, a line now and then
elsewhere. Only the standard library, for nothing is installed yet.

    python3 .ci/pip_install.py VENV ARGUMENTS_OF_PIP_INSTALL...
"""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import IO

QUIET_SECONDS = 10.0
# What pip and its libraries say when no registry can be reached.
NO_NETWORK = re.compile(
    r"NewConnectionError|ConnectTimeout|ReadTimeout|NameResolution|Name or service not known|Network is unreachable"
    r"|Temporary failure in name resolution|Connection (refused|aborted|reset)|ProxyError|Could not fetch URL"
)
NO_SPACE = re.compile(r"No space left on device|Errno 28|Disk quota exceeded")
_UNITS = {"bytes": 1e-6, "kB": 1e-3, "MB": 1.0, "GB": 1e3}
_FETCHED = re.compile(r"(?:Downloading|Using cached) (\S+?)(?: \(([\d.]+) (bytes|kB|MB|GB)\))?$")
_INSTALLING = "Installing collected packages: "


class Installation:
    """What is known of a running `pip install` by the lines it prints."""

    def __init__(self, site_packages: Path) -> None:
        self._site_packages = site_packages
        self.named: set[str] = set()  # that were looked up
        self.megabytes: dict[str, float] = {}  # of the wheels that were fetched, by package
        self.wanted: tuple[str, ...] = ()  # to be put into the environment, in this order
        self.last = ""  # what was looked up or fetched last

    def read(self, line: str) -> None:
        line = line.strip()
        if line.startswith("Collecting "):
            self.last = re.split(r"[ <>=!~;\[]", line.removeprefix("Collecting "))[0]
            self.named.add(_normal(self.last))
        elif (fetched := _FETCHED.match(line)) and not fetched[1].endswith(".metadata"):
            self.last = fetched[1].rpartition("/")[2].partition("-")[0]
            self.megabytes[_normal(self.last)] = float(fetched[2] or 0) * _UNITS.get(fetched[3], 0)
        elif line.startswith(_INSTALLING):
            self.wanted = tuple(_normal(name) for name in line.removeprefix(_INSTALLING).split(", "))

    def installed(self) -> list[str]:
        """Those of `wanted` that are there."""
        there = {_normal(path.name.partition("-")[0]) for path in self._site_packages.glob("*.dist-info")}
        return [name for name in self.wanted if name in there]

    def share(self) -> float:
        """How much of what is wanted is there, 0..1, a large package for more than a small one."""
        weights = {name: 1 + self.megabytes.get(name, 0.0) for name in self.wanted}
        return sum(weights[name] for name in self.installed()) / (sum(weights.values()) or 1.0)

    def fetching(self) -> str:
        """What is done before anything is installed."""
        of_all = f"{len(self.megabytes)} of at least {len(self.named)} packages" if self.megabytes else "looking up"
        size = f", {sum(self.megabytes.values()):.0f} MB" if self.megabytes else ""
        return f"{of_all}{size}{f', now {self.last}' if self.last else ''}"


class Report:
    """Tells a person about it, on standard error."""

    def __init__(self, stream: IO[str], clock: Callable[[], float] = time.monotonic) -> None:
        self._stream, self._clock = stream, clock
        self._begun = self._said = clock()
        self._installing: float | None = None  # since when
        self._before = 0.0  # of what is wanted, as another version
        self._terminal = stream.isatty()

    def tell(self, installation: Installation) -> None:
        if installation.wanted and self._installing is None:
            self._installing, self._before = self._clock(), installation.share()
            self._said = -QUIET_SECONDS  # at once
        now = self._clock()
        if not self._terminal and now - self._said < QUIET_SECONDS:
            return
        self._said = now
        elapsed = _clocked(now - self._begun)
        if self._installing is None:
            self._write(f"livecam: {elapsed}  fetching: {installation.fetching()}")
            return
        share = installation.share()
        rate = (share - self._before) / max(now - self._installing, 1.0)
        left = f", about {_clocked((1 - share) / rate)} left" if share - self._before > 0.05 and share < 1 else ""
        done = f"{len(installation.installed())} of {len(installation.wanted)}"
        bar = f"[{'#' * round(20 * share):<20}] " if self._terminal else ""
        self._write(f"livecam: {elapsed}  installing: {bar}{done}{left}")

    def end(self, line: str) -> None:
        self._write(line)
        if self._terminal:
            print(file=self._stream)

    def _write(self, line: str) -> None:
        # On a terminal over the line before, up to its end.
        shown = f"\r\033[K{line[:100]}" if self._terminal else f"{line}\n"
        print(shown, end="", file=self._stream, flush=True)


def install(venv: Path, arguments: list[str]) -> int:
    """Exit code of pip; where it fails its last lines are shown, and what is likely to be the cause."""
    python = next(path for path in (venv / "bin/python", venv / "Scripts/python.exe") if path.exists())
    site_packages = next(path for lib in ("lib/python3*", "Lib") for path in venv.glob(f"{lib}/site-packages"))
    command = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off", *arguments]
    installation, report, last = Installation(site_packages), Report(sys.stderr), deque[str](maxlen=12)
    begun = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        assert pip.stdout is not None
        reader = threading.Thread(target=_read, args=(pip.stdout, installation, last), daemon=True)
        reader.start()
        while reader.is_alive():
            report.tell(installation)
            reader.join(0.5)
        code = pip.wait()
    if code == 0:
        report.end(f"livecam: {len(installation.wanted)} packages installed in {_clocked(time.monotonic() - begun)}")
        return 0
    said = "\n".join(last)
    report.end(f"livecam: pip failed; its last lines:\n{said}")
    print(f"livecam: {_cause(said)}", file=sys.stderr)
    return code


def _read(lines: IO[str], installation: Installation, last: deque[str]) -> None:
    for line in lines:
        last.append(line.rstrip())
        installation.read(line)


def _cause(said: str) -> str:
    if NO_NETWORK.search(said):
        return "no network? The packages are fetched once; connect this computer and try again"
    if NO_SPACE.search(said):
        return "the disk is full; make room and try again"
    return "the packages could not be installed; the lines above say why"


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _clocked(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


if __name__ == "__main__":
    try:
        sys.exit(install(Path(sys.argv[1]), sys.argv[2:]))
    except KeyboardInterrupt:
        sys.exit(130)
