"""The web server of the page that draws boxes: pictures as tiles, and a person's answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from labeler.boxes.session import BoxSession
from labeler.texts.catalogue import as_javascript
from livecam.core.errors import LivecamError
from livecam.web.access_control import VISITOR
from livecam.web.posted import TooLargeError, posted_object

_KINDS = {".js": "text/javascript", ".css": "text/css"}
_TEXTS = "texts.js"  # made from the labeler's catalogue
_PLACES = ("labeler.boxes", "labeler.web")  # the page shares its connection, keys and style with the labeler's


@dataclass(frozen=True, slots=True)
class BoxRoutes:
    """What the page can ask for."""

    session: BoxSession

    def application(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/", self.page),
                Route("/static/{name}", self.static),
                Route("/tile/{level:int}/{column:int}/{row:int}", _answered(self.tile)),
                Route("/api/pages", _answered(self.pages)),
                Route("/api/page", _answered(self.show)),
                Route("/api/act", _answered(self.act), methods=["POST"]),
            ],
        )

    async def page(self, request: Request) -> Response:
        _, token = request.scope[VISITOR]
        html = (files("labeler.boxes") / "static" / "boxes.html").read_text(encoding="utf-8")
        return Response(html.replace("{{token}}", escape(token)), media_type="text/html")

    async def static(self, request: Request) -> Response:
        name = Path(request.path_params["name"])
        if name.name == _TEXTS:
            return Response(as_javascript(), media_type=_KINDS[".js"])
        for place in _PLACES:
            file = files(place) / "static" / name.name
            if name.suffix in _KINDS and file.is_file():
                return Response(file.read_bytes(), media_type=_KINDS[name.suffix])
        return Response("there is nothing here\n", status_code=404, media_type="text/plain")

    async def tile(self, request: Request) -> Response:
        place = request.path_params

        def made() -> bytes | None:
            pyramid = self.session.pyramid(request.query_params.get("page", ""))
            return pyramid.tile(place["level"], place["column"], place["row"])

        content = await run_in_threadpool(made)
        if content is None:
            return Response("there is no such tile\n", status_code=404, media_type="text/plain")
        return Response(content, media_type="image/jpeg")

    async def pages(self, request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(self.session.overview))

    async def show(self, request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(self.session.show, request.query_params.get("name", "")))

    async def act(self, request: Request) -> Response:
        """Answered when it is on the disk."""
        posted = await posted_object(request)

        def done() -> dict[str, Any]:
            revision = posted.get("revision")
            name = self.session.act(str(posted.get("page")), revision if isinstance(revision, int) else -1, posted)
            return self.session.show(name)

        return JSONResponse(await run_in_threadpool(done))


Endpoint = Callable[[Request], Awaitable[Response]]


def _answered(endpoint: Endpoint) -> Endpoint:
    """The endpoint with its errors as answers in words."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except TooLargeError as error:
            return JSONResponse({"error": str(error)}, status_code=413)
        except ValueError as error:
            return JSONResponse({"error": str(error), "key": getattr(error, "key", "")}, status_code=400)
        except LivecamError as error:
            return JSONResponse({"error": str(error)}, status_code=503)

    return answer
