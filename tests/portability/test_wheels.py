"""Every dependency, and what those need, has a wheel for every system and Python: by the names in wheels.json, which
`resolve_wheels.py` asked of pip's index, so that no test needs a network."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

from tests.portability.targets import TARGETS, Target, requirement_sets, wanted

TABLE = json.loads(Path(__file__).with_name("wheels.json").read_text(encoding="utf-8"))


def lacking(lines: Sequence[Requirement], target: Target) -> set[str]:
    """Names of what cannot be installed there, among the lines and all that they lead to."""
    missing, seen, waiting = set(), set(), list(wanted(lines, target))
    while waiting:
        line = waiting.pop()
        if str(line) in seen:
            continue
        seen.add(str(line))
        entry = TABLE.get(canonicalize_name(line.name), {"files": {}, "requires": []})
        if not any(_fits(file, target) for file in _files(entry, line)):
            missing.add(canonicalize_name(line.name))
        waiting += wanted([Requirement(text) for text in entry["requires"]], target, sorted(line.extras))
    return missing


def _files(entry: dict[str, Any], line: Requirement) -> Iterator[str]:
    for version, files in entry["files"].items():
        if line.specifier.contains(version):
            yield from files


def _fits(file: str, target: Target) -> bool:
    # What is published as source alone has no code in it.
    return not file.endswith(".whl") or not _tags(target).isdisjoint(parse_wheel_filename(file)[3])


@cache
def _tags(target: Target) -> frozenset[object]:
    return frozenset(target.tags())


def named(target: Target) -> str:
    return f"{target.system}, Python {target.python}"


# livecam cannot be had on Intel Macs, for LiteRT is not made for them; every other gap has a marker in pyproject.toml.
GAPS = {"macOS x86_64": {"ai-edge-litert"}}


@pytest.mark.parametrize("target", TARGETS, ids=named)
def test_everything_that_is_asked_for_can_be_installed(target: Target) -> None:
    lines = [line for extra in requirement_sets().values() for line in extra]

    assert lacking(lines, target) == GAPS.get(target.system, set())


def test_a_package_that_the_table_does_not_know_is_missed() -> None:
    assert lacking([Requirement("numpy>=99"), Requirement("nothing-of-the-kind")], TARGETS[0]) == {
        "numpy",
        "nothing-of-the-kind",
    }
