"""JSON parsing and streaming for formats, with messages that say what is wrong and where."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from livecam.core.errors import SourceError


def compact(value: Any) -> str:
    """One line of ASCII."""
    return json.dumps(value, allow_nan=False, separators=(",", ":"))


def write_list(file: TextIO, values: Iterable[Any]) -> None:
    """A list, one line an element, however many there are."""
    file.write("[")
    for number, value in enumerate(values):
        file.write(f"{',' if number else ''}\n{compact(value)}")
    file.write("\n]")


def read_json(path: Path) -> Any:
    """SourceError names the line of what is no JSON; NaN and Infinity are none."""
    return parse_json(read_text(path), str(path))


def parse_json(text: str, where: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise SourceError(f"{where} is no JSON: {place}: {error.msg.lower()}") from error
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{where} is no JSON: {_one_line(error)}") from error


def read_text(path: Path) -> str:
    """SourceError for a file that is not there or not in UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(f"{path} is not written in UTF-8: byte {error.start}") from error
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from error


def located(path: Path, name: str, suffix: str) -> Path:
    """The file itself, or in a folder the one called `name`, else the only one that ends in `suffix`."""
    if path.is_file():
        return path
    if not path.is_dir():
        raise SourceError(f"there is no file or folder {path}")
    if (path / name).is_file():
        return path / name
    others = sorted(path.glob(f"*{suffix}"))
    if len(others) != 1:
        raise SourceError(f"the folder {path} holds no {name} and {len(others)} files *{suffix}; name the file")
    return others[0]


@contextmanager
def parse_errors(where: str) -> Iterator[None]:
    """Turns what comes of taking a wrong file apart into a SourceError that says where."""
    try:
        yield
    except KeyError as error:
        raise SourceError(f"{where} has no {error.args[0]!r}") from error
    except (ValueError, TypeError, AttributeError, IndexError, OverflowError) as error:
        raise SourceError(f"{where} is not as it should be: {_one_line(error)}") from error


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no number of JSON")


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


_CHUNK = 1 << 16  # bytes


def elements(path: Path, tag: str) -> Iterator[tuple[Element, int]]:
    """Every outermost element of that name with the line it begins in, and nothing else kept; SourceError as told.

    A document type is refused, for the entities that it declares can grow without bound or fetch other files; the
    formats that we read have none.
    """
    reader = _Reader(path, tag)
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                reader.parser.Parse(chunk, False)
                yield from reader.take()
            reader.parser.Parse(b"", True)
            yield from reader.take()
    except expat.ExpatError as error:
        reason = expat.errors.messages.get(error.code, "it cannot be read")
        raise SourceError(f"{path} is no XML: line {error.lineno}, column {error.offset + 1}: {reason}") from error
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from error


class _Reader:
    def __init__(self, path: Path, tag: str) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._data
        self._path, self._tag = path, tag
        self._builder: TreeBuilder | None = None
        self._depth = self._line = 0
        self._found: list[tuple[Element, int]] = []

    def take(self) -> list[tuple[Element, int]]:
        found, self._found = self._found, []
        return found

    def _refuse(self, *_: Any) -> None:
        line = self.parser.CurrentLineNumber
        raise SourceError(f"{self._path} declares a document type in line {line}, which is not read; take that out")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if self._builder is None and tag == self._tag:
            self._builder, self._depth, self._line = TreeBuilder(), 0, self.parser.CurrentLineNumber
        if self._builder is not None:
            self._builder.start(tag, attributes)
            self._depth += 1

    def _end(self, tag: str) -> None:
        if self._builder is None:
            return
        self._builder.end(tag)
        self._depth -= 1
        if self._depth == 0:
            self._found.append((self._builder.close(), self._line))
            self._builder = None

    def _data(self, text: str) -> None:
        if self._builder is not None:
            self._builder.data(text)
