"""The little of YAML that data sets describe themselves in: keys, texts, numbers, lists, one level below another."""

from __future__ import annotations

import json
import re
from typing import Any

from labeler.formats.elements.parsing import MalformedError

_KEY = re.compile(r"""^(\s*)("[^"]*"|'[^']*'|[^\s:#'"\[\]{}-][^:]*?)\s*:(?:\s+(.*))?$""")
_ENTRY = re.compile(r"^(\s*)-\s+(.*)$")


def parse_plain_yaml(text: str) -> dict[str, Any]:
    """Nested objects, with texts as keys, and lists; MalformedError for a line that is none of it."""
    lines = []
    for place, line in enumerate(text.split("\n"), start=1):
        bare = _without_comment(line)
        if bare.strip() and bare.strip() not in {"---", "..."}:
            lines.append((place, bare))
    value, rest = _block(lines, 0)
    if rest:
        raise MalformedError(f"line {rest[0][0]} is not indented as the one before it")
    if not isinstance(value, dict):
        raise MalformedError("it has no keys")
    return value


def _block(lines: list[tuple[int, str]], indent: int) -> tuple[Any, list[tuple[int, str]]]:
    """What stands at this depth or deeper, and the lines after it."""
    values: dict[str, Any] = {}
    entries: list[Any] = []
    while lines:
        place, line = lines[0]
        depth = len(line) - len(line.lstrip())
        if depth < indent:
            break
        if entry := _ENTRY.match(line):
            entries.append(_scalar(entry[2]))
            lines = lines[1:]
            continue
        found = _KEY.match(line)
        if not found or depth > indent or entries:
            raise MalformedError(f"line {place} is no line of `key: value`")
        lines, value = lines[1:], found[3]
        if value:
            values[_unquoted(found[2])] = _scalar(value)
            continue
        below = len(lines[0][1]) - len(lines[0][1].lstrip()) if lines else 0
        is_below = bool(lines) and (below > depth or (below == depth and _ENTRY.match(lines[0][1]) is not None))
        values[_unquoted(found[2])], lines = _block(lines, below) if is_below else (None, lines)
    return (entries if entries else values), lines


def _scalar(text: str) -> Any:
    text = text.strip()
    if text.startswith("[") and text.endswith("]"):
        return [_scalar(part) for part in _split(text[1:-1])]
    if text.startswith("{") and text.endswith("}"):
        pairs = [part.partition(":") for part in _split(text[1:-1])]
        return {_unquoted(key.strip()): _scalar(value) for key, _, value in pairs}
    if re.fullmatch(r"[-+]?\d+", text):
        return int(text)
    if re.fullmatch(r"[-+]?\d*\.\d+(?:[eE][-+]?\d+)?", text):
        return float(text)
    return {"true": True, "false": False, "null": None, "~": None}.get(text.lower(), _unquoted(text))


def _split(text: str) -> list[str]:
    """At the commas that are in no brackets and no quotes."""
    parts, depth, quote = [""], 0, ""
    for sign in text:
        quote = "" if sign == quote else quote or (sign if sign in "\"'" else "")
        depth += 0 if quote else (sign in "[{") - (sign in "]}")
        if sign == "," and not depth and not quote:
            parts.append("")
        else:
            parts[-1] += sign
    return [part for part in parts if part.strip()]


def _unquoted(text: str) -> str:
    if len(text) >= 2 and text[0] == text[-1] == '"':
        try:
            return str(json.loads(text))
        except ValueError:
            return text[1:-1]
    return text[1:-1].replace("''", "'") if len(text) >= 2 and text[0] == text[-1] == "'" else text


def _without_comment(line: str) -> str:
    quote = ""
    for place, sign in enumerate(line):
        quote = "" if sign == quote else quote or (sign if sign in "\"'" else "")
        if sign == "#" and not quote and (place == 0 or line[place - 1].isspace()):
            return line[:place].rstrip()
    return line.rstrip()
