"""The web server of the labeler: opens sessions, takes input, serves images by the id of their sample."""

from __future__ import annotations

import functools
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import escape
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from labeler.session.actions import LabelingMode
from labeler.session.keys import BLIND, KEYS, REPEATABLE, Keys, help_lines
from labeler.session.opening import check_name
from labeler.texts.catalogue import as_javascript, language_of
from labeler.web.connections import Connection, Connections
from labeler.web.gallery import MOST_ITEMS, Gallery, parse_query
from labeler.web.inputs import parse_posted, parse_showing
from labeler.web.serialization import session_to_json
from livecam.web.access_control import VISITOR
from livecam.web.posted import Endpoint, NotUnderstoodError, in_words, posted_object

# Why all rules are on this side: docs/decisions/browser-decides-nothing.md
_STATIC = {".js": "text/javascript", ".css": "text/css"}
_TEXTS = "texts.js"  # made from the catalogue
_ID = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Routes:
    """What the page can ask for; every answer about a session is the whole of it."""

    connections: Connections
    gallery: Gallery
    mode: LabelingMode
    annotator: str
    keys: Mapping[LabelingMode, Keys] = field(default_factory=lambda: KEYS)  # that a person may have changed

    def application(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/", self.page),
                Route("/static/{name}", self.static),
                Route("/picture/{sample}", self.picture),
                Route("/crop/{sample}", _answered(self.crop)),
                Route("/map/{sample}", self.map),
                Route("/api/gallery", _answered(self.find)),
                Route("/api/batch", _answered(self.batch), methods=["POST"]),
                Route("/api/open", _answered(self.open), methods=["POST"]),
                Route("/api/wish", _answered(self.input), methods=["POST"]),
                Route("/api/close", _answered(self.close), methods=["POST"]),
            ],
            lifespan=self._life,
        )

    @asynccontextmanager
    async def _life(self, _: Starlette) -> AsyncIterator[None]:
        yield
        await run_in_threadpool(self.connections.close)

    async def page(self, request: Request) -> Response:
        _, token = request.scope[VISITOR]
        return Response(_content("index.html").decode().replace("{{token}}", escape(token)), media_type="text/html")

    async def static(self, request: Request) -> Response:
        name = Path(request.path_params["name"])
        if name.name == _TEXTS:
            return Response(as_javascript(), media_type=_STATIC[".js"])
        if name.suffix not in _STATIC or not _resource(name.name).is_file():
            return _missing()
        return Response(_content(name.name), media_type=_STATIC[name.suffix])

    async def picture(self, request: Request) -> Response:
        sample = request.path_params["sample"]
        if not _ID.fullmatch(sample):
            return _missing()
        return _file(self.connections.store.picture_path(sample))

    async def crop(self, request: Request) -> Response:
        sample = request.path_params["sample"]
        if not _ID.fullmatch(sample):
            return _missing()
        content, region = await run_in_threadpool(self.gallery.crop, sample)
        return Response(content, media_type="image/jpeg", headers={"X-Crop": ",".join(map(str, region))})

    async def map(self, request: Request) -> Response:
        sample = request.path_params["sample"]
        return _file(self.connections.store.folder / "cam" / f"{sample}.png") if _ID.fullmatch(sample) else _missing()

    async def find(self, request: Request) -> Response:
        query = parse_query(request.query_params)
        return JSONResponse(await run_in_threadpool(self.gallery.find, query, self._name(request, None)))

    async def batch(self, request: Request) -> Response:
        posted = await posted_object(request)
        connection = self._connection(request, posted)
        if "undo" in posted:
            done = await run_in_threadpool(self.gallery.take_back, str(posted["undo"]), connection.session.annotator)
            return JSONResponse(done)
        ids = posted.get("samples")
        if not isinstance(ids, list) or len(ids) > MOST_ITEMS or not all(isinstance(each, str) for each in ids):
            raise NotUnderstoodError(f"samples are at most {MOST_ITEMS} ids")
        judge = functools.partial(self.gallery.judge, str(posted.get("decision")), ids)
        return JSONResponse(await run_in_threadpool(judge, connection.session.annotator))

    async def open(self, request: Request) -> Response:
        """A session of the mode and the name that are asked for, else of those the server was started with."""
        posted = await posted_object(request)
        mode = LabelingMode(posted.get("mode") or self.mode)
        visitor, _ = request.scope[VISITOR]
        annotator = self._name(request, posted.get("by"))
        language = language_of(str(posted.get("language") or ""))
        name, connection = await run_in_threadpool(self.connections.arrive, mode, annotator, language)
        keys = self.keys[mode]
        told = {
            "session": name,
            "person": {"name": annotator, "fixed": visitor.name is not None},
            "keys": {key: action.value for key, action in keys.items()},
            "help": help_lines(mode, keys, language),
            "repeatable": sorted(REPEATABLE),
            "blind": sorted(BLIND),
        }
        return JSONResponse({**told, **await run_in_threadpool(_state, connection)})

    async def input(self, request: Request) -> Response:
        """Acknowledged when what was said is on the disk; 410 for a page that has to open a session again."""
        posted = await posted_object(request)
        connection = self._connection(request, posted)
        if isinstance(options := posted.get("option"), dict):
            self.connections.choose(connection, options)
        user_input = parse_posted(self.keys[connection.session.mode], posted)
        handle = functools.partial(
            self.connections.handle, showing=parse_showing(posted), held_down=posted.get("auto_repeat") is True
        )
        understood = await run_in_threadpool(handle, connection, user_input)
        state = await run_in_threadpool(_state, connection)
        later = BackgroundTask(run_in_threadpool, self.connections.prefetch, connection)
        return JSONResponse({**state, "stale": not understood}, background=later)

    async def close(self, request: Request) -> Response:
        posted = await posted_object(request)
        await run_in_threadpool(self.connections.leave, str(posted.get("session")))
        return Response(status_code=204)

    def _name(self, request: Request, wanted: object) -> str:
        """Whoever came by a link of their own labels under no other name."""
        visitor, _ = request.scope[VISITOR]
        return str(visitor.name) if visitor.name is not None else check_name(str(wanted or self.annotator))

    def _connection(self, request: Request, posted: Mapping[str, Any]) -> Connection:
        visitor, _ = request.scope[VISITOR]
        connection = self.connections.find(str(posted.get("session")))
        if connection is None or visitor.name not in {None, connection.session.annotator}:
            raise _OverError("this session is over")
        return connection


class _OverError(ValueError):
    """The page has to open a session again."""


def _answered(endpoint: Endpoint) -> Endpoint:
    """The endpoint with its errors as answers in words."""
    return in_words(endpoint, {_OverError: 410})


def _state(connection: Connection) -> dict[str, Any]:
    with connection.lock:
        return session_to_json(connection.controller, connection.session)


def _content(name: str) -> bytes:
    return _resource(name).read_bytes()


def _resource(name: str) -> Traversable:
    return files("labeler.web") / "static" / name


def _file(path: Path) -> Response:
    return FileResponse(path, media_type="image/png") if path.is_file() else _missing()


def _missing() -> Response:
    return Response("there is nothing here\n", status_code=404, media_type="text/plain")
