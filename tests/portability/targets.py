"""The systems and Pythons that livecam is for, as environment markers and wheel tags."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PROJECT = Path(__file__).parents[2] / "pyproject.toml"


@dataclass(frozen=True, slots=True)
class Target:
    """A system with one Python on it."""

    system: str
    python: str
    platforms: tuple[str, ...]  # of wheels, the best first
    markers: tuple[tuple[str, str], ...]

    def environment(self) -> dict[str, str]:
        """What environment markers are judged by."""
        version = {"python_version": self.python, "python_full_version": f"{self.python}.0"}
        return {**dict(self.markers), **version, "implementation_name": "cpython", "extra": ""}

    def tags(self) -> frozenset[Tag]:
        """The tags of the wheels that can be installed there."""
        major, minor = map(int, self.python.split("."))
        abi = f"cp{major}{minor}"
        native = cpython_tags((major, minor), abis=[abi], platforms=self.platforms)
        pure = compatible_tags((major, minor), interpreter=abi, platforms=self.platforms)
        return frozenset((*native, *pure))


def _linux(machine: str) -> tuple[str, ...]:
    """Of glibc 2.35, Ubuntu 22.04's; Debian 12 has 2.36."""
    old = ("manylinux2014", "manylinux2010", "manylinux1") if machine == "x86_64" else ("manylinux2014",)
    return (*(f"manylinux_2_{minor}_{machine}" for minor in range(35, 4, -1)), *(f"{name}_{machine}" for name in old))


def _markers(system: str, platform: str, machine: str, os_name: str = "posix") -> tuple[tuple[str, str], ...]:
    names = {"platform_system": system, "sys_platform": platform, "platform_machine": machine, "os_name": os_name}
    return tuple({**names, "platform_python_implementation": "CPython"}.items())


_SYSTEMS = {
    "Linux x86_64": (_linux("x86_64"), _markers("Linux", "linux", "x86_64")),
    "Linux aarch64": (_linux("aarch64"), _markers("Linux", "linux", "aarch64")),
    "macOS arm64": (tuple(mac_platforms((14, 0), "arm64")), _markers("Darwin", "darwin", "arm64")),
    "macOS x86_64": (tuple(mac_platforms((14, 0), "x86_64")), _markers("Darwin", "darwin", "x86_64")),
    "Windows amd64": (("win_amd64",), _markers("Windows", "win32", "AMD64", "nt")),
}
TARGETS = tuple(Target(system, python, *about) for system, about in _SYSTEMS.items() for python in PYTHONS)


def requirement_sets() -> dict[str, Sequence[Requirement]]:
    """What the project asks for: under "" always, under the name of an extra with it."""
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    sets = {"": project["dependencies"], **project["optional-dependencies"]}
    return {name: [Requirement(line) for line in lines] for name, lines in sets.items()}


def wanted(lines: Sequence[Requirement], target: Target, extras: Sequence[str] = ()) -> Iterator[Requirement]:
    """Those whose marker holds on the target, for a package asked for with these extras of its own."""
    for line in lines:
        environments = [target.environment() | {"extra": extra} for extra in ("", *extras)]
        if line.marker is None or any(line.marker.evaluate(each) for each in environments):
            yield line
