"""Lines of the keys in a TOML file, for messages: the standard library's reader does not tell them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_TABLE = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")

Way = tuple[str | int, ...]


def line_of(text: str, place: Sequence[str | int]) -> int | None:
    """The line, from 1, of a value by the keys and numbers that lead to it; of the nearest above it, where it has none
    of its own; None when nothing of it is there."""
    best: tuple[int, int] | None = None
    for number, way in _ways(text):
        shared = len(way)
        if shared and tuple(place[:shared]) == way and (best is None or shared > best[0]):
            best = shared, number
    return best[1] if best else None


def _ways(text: str) -> Iterator[tuple[int, Way]]:
    """Every line that names something, with the way to it."""
    counts: dict[Way, int] = {}
    table: Way = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _TABLE.match(line):
            table = _opened(_parts(header[2]), header[1] == "[[", counts)
            yield number, table
        elif key := _KEY.match(line):
            yield number, (*table, *_parts(key[1]))


def _opened(parts: list[str], is_array: bool, counts: dict[Way, int]) -> Way:
    way: Way = ()
    for index, part in enumerate(parts):
        way = (*way, part)
        if is_array and index == len(parts) - 1:
            counts[way] = counts.get(way, -1) + 1
        if way in counts:
            way = (*way, counts[way])
    return way


def _parts(dotted: str) -> list[str]:
    return [part.strip().strip("\"'") for part in re.findall(r"""[\w-]+|"[^"]*"|'[^']*'""", dotted)]
