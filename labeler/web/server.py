"""The web server of the labeler: opens sessions, takes input, serves images by the id of their sample."""

from __future__ import annotations

import errno
import functools
import re
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from labeler.session.actions import LabelingMode
from labeler.session.keys import BLIND, KEYS, REPEATABLE, Keys, help_lines
from labeler.session.opening import check_name
from labeler.web.access_control import AccessControl
from labeler.web.connections import Connection, Connections
from labeler.web.inputs import NotUnderstoodError, TooLargeError, parse_posted, parse_showing, posted_object
from labeler.web.serialization import session_to_json
from livecam.core.errors import LivecamError, SinkError, StoreError

# Why all rules are on this side: docs/decisions/browser-decides-nothing.md
HOST = "127.0.0.1"
_STATIC = {".js": "text/javascript", ".css": "text/css"}
_ID = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Routes:
    """What the page can ask for; every answer about a session is the whole of it."""

    connections: Connections
    token: str
    mode: LabelingMode
    annotator: str
    keys: Mapping[LabelingMode, Keys] = field(default_factory=lambda: KEYS)  # that a person may have changed

    def application(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/", self.page),
                Route("/static/{name}", self.static),
                Route("/picture/{sample}", self.picture),
                Route("/map/{sample}", self.map),
                Route("/api/open", self.open, methods=["POST"]),
                Route("/api/wish", self.input, methods=["POST"]),
                Route("/api/close", self.close, methods=["POST"]),
            ],
            lifespan=self._life,
        )

    @asynccontextmanager
    async def _life(self, _: Starlette) -> AsyncIterator[None]:
        yield
        await run_in_threadpool(self.connections.close)

    async def page(self, request: Request) -> Response:
        text = _content("index.html").decode().replace("{{token}}", self.token)
        return Response(text, media_type="text/html")

    async def static(self, request: Request) -> Response:
        name = Path(request.path_params["name"])
        if name.suffix not in _STATIC or not _resource(name.name).is_file():
            return _missing()
        return Response(_content(name.name), media_type=_STATIC[name.suffix])

    async def picture(self, request: Request) -> Response:
        sample = request.path_params["sample"]
        if not _ID.fullmatch(sample):
            return _missing()
        return _file(self.connections.store.picture_path(sample))

    async def map(self, request: Request) -> Response:
        sample = request.path_params["sample"]
        return _file(self.connections.store.folder / "cam" / f"{sample}.png") if _ID.fullmatch(sample) else _missing()

    async def open(self, request: Request) -> Response:
        """A session of the mode and the name that are asked for, else of those the server was started with."""
        try:
            posted = await posted_object(request)
            mode, annotator = (
                LabelingMode(posted.get("mode") or self.mode),
                check_name(str(posted.get("by") or self.annotator)),
            )
            name, connection = await run_in_threadpool(self.connections.arrive, mode, annotator)
        except TooLargeError as error:
            return _refused(413, str(error))
        except ValueError as error:
            return _refused(400, str(error))
        except LivecamError as error:
            return _refused(503, str(error))
        keys = self.keys[mode]
        told = {
            "session": name,
            "keys": {key: action.value for key, action in keys.items()},
            "help": help_lines(mode, keys),
            "repeatable": sorted(REPEATABLE),
            "blind": sorted(BLIND),
        }
        return JSONResponse({**told, **await run_in_threadpool(_state, connection)})

    async def input(self, request: Request) -> Response:
        """Acknowledged when what was said is on the disk; 410 for a page that has to open a session again."""
        try:
            posted = await posted_object(request)
            connection = self.connections.find(str(posted.get("session")))
            if connection is None:
                return _refused(410, "this session is over")
            user_input = parse_posted(self.keys[connection.session.mode], posted)
            handle = functools.partial(
                self.connections.handle, showing=parse_showing(posted), held_down=posted.get("auto_repeat") is True
            )
            understood = await run_in_threadpool(handle, connection, user_input)
        except TooLargeError as error:
            return _refused(413, str(error))
        except NotUnderstoodError as error:
            return _refused(400, str(error))
        except StoreError as error:
            return _refused(503, str(error))
        state = await run_in_threadpool(_state, connection)
        return JSONResponse({**state, "stale": not understood})

    async def close(self, request: Request) -> Response:
        try:
            posted = await posted_object(request)
        except TooLargeError as error:
            return _refused(413, str(error))
        except NotUnderstoodError as error:
            return _refused(400, str(error))
        await run_in_threadpool(self.connections.leave, str(posted.get("session")))
        return Response(status_code=204)


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


def _refused(status: int, why: str) -> Response:
    return JSONResponse({"error": why}, status_code=status)


def bound(port: int) -> socket.socket:
    """A socket of this computer only; SinkError when the port is taken."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        # From here on a browser that is quicker than the server waits for it.
        listening.listen(128)
    except OSError as error:
        listening.close()
        reason = "in use" if error.errno == errno.EADDRINUSE else (error.strerror or "refused").lower()
        raise SinkError(f"port {port} cannot be used ({reason}); name another with --port") from error
    return listening


def serve(routes: Routes, listening: socket.socket) -> None:
    """Until Ctrl-C or a request to end."""
    port = listening.getsockname()[1]
    guarded = AccessControl(routes.application(), routes.token, port)
    config = uvicorn.Config(guarded, log_level="warning", access_log=False, timeout_graceful_shutdown=3)
    uvicorn.Server(config).run(sockets=[listening])
