"""Posted bodies: JSON objects of limited size, and the errors of an endpoint as answers in words."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from livecam.core.errors import LivecamError, SettingsError

MOST_BYTES = 64 * 1024


class NotUnderstoodError(ValueError):
    """What was posted is no input."""


class TooLargeError(ValueError):
    """What was posted is larger than any input."""


async def posted_object(request: Request) -> dict[str, Any]:
    """NotUnderstoodError for what is no object of JSON, TooLargeError beyond MOST_BYTES."""
    content = bytearray()
    try:
        async for chunk in request.stream():
            content += chunk
            if len(content) > MOST_BYTES:
                raise TooLargeError(f"what was posted is larger than {MOST_BYTES} bytes")
    except ClientDisconnect as error:
        raise NotUnderstoodError("what was posted is not JSON") from error
    return parse_object(bytes(content))


def parse_object(content: bytes | str) -> dict[str, Any]:
    """The JSON object of a text; NotUnderstoodError for what is none."""
    try:
        posted = json.loads(content)
    # RecursionError: brackets within brackets, thousands of them.
    except (ValueError, RecursionError) as error:
        raise NotUnderstoodError("what was posted is not JSON") from error
    if not isinstance(posted, dict):
        raise NotUnderstoodError("what was posted is not an object")
    return posted


Endpoint = Callable[[Request], Awaitable[Response]]


def status_of(error: Exception, further: Mapping[type[Exception], int] | None = None) -> int | None:
    """The HTTP status that tells of an error; None for one that is a programmer's mistake."""
    statuses = {**(further or {}), TooLargeError: 413, ValueError: 400, SettingsError: 400, LivecamError: 503}
    return next((status for kind, status in statuses.items() if isinstance(error, kind)), None)


def in_words(endpoint: Endpoint, further: Mapping[type[Exception], int] | None = None) -> Endpoint:
    """The endpoint with its errors as answers `{"error": words}`; `further` kinds of error have a status of their
    own."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except (ValueError, LivecamError) as error:
            status = status_of(error, further)
            assert status is not None
            return JSONResponse({"error": str(error)}, status_code=status)

    return answer
