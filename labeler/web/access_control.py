"""Access control of the web labeler: a token, the right Host, and no page of another origin."""

from __future__ import annotations

import os
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from livecam.core.errors import SinkError
from livecam.core.files import write_atomically

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# The code of the page, which tells nothing of anybody: its parts load each other and know no token.
PUBLIC = "/static/"
# The page may load its own script and style and talk to its own server, and nobody may frame it or learn its address.
_HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        b"img-src 'self' blob: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
)


@dataclass(frozen=True, slots=True)
class AccessControl:
    """An ASGI application around another; what it refuses never reaches that one.

    A foreign Host is what a page has that was led here by a changed name (DNS rebinding); a foreign Origin is a page
    of somebody else in the same browser.
    """

    app: App
    token: str
    port: int

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (trouble := self._trouble(scope)):
            await _refuse(send, trouble)
            return
        await self.app(scope, receive, _with_headers(send))

    def _trouble(self, scope: Scope) -> str:
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        ours = {f"{host}:{self.port}" for host in ("127.0.0.1", "localhost")}
        if headers.get(b"host") not in ours:
            return "this server answers to 127.0.0.1 only"
        if b"origin" in headers and headers[b"origin"] not in {f"http://{host}" for host in ours}:
            return "this server answers to its own page only"
        if scope["path"].startswith(PUBLIC):
            return ""
        given = headers.get(b"x-token") or _first(parse_qs(scope["query_string"].decode("latin-1")).get("token"))
        if not secrets.compare_digest(given.encode(), self.token.encode()):
            return "the token is wrong; open the address that livecam-label serve printed"
        return ""


def _first(values: list[str] | None) -> str:
    return values[0] if values else ""


def _with_headers(send: Send) -> Send:
    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), *_HEADERS]
        await send(message)

    return sending


async def _refuse(send: Send, why: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), *_HEADERS]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": f"{why}\n".encode()})


def kept_token(store: Path) -> str:
    """Of this store, the same after a restart so that open pages find back; SinkError when it cannot be kept."""
    path = store / "serve.token"
    try:
        if path.exists() and len(token := path.read_text().strip()) >= 32:
            return token
        token = secrets.token_urlsafe(32)
        before = os.umask(0o077)
        try:
            write_atomically(path, token.encode())
        finally:
            os.umask(before)
    except OSError as error:
        raise SinkError(f"cannot keep the token in {path}: {error.strerror}; make the folder writable") from error
    return token
