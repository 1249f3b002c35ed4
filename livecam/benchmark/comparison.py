"""Compares a benchmark with an earlier one: what got slower, or larger, beyond what the rounds of each differ by."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from livecam.benchmark.machine import busy_warning
from livecam.core.errors import SettingsError

_ERRORS = 3.0  # standard errors of the difference of two medians
_LEAST = 0.03  # a change below it is no news
_OF_SINGLE = 0.10  # where a figure was taken once, without rounds


@dataclass(frozen=True, slots=True)
class Change:
    """One figure, then and now; `ratio` above 1 is worse."""

    name: str
    before: float
    now: float
    unit: str

    @property
    def ratio(self) -> float:
        return self.now / self.before

    def __str__(self) -> str:
        word = "more" if self.ratio > 1 else "less"
        return f"{self.name}: {self.now:.3g} {self.unit}, was {self.before:.3g} ({abs(self.ratio - 1):.0%} {word})"


def read_figures(path: Path) -> Mapping[str, Any]:
    """What `--json` wrote; SettingsError for anything else."""
    try:
        figures = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"--compare cannot read '{path}'; name a file that bench --json wrote") from error
    if not isinstance(figures, dict) or not ({"paths", "live"} & figures.keys()) or "machine" not in figures:
        raise SettingsError(f"--compare: '{path}' holds no figures of bench; name a file that bench --json wrote")
    return figures


def comparison(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """Sentences: what got worse beyond noise, what got better, and what makes the two hard to compare."""
    yield from _differences(before, now)
    changes = list(changed(before, now))
    worse = [change for change in changes if change.ratio > 1]
    better = [change for change in changes if change.ratio < 1]
    yield from (f"slower  {change}" for change in worse)
    yield from (f"quicker {change}" for change in better)
    if not worse:
        yield "nothing got slower beyond noise"


def changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Change]:
    """The figures of both that differ by more than noise."""
    old, new = dict(_figures(before)), dict(_figures(now))
    for name in (name for name in old if name in new):
        (unit, was), (_, are) = old[name], new[name]
        if beyond_noise(was, are):
            yield Change(name, float(np.median(was)), float(np.median(are)), unit)


def beyond_noise(before: Sequence[float], now: Sequence[float]) -> bool:
    """Whether median and minimum of the rounds both moved the same way, further than the rounds are apart."""
    old, new = np.array(before, np.float64), np.array(now, np.float64)
    if not len(old) or not len(new) or np.median(old) <= 0:
        return False
    change = float(np.median(new) / np.median(old) - 1)
    if min(len(old), len(new)) < 3:
        return abs(change) > _OF_SINGLE
    least = float(new.min() / old.min() - 1)
    noise = _ERRORS * float(np.hypot(_error(old), _error(new))) / float(np.median(old))
    # The minimum is what others disturb least.
    return change * least > 0 and abs(change) > max(noise, _LEAST) and abs(least) > _LEAST


def _error(rounds: ArrayLike) -> float:
    """The standard error of the median, by the median deviation."""
    taken = np.asarray(rounds, np.float64)
    return float(1.2533 * 1.4826 * np.median(np.abs(taken - np.median(taken))) / np.sqrt(len(taken)))


def _figures(said: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, Sequence[float]]]]:
    for path in said.get("paths", ()):
        name = f"{path['name']} {path['face']}"
        rounds = path.get("rounds", {})
        yield f"{name}, frame", ("ms", rounds.get("frame", [path["frame"]["p50"]]))
        yield f"{name}, CPU", ("ms", rounds.get("cpu", [path["cpu_ms"]]))
        yield f"{name}, perception's CPU", ("ms", rounds.get("perceive_cpu", [path["perceive_cpu_ms"]]))
        yield f"{name}, memory", ("MB", [path["rss_mb"]])
        yield f"{name}, start", ("s", [path["startup_s"]])
    for name, program in said.get("live", {}).get("programs", {}).items():
        yield f"{name} live, of a core", ("", program["loads"])
        yield f"{name} live, memory", ("MB", [program["rss_mb"]])


def _differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for key, what in (("size", "size"), ("source", "source"), ("versions", "versions of libraries")):
        if before.get(key) != now.get(key):
            yield f"another {what} than then: {_short(before.get(key))} then, {_short(now.get(key))} now"
    if before["machine"].get("processor") != now["machine"].get("processor"):
        yield f"another processor than then: {before['machine'].get('processor')}"
    warning = busy_warning(float(before["machine"].get("busy_share", 0.0)))
    if warning:
        yield f"then {warning}"


def _short(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) < 60 else "others"
