"""Ways to spoil a file, a text or a document, by random numbers that can be had again."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

_EXTREMES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)
ODD_VALUES: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    1e308,
    -1e-9,
    float("nan"),
    float("inf"),
    2**63,
    10**40,
    "",
    " ",
    "\x00",
    "null",
    "1,5",
    "-",
    "../../x",
    "/dev/null",
    "a" * 5000,
    "ünïcodé 眼 \ud83d\udc41",
    "12:30",
    "%s%n",
    [],
    {},
    [[]],
    {"x": None},
    [None, "x", 3],
)
ODD_WORDS = (
    "",
    " ",
    "-",
    "--",
    "0",
    "-1",
    "1e400",
    "nan",
    "None",
    "~",
    "~nobody/x",
    "$HOME",
    "*",
    "[",
    "a\tb",
    "\n",
    "é",
    "眼.png",
    "x" * 300,
    "file://",
    "file:///x",
    "http://",
    "http://[",
    "://",
    "rtsp://127.0.0.1:1/x",
    "/dev/null",
    "/dev/video99",
    "99999999999999999999",
    "1280x720",
    "0x0",
    "=",
)


def spoiled(data: bytes, random: Random, *, most: int = 4) -> bytes:
    """The bytes with one to `most` things done to them."""
    for _ in range(random.randint(1, most)):
        data = random.choice(_WAYS)(data, random)
    return data


def _place(data: bytes, random: Random) -> int:
    # What stands in front decides most.
    return random.randrange(min(len(data), 200) if random.random() < 0.4 else len(data)) if data else 0


def _flip(data: bytes, random: Random) -> bytes:
    changed = bytearray(data)
    for _ in range(random.randint(1, 8)):
        if changed:
            changed[_place(data, random)] ^= 1 << random.randrange(8)
    return bytes(changed)


def _cut(data: bytes, random: Random) -> bytes:
    return data[: _place(data, random)]


def _remove(data: bytes, random: Random) -> bytes:
    start = _place(data, random)
    return data[:start] + data[start + random.choice((1, 2, 4, 100, 1000)) :]


def _repeat(data: bytes, random: Random) -> bytes:
    start = _place(data, random)
    piece = data[start : start + random.choice((1, 4, 100, 3000))]
    return data[:start] + piece * random.choice((2, 2, 3, 20)) + data[start:]


def _insert(data: bytes, random: Random) -> bytes:
    start = _place(data, random)
    return data[:start] + random.randbytes(random.choice((1, 2, 8, 300))) + data[start:]


def _blank(data: bytes, random: Random) -> bytes:
    start, length = _place(data, random), random.choice((1, 4, 64, 2000))
    return data[:start] + bytes([random.choice((0, 0xFF))]) * min(length, len(data) - start) + data[start + length :]


def _number(data: bytes, random: Random) -> bytes:
    """A length, a count or a size, perhaps, as small or large as it can be."""
    width, order = random.choice((1, 2, 4, 8)), random.choice(("little", "big"))
    value = min(random.choice(_EXTREMES), (1 << 8 * width) - 1)
    start = _place(data, random)
    return data[:start] + value.to_bytes(width, order) + data[start + width :]


def _swap(data: bytes, random: Random) -> bytes:
    one, other = sorted((_place(data, random), _place(data, random)))
    return data[:one] + data[other:] + data[one:other]


_WAYS: Sequence[Callable[[bytes, Random], bytes]] = (_flip, _cut, _remove, _repeat, _insert, _blank, _number, _swap)


def spoiled_document(document: Any, random: Random, *, most: int = 3) -> Any:
    """A JSON document in which values are odd, gone, doubled or of another kind."""
    document = json.loads(json.dumps(document))
    for _ in range(random.randint(1, most)):
        places = list(_places(document))
        if not places:
            return random.choice(ODD_VALUES)
        holder, key = random.choice(places)
        way = random.randrange(5)
        if way == 0:
            del holder[key]
        elif way == 1 and isinstance(holder, list):
            holder.append(holder[key])
        elif way == 2 and isinstance(holder, dict):
            holder[random.choice((str(key).upper(), f"{key} ", f"_{key}"))] = holder.pop(key)
        elif way == 3:
            other, there = random.choice(places)
            if _is_there(other, there):
                holder[key] = json.loads(json.dumps(other[there]))
        else:
            holder[key] = random.choice(ODD_VALUES)
    return document


def _is_there(holder: Any, key: Any) -> bool:
    return key in holder if isinstance(holder, dict) else key < len(holder)


def _places(document: Any) -> Any:
    if isinstance(document, dict):
        pairs: Any = document.items()
    elif isinstance(document, list):
        pairs = enumerate(document)
    else:
        return
    for key, value in pairs:
        yield document, key
        yield from _places(value)


def spoiled_text(text: str, random: Random) -> bytes:
    """A text whose lines and words are changed, in one of the ways texts are stored."""
    lines = text.splitlines() or [""]
    for _ in range(random.randint(1, 4)):
        index = random.randrange(len(lines))
        way = random.randrange(5)
        if way == 0:
            lines.insert(index, random.choice(lines))
        elif way == 1 and len(lines) > 1:
            del lines[index]
        elif way == 2:
            words = lines[index].split(" ")
            words[random.randrange(len(words))] = random.choice(ODD_WORDS)
            lines[index] = " ".join(words)
        elif way == 3:
            lines[index] = lines[index].replace(random.choice("\"',;=:[](){}.#"), random.choice(("", " ", ";")))
        else:
            place = random.randrange(len(lines[index]) + 1)
            lines[index] = lines[index][:place] + random.choice(ODD_WORDS) + lines[index][place:]
    end = random.choice(("\n", "\n", "\r\n", "\r"))
    encoding = random.choice(("utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "latin-1"))
    return end.join(lines).encode(encoding, errors="replace")
