"""Links to the labeler's page: one of the owner, and one a person, each with a token of its own that can be revoked."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from livecam.core.errors import SinkError
from livecam.core.files import exclusive_lock, write_atomically

_FILE = "serve.people.json"
_SHORTEST = 32  # characters of a token


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who a token belongs to; the owner may label under any name."""

    name: str | None  # None for the owner


class Links:
    """The links of one store, kept beside it for its owner alone. What is revoked counts at once, also for a server
    that runs."""

    def __init__(self, store: Path) -> None:
        self.owner = kept_token(store)
        self._path = store / _FILE
        self._seen: tuple[int, int] | None = None  # the file as it was read: time and size
        self._people: Mapping[str, str] = {}

    def people(self) -> Mapping[str, str]:
        """Tokens by name; SinkError for a file that cannot be read."""
        try:
            status = self._path.stat()
        except FileNotFoundError:
            self._people, self._seen = {}, None
            return self._people
        seen = (status.st_mtime_ns, status.st_size)
        if seen != self._seen:
            self._people, self._seen = _read(self._path), seen
        return self._people

    def visitor(self, token: str) -> Visitor | None:
        """None for a token that nobody has, or has no more."""
        found = Visitor(None) if secrets.compare_digest(token.encode(), self.owner.encode()) else None
        for name, known in self.people().items():
            if secrets.compare_digest(token.encode(), known.encode()):
                found = Visitor(name)
        return found

    def invite(self, name: str) -> str:
        """The token of a person, a new one where there is none."""
        with self._changing() as people:
            token = people.setdefault(name, secrets.token_urlsafe(32))
            self._write(people)
        return token

    def revoke(self, name: str) -> bool:
        """Whether that person had a link."""
        with self._changing() as people:
            had = people.pop(name, None) is not None
            self._write(people)
        return had

    def _changing(self) -> _Change:
        return _Change(self._path)

    def _write(self, people: Mapping[str, str]) -> None:
        _write_privately(self._path, json.dumps(people, indent=1, ensure_ascii=False).encode())


class _Change:
    """The people of a file, while nobody else changes it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = exclusive_lock(path.with_name(f".{path.name}.lock"), seconds=5)

    def __enter__(self) -> dict[str, str]:
        try:
            self._lock.__enter__()
        except TimeoutError:
            raise SinkError(f"{self._path} is being changed by another program; try again") from None
        except OSError as error:
            raise SinkError(f"cannot keep links in {self._path}: {error.strerror}") from error
        return dict(_read(self._path)) if self._path.exists() else {}

    def __exit__(self, *_: object) -> None:
        self._lock.__exit__(None, None, None)


def _read(path: Path) -> Mapping[str, str]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise SinkError(f"{path} cannot be read as links; remove it, and give new links") from error
    if not isinstance(content, dict) or not all(isinstance(each, str) for pair in content.items() for each in pair):
        raise SinkError(f"{path} holds no names and tokens; remove it, and give new links")
    return {name: token for name, token in content.items() if len(token) >= _SHORTEST}


def _write_privately(path: Path, content: bytes) -> None:
    before = os.umask(0o077)
    try:
        write_atomically(path, content)
    except OSError as error:
        raise SinkError(f"cannot keep {path}: {error.strerror}; make the folder writable") from error
    finally:
        os.umask(before)


def kept_token(store: Path) -> str:
    """The owner's, the same after a restart so that open pages find back; SinkError when it cannot be kept."""
    path = store / "serve.token"
    try:
        if path.exists() and len(token := path.read_text().strip()) >= _SHORTEST:
            return token
    except OSError as error:
        raise SinkError(f"cannot read the token in {path}: {error.strerror}") from error
    token = secrets.token_urlsafe(32)
    _write_privately(path, token.encode())
    return token
