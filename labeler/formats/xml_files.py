"""XML files, read element by element and without a document type, which is where XML is dangerous."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from livecam.core.errors import SourceError

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
