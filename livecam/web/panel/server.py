"""The server of the panel: its page, the preview, and the control interface that docs/control-api.md describes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict, dataclass, field
from html import escape
from importlib.metadata import version
from importlib.resources import files
from typing import Any

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from livecam.core.errors import LivecamError
from livecam.core.timing import Clock
from livecam.live.control.command_queue import BusyError
from livecam.live.control.commands import ControlCommands
from livecam.live.control.run_status import RunStatus
from livecam.live.sources.devices import list_cameras
from livecam.web.access_control import VISITOR
from livecam.web.panel.effect_list import list_effects
from livecam.web.panel.preview import MOST_VIEWERS, Preview
from livecam.web.panel.thumbnails import Thumbnails
from livecam.web.posted import Endpoint, in_words, parse_object, posted_object, status_of

_SCRIPTS = ("panel.js", "overlay.js", "catalogue.js")
_STATIC = {**dict.fromkeys(_SCRIPTS, "text/javascript"), "panel.css": "text/css"}
_STATUS_SECONDS = 0.25
_MOST_SOCKETS = 16
_COMMANDS_A_SECOND, _AT_ONCE = 30.0, 60.0
_ERRORS: Mapping[type[Exception], int] = {BusyError: 429}
_BOUNDARY = "livecam-picture"


@dataclass(slots=True)
class CommandRate:
    """How many commands all clients together may send: so many a second, and a few more at once (a token bucket)."""

    clock: Clock = time.monotonic
    _left: float = field(default=_AT_ONCE, init=False)
    _at: float = field(default=0.0, init=False)

    def spend(self) -> None:
        """BusyError when there were too many."""
        now = self.clock()
        self._left = min(_AT_ONCE, self._left + (now - self._at) * _COMMANDS_A_SECOND)
        self._at = now
        if self._left < 1:
            raise BusyError(f"too many commands; send at most {_COMMANDS_A_SECOND:.0f} a second")
        self._left -= 1


@dataclass(slots=True)
class PanelRoutes:
    """What a page, a program or a Stream Deck can ask of a run."""

    commands: ControlCommands
    status: RunStatus
    preview: Preview
    thumbnails: Thumbnails
    rate: CommandRate = field(default_factory=CommandRate)
    _sockets: int = field(default=0, init=False)

    def application(self) -> Starlette:
        base = "/api/v1"
        return Starlette(
            routes=[
                Route("/", self.page),
                Route("/overlay", self.overlay),
                Route("/static/{name}", self.static),
                Route(f"{base}/status", _answered(self.tell)),
                Route(f"{base}/effects", _answered(self.effects)),
                Route(f"{base}/effects/{{name}}/preview.gif", _answered(self.thumbnail)),
                Route(f"{base}/cameras", _answered(self.cameras)),
                Route(f"{base}/preview.jpg", _answered(self.still)),
                Route(f"{base}/preview.mjpeg", _answered(self.stream)),
                Route(f"{base}/{{command}}", _answered(self.command), methods=["POST"]),
                WebSocketRoute(f"{base}/ws", self.socket),
            ]
        )

    async def page(self, request: Request) -> Response:
        return _page(request, "index.html")

    async def overlay(self, request: Request) -> Response:
        """The picture alone, for OBS."""
        return _page(request, "overlay.html")

    async def static(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in _STATIC:
            return JSONResponse({"error": "there is nothing here"}, status_code=404)
        return Response(_content(name), media_type=_STATIC[name])

    async def tell(self, request: Request) -> Response:
        return JSONResponse(self._told())

    async def effects(self, request: Request) -> Response:
        return JSONResponse({"effects": await run_in_threadpool(list_effects)})

    async def thumbnail(self, request: Request) -> Response:
        name = request.path_params["name"]
        found = await run_in_threadpool(self.thumbnails.find, name)
        if found is not None:
            return FileResponse(found, media_type="image/gif")
        later = BackgroundTask(self._draw, name)
        return JSONResponse({"error": "it is being drawn; ask again"}, 503, {"Retry-After": "3"}, background=later)

    async def _draw(self, name: str) -> None:
        try:
            await run_in_threadpool(self.thumbnails.draw, name)
        except (LivecamError, OSError) as error:
            self.commands.control.notices.say(f"no thumbnail of {name}: {error}")

    async def cameras(self, request: Request) -> Response:
        found = await run_in_threadpool(list_cameras)
        return JSONResponse({"cameras": [asdict(camera) for camera in found], "source": self.status.source.name})

    async def still(self, request: Request) -> Response:
        content = await run_in_threadpool(self.preview.still)
        if content is None:
            return JSONResponse({"error": "there is no picture yet"}, status_code=503)
        return Response(content, media_type="image/jpeg")

    async def stream(self, request: Request) -> Response:
        if self.preview.viewers >= MOST_VIEWERS:
            raise BusyError(f"{MOST_VIEWERS} look already; close a page that shows the picture")
        return StreamingResponse(
            _parts(self.preview.pictures()), media_type=f"multipart/x-mixed-replace; boundary={_BOUNDARY}"
        )

    async def command(self, request: Request) -> Response:
        self.rate.spend()
        name, posted = request.path_params["command"], await posted_object(request)
        if name not in self.commands.names:
            known = ", ".join(self.commands.names)
            return JSONResponse({"error": f"there is no command '{name[:40]}'; there are {known}"}, status_code=404)
        said = await run_in_threadpool(self.commands.run, name, posted)
        return JSONResponse({"said": said, "status": self._told()})

    async def socket(self, socket: WebSocket) -> None:
        """Tells the status four times a second, and carries out what is sent."""
        if self._sockets >= _MOST_SOCKETS:
            await socket.close(1013, "too many connections")
            return
        await socket.accept()
        self._sockets += 1
        telling = asyncio.create_task(self._keep_telling(socket))
        try:
            while True:
                await socket.send_json(await self._heard(await socket.receive_text()))
        except (WebSocketDisconnect, RuntimeError, KeyError):
            # It has gone, or sends bytes, which is nothing that could be understood.
            return
        finally:
            telling.cancel()
            self._sockets -= 1

    async def _keep_telling(self, socket: WebSocket) -> None:
        try:
            while True:
                await socket.send_json({"status": self._told()})
                await asyncio.sleep(_STATUS_SECONDS)
        except (WebSocketDisconnect, RuntimeError):
            return

    async def _heard(self, text: str) -> dict[str, Any]:
        """The answer to a message such as `{"id": 1, "command": "strength", "strength": 0.5}`."""
        identity: object = None
        try:
            self.rate.spend()
            posted = parse_object(text)
            identity, name = posted.pop("id", None), posted.pop("command", None)
            said = await run_in_threadpool(self.commands.run, str(name), posted)
        except (ValueError, LivecamError) as error:
            return {"id": identity, "error": str(error), "code": status_of(error, _ERRORS)}
        return {"id": identity, "said": said}

    def _told(self) -> dict[str, Any]:
        return {"program": version("livecam"), **self.status.as_json()}


def _answered(endpoint: Endpoint) -> Endpoint:
    return in_words(endpoint, _ERRORS)


async def _parts(pictures: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """As Motion JPEG over HTTP."""
    async for picture in pictures:
        head = f"--{_BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
        yield head.encode() + picture + b"\r\n"


def _page(request: Request, name: str) -> Response:
    _, token = request.scope[VISITOR]
    return Response(_content(name).decode().replace("{{token}}", escape(token)), media_type="text/html")


def _content(name: str) -> bytes:
    return (files("livecam.web.panel") / "static" / name).read_bytes()
