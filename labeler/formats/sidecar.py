"""Everything a plain format has no place for, in a file beside it: one line of JSON for each sample."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from labeler.formats.entry import Entry
from labeler.formats.json_files import compact, parse_json, read_text, understood
from labeler.formats.record import Record, to_record

NAME = "livecam.jsonl"


def noted(entries: Iterable[Entry], folder: Path) -> Iterator[Entry]:
    """The same entries; each is in the sidecar when it has gone by."""
    with (folder / NAME).open("w", encoding="utf-8") as file:
        for entry in entries:
            file.write(compact(to_record(entry.sample, entry.events)) + "\n")
            yield entry


def read_records(folder: Path) -> Mapping[str, Record]:
    """By the names of the pictures; none for another tool's folder. SourceError names the line that is damaged."""
    file = folder / NAME
    if not file.exists():
        return {}
    records: dict[str, Record] = {}
    for number, line in enumerate(read_text(file).split("\n"), start=1):
        if line.strip():
            where = f"line {number} of {file}"
            with understood(where):
                record = parse_json(line, where)
                records[f"{record['id']}.png"] = record
    return records
