"""Which runs can be steered: a private file each, with the address and the token of its control interface."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from livecam.core.errors import SinkError
from livecam.core.files import atomic_file
from livecam.core.paths import UserFolder, user_folder

_SHORTEST = 32  # characters of a token


@dataclass(frozen=True, slots=True)
class RunningProgram:
    """A run that can be steered, and the file that tells of it."""

    address: str  # http://127.0.0.1:8766/
    token: str
    path: Path


def running_folder() -> Path:
    """Where the files are; it need not exist."""
    return user_folder(UserFolder.STATE) / "running"


@contextmanager
def announced(address: str, token: str) -> Iterator[None]:
    """Other programs of this user find the run until the block is left; SinkError when the file cannot be written."""
    path = running_folder() / f"{os.getpid()}.json"
    _write_privately(path, json.dumps({"address": address, "token": token, "pid": os.getpid()}).encode())
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def running_programs() -> list[RunningProgram]:
    """Those that were announced, the newest first; some may have been killed meanwhile."""
    try:
        paths = sorted(running_folder().glob("*.json"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    except OSError:
        return []
    found = (_read(path) for path in paths)
    return [program for program in found if program is not None]


def _read(path: Path) -> RunningProgram | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return RunningProgram(str(content["address"]), str(content["token"]), path)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def kept_panel_token() -> str:
    """The same in every run, so that a phone and a Stream Deck find back; SinkError when it cannot be kept."""
    path = user_folder(UserFolder.STATE) / "panel.token"
    try:
        if path.exists() and len(token := path.read_text(encoding="utf-8").strip()) >= _SHORTEST:
            return token
    except (OSError, UnicodeDecodeError) as error:
        raise SinkError(f"cannot read the token in {path}: {error}; remove it") from error
    token = secrets.token_urlsafe(32)
    _write_privately(path, token.encode())
    return token


def _write_privately(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with atomic_file(path, private=True) as file:
            file.write(content)
    except OSError as error:
        raise SinkError(f"cannot write {path}: {error.strerror}; make the folder writable") from error
