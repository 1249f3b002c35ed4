"""Access control of web servers: a token a person, the right Host, and no page of another origin."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Protocol, Self
from urllib.parse import parse_qs, urlsplit

from livecam.core.errors import SettingsError

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


VISITOR = "livecam.visitor"  # in the scope of a request: whose token it came with
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})


@dataclass(frozen=True, slots=True)
class PublicPlace:
    """Under which address browsers find the server: its origin, and the path before everything."""

    origin: str = ""  # https://label.example.org; empty: this computer alone
    prefix: str = ""  # /eyes
    everywhere: bool = False  # it listens on an address that others reach, whatever name they call it by

    @classmethod
    def of(cls, url: str | None, *, everywhere: bool = False) -> Self:
        """SettingsError for what is no address of a page."""
        if url is None:
            return cls(everywhere=everywhere)
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment or parts.username:
            raise SettingsError(f"--public-url cannot be '{url}'; it is like https://label.example.org/eyes/")
        return cls(f"{parts.scheme}://{parts.netloc}".lower(), parts.path.rstrip("/"), everywhere)

    @property
    def host(self) -> str:
        return urlsplit(self.origin).netloc

    def knows(self, host: str) -> bool:
        """Whether a request may name this host. A foreign one is what a page has that was led here by a changed name
        (DNS rebinding). A port may be any, as ports are forwarded."""
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
        return self.everywhere or name in _LOOPBACK or (bool(self.origin) and host.lower() == self.host)

    def is_own(self, origin: str, host: str, forwarded: str) -> bool:
        """Whether a page of this origin is ours: where the request went, as the browser or a proxy names it."""
        return urlsplit(origin).netloc.lower() in {host.lower(), forwarded.lower() or host.lower(), self.host or host}


class TokenCheck(Protocol):
    """Knows the tokens of a server."""

    def visitor(self, token: str) -> object | None:
        """Who a token belongs to; None for one that nobody has."""
        ...


@dataclass(frozen=True, slots=True)
class AccessControl:
    """An ASGI application around another; what it refuses never reaches that one.

    Nothing is served without a token but the page's own script and style.
    """

    app: App
    links: TokenCheck
    place: PublicPlace = PublicPlace()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        refuse = _refuse if scope["type"] == "http" else _hang_up
        scope = self._without_prefix(scope)
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if trouble := self._trouble(headers):
            await refuse(send, trouble)
            return
        given = headers.get(b"x-token") or _first(parse_qs(scope["query_string"].decode("latin-1")).get("token"))
        visitor = self.links.visitor(given)
        if visitor is None and not scope["path"].startswith(PUBLIC):
            await refuse(send, "the token is wrong or was revoked; open the link that you were given")
            return
        sending = _with_headers(send) if scope["type"] == "http" else send
        await self.app({**scope, VISITOR: (visitor, given)}, receive, sending)

    def _without_prefix(self, scope: Scope) -> Scope:
        """Some proxies take the path prefix away, some leave it."""
        prefix, path = self.place.prefix, scope["path"]
        if not prefix or not (path == prefix or path.startswith(f"{prefix}/")):
            return scope
        rest = path[len(prefix) :] or "/"
        return {**scope, "path": rest, "raw_path": rest.encode()}

    def _trouble(self, headers: Mapping[bytes, str]) -> str:
        host, origin = headers.get(b"host", ""), headers.get(b"origin")
        if not self.place.knows(host):
            return "this server answers to 127.0.0.1 and its public address only"
        if origin is not None and not self.place.is_own(origin, host, headers.get(b"x-forwarded-host", "")):
            return "this server answers to its own page only"
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


async def _hang_up(send: Send, why: str) -> None:
    """Before a WebSocket is accepted: the server answers with 403."""
    await send({"type": "websocket.close", "code": 1008, "reason": why})
