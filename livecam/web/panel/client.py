"""The client of the control interface: finds the run that goes on, and has it do something."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

from livecam.core.errors import LivecamError
from livecam.web.panel.running import RunningProgram, running_programs

_PATIENCE_SECONDS = 15.0


class NotRunningError(LivecamError):
    """There is no run that could be steered."""

    def __init__(self) -> None:
        super().__init__("no run with a panel goes on; start one with: livecam run --panel")


class RefusedError(LivecamError):
    """The run does not do what it was asked."""


def ask(path: str, posted: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What the newest run answers to `GET api/v1/PATH`, or to a POST of an object.

    Raises:
        NotRunningError: No run answers; the files of killed ones are removed.
        RefusedError: It says why it does not do that.
    """
    for program in running_programs():
        try:
            return _asked(program, path, posted)
        except ConnectionRefusedError:
            # It was killed: whoever ends takes its file along.
            program.path.unlink(missing_ok=True)
    raise NotRunningError


def _asked(program: RunningProgram, path: str, posted: Mapping[str, Any] | None) -> dict[str, Any]:
    content = None if posted is None else json.dumps(posted).encode()
    headers = {"X-Token": program.token, "Content-Type": "application/json"}
    request = Request(f"{program.address}api/v1/{path}", content, headers)
    # A proxy of the environment is for other computers.
    opener = build_opener(ProxyHandler({}))
    try:
        with opener.open(request, timeout=_PATIENCE_SECONDS) as answer:
            told = json.load(answer)
    except HTTPError as error:
        raise RefusedError(_reason(error)) from error
    except URLError as error:
        if isinstance(error.reason, ConnectionRefusedError):
            raise error.reason from error
        raise RefusedError(f"the run at {program.address} cannot be reached: {error.reason}") from error
    except (OSError, ValueError, HTTPException) as error:
        raise RefusedError(f"what answers at {program.address} is no livecam; start it anew") from error
    return told if isinstance(told, dict) else {}


def _reason(error: HTTPError) -> str:
    text = error.read(1 << 16).decode("utf-8", "replace").strip()
    try:
        return str(json.loads(text)["error"])
    except (ValueError, KeyError, TypeError):
        return text[:200] or f"the run answers {error.code}"
