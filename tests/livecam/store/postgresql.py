"""A real PostgreSQL in a temporary folder, for as long as the tests run."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# Everybody who reaches its socket is `livecam`; `guarded` needs a password.
_ACCESS = "local all livecam trust\nlocal all guarded scram-sha-256\n"
_MEMORY, _ROOM = Path("/dev/shm"), 500_000_000
_OPTIONS = "-c fsync=off -c listen_addresses= -c max_connections=60"


class NoServerError(Exception):
    """Why there is no PostgreSQL to test with."""


class Server:
    """Reached through a socket in its own folder, so that it needs no port and nobody else sees it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def url(self, database: str, user: str = "livecam") -> str:
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def run(self, *statements: str, database: str = "postgres") -> None:
        import psycopg

        with psycopg.connect(self.url(database), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())


@contextmanager
def serve() -> Iterator[Server]:
    """NoServerError when PostgreSQL is not installed or does not start."""
    initdb, control = _program("initdb"), _program("pg_ctl")
    folder = Path(tempfile.mkdtemp(prefix="livecam-postgresql-", dir=_quick_place()))
    data = folder / "data"
    try:
        user = _unprivileged(folder)
        _do([initdb, "-D", str(data), "-U", "livecam", "--no-sync", "-E", "UTF8", "--locale=C"], user)
        (data / "pg_hba.conf").write_text(_ACCESS)
        start = [control, "-D", str(data), "-l", str(data / "log"), "-o", f"{_OPTIONS} -k {folder}", "-w", "start"]
        _do(start, user)
        try:
            yield Server(folder)
        finally:
            _do([control, "-D", str(data), "-m", "immediate", "-w", "stop"], user)
    finally:
        shutil.rmtree(folder)


def _quick_place() -> Path | None:
    """In memory where there is enough of it: a cluster is a thousand small files."""
    return _MEMORY if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM else None


def _program(name: str) -> str:
    """Debian keeps the server's programs out of the search path."""
    found = [shutil.which(name), *map(str, sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True))]
    path = next((path for path in found if path), None)
    if path is None:
        raise NoServerError("PostgreSQL is not installed: apt-get install postgresql")
    return path


def _unprivileged(folder: Path) -> Mapping[str, Any]:
    """Whom to run the server as: it refuses to be root."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    somebody = names.get("postgres") or names["nobody"]
    os.chown(folder, somebody.pw_uid, somebody.pw_gid)
    return {"user": somebody.pw_uid, "group": somebody.pw_gid, "extra_groups": []}


def _do(command: Sequence[str], user: Mapping[str, Any]) -> None:
    # The started server inherits the outputs: a pipe would never end.
    null = subprocess.DEVNULL
    done = subprocess.run(command, check=False, stdin=null, stdout=null, stderr=null, cwd="/", **user)
    if done.returncode:
        raise NoServerError(f"PostgreSQL does not start: {command[0]} exits with {done.returncode}")
