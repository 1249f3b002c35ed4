"""JSON parsing and streaming, and the values in any file, with messages that say what is wrong and where."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from livecam.core.errors import SourceError
from livecam.core.files import text_encoding


class MalformedError(ValueError):
    """What a file says cannot be; the message is for its user, and what else went wrong has no words for one."""


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
    except (ValueError, RecursionError) as error:
        raise _no_json(error, where) from error


def last_document(text: str, where: str) -> tuple[Any, int]:
    """The last whole one of the JSON documents that stand one behind the other, and how many there are.

    A tool that saves by writing on makes such a file; its last document may be cut short. SourceError as above when
    the first one is not whole.
    """
    decoder = json.JSONDecoder(parse_constant=_refuse)
    document, count, place = None, 0, _next(text, 0)
    while place < len(text):
        try:
            document, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError) as error:
            if not count:
                raise _no_json(error, where) from error
            break
        count, place = count + 1, _next(text, place)
    if not count:
        raise SourceError(f"{where} is empty; save in the tool that made it, then import it again")
    return document, count


def read_text(path: Path) -> str:
    """UTF-8, or what the mark at its beginning says; SourceError for a file that is not there, or in another one."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from error
    encoding = text_encoding(content)
    try:
        # As text files are read: every end of a line is \n.
        return content.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        name = "UTF-8" if encoding.startswith("utf-8") else encoding.upper()
        raise SourceError(f"{path} is not written in {name}: byte {error.start}; save it as UTF-8") from error


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
    """Turns what comes of taking a wrong file apart into a SourceError that says where, in words for its user."""
    try:
        yield
    except MalformedError as error:
        raise SourceError(f"{where} is not as it should be: {one_line(error)}") from error
    except KeyError as error:
        raise SourceError(f"{where} has no {error.args[0]!r}") from error
    except (ValueError, TypeError, AttributeError, IndexError, OverflowError) as error:
        raise SourceError(f"{where} is not as it should be: a value in it is missing or of another kind") from error


def mapping(value: Any, what: str) -> Mapping[str, Any]:
    """An object of JSON; none is an empty one. MalformedError for everything else."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise MalformedError(f"{what} is {kind_of(value)}, not an object {{...}}")
    return value


def sequence(value: Any, what: str) -> Sequence[Any]:
    """A list of JSON; none is an empty one. MalformedError for everything else."""
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise MalformedError(f"{what} is {kind_of(value)}, not a list [...]")
    return value


def number(value: Any, what: str) -> float:
    """Finite; also as text, with a decimal point or comma. MalformedError for everything else."""
    if isinstance(value, str):
        value = _number_of(value, what)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise MalformedError(f"{what} is {kind_of(value)}, not a number")
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        raise MalformedError(f"{what} is {value!s:.20}, not a finite number")
    return found


def whole_number(value: Any, what: str) -> int:
    """640, 640.0 or "640"."""
    found = number(value, what)
    if found != int(found):
        raise MalformedError(f"{what} is {found:g}, not a whole number")
    return int(found)


def size_of(width: Any, height: Any) -> tuple[int, int] | None:
    """Width and height in pixels; None where a file does not say them, or says 0."""
    if not width or not height:
        return None
    return whole_number(width, "its width"), whole_number(height, "its height")


def kind_of(value: Any) -> str:
    """In words, and short."""
    if value is None:
        return "missing"
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    shown = str(value) if isinstance(value, bool | int | float) else repr(str(value))
    return shown if len(shown) <= 60 else f"{shown[:57]}..."


def one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


def _number_of(text: str, what: str) -> float:
    plain = text.strip().replace("\N{MINUS SIGN}", "-")
    if "," in plain and "." not in plain and plain.count(",") == 1:
        plain = plain.replace(",", ".")
    try:
        return float(plain)
    except ValueError:
        raise MalformedError(f"{what} is {kind_of(text)}, not a number") from None


def _next(text: str, place: int) -> int:
    while place < len(text) and text[place] in " \t\r\n,":
        place += 1
    return place


def _no_json(error: Exception, where: str) -> SourceError:
    if isinstance(error, json.JSONDecodeError):
        return SourceError(f"{where} is no JSON: line {error.lineno}, column {error.colno}: {error.msg.lower()}")
    if isinstance(error, RecursionError):
        return SourceError(f"{where} is no JSON that can be read: it is nested too deeply")
    if isinstance(error, MalformedError):
        return SourceError(f"{where} is no JSON: {one_line(error)}")
    return SourceError(f"{where} is no JSON: one of its numbers is too long")


def _refuse(constant: str) -> Any:
    raise MalformedError(f"{constant} is no number of JSON")


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
