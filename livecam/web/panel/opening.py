"""Opens the panel of a run: its port, its server in a thread of its own, and the file that tells where it is."""

from __future__ import annotations

import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import uvicorn

from livecam.core.errors import SinkError
from livecam.live.control.commands import ControlCommands
from livecam.live.session import LiveSession
from livecam.settings import PanelSettings
from livecam.web.access_control import AccessControl, App, PublicPlace
from livecam.web.listening import HOST, bound, is_loopback
from livecam.web.panel.preview import Preview
from livecam.web.panel.running import announced, kept_panel_token
from livecam.web.panel.server import PanelRoutes
from livecam.web.panel.thumbnails import Thumbnails
from livecam.web.posted import MOST_BYTES

_START_SECONDS = 20.0
_MOST_CONNECTIONS = 64


@dataclass(frozen=True, slots=True)
class PanelToken:
    """The one token of a panel; whoever has it may do everything."""

    token: str

    def visitor(self, token: str) -> PanelToken | None:
        return self if secrets.compare_digest(token.encode(), self.token.encode()) else None


@dataclass(frozen=True, slots=True)
class PanelPlace:
    """Where a panel is: its socket, its token, and the links to it."""

    listening: socket.socket
    settings: PanelSettings
    token: str

    @property
    def port(self) -> int:
        return int(self.listening.getsockname()[1])

    @property
    def address(self) -> str:
        """For programs of this computer."""
        host = self.settings.host
        return _url(HOST if _is_everywhere(host) or is_loopback(host) else host, self.port)

    @property
    def link(self) -> str:
        """For a browser: on another device where the panel is open to the network."""
        return f"{_url(self._reached_by(), self.port)}?token={self.token}"

    @property
    def is_open_to_others(self) -> bool:
        return not is_loopback(self.settings.host)

    def _reached_by(self) -> str:
        if not self.is_open_to_others:
            return HOST
        return _own_address() if _is_everywhere(self.settings.host) else self.settings.host


@contextmanager
def panel_place(settings: PanelSettings) -> Iterator[PanelPlace]:
    """The port, had before a camera is opened; SinkError when it is in use."""
    with bound(settings.port, settings.host, flags=("--panel-port", "--panel-host")) as listening:
        yield PanelPlace(listening, settings, kept_panel_token())


@contextmanager
def panel(place: PanelPlace, live: LiveSession) -> Iterator[Preview]:
    """The panel of a run, served until the block is left."""
    with Preview(lambda: live.control.mirrored) as preview:
        live.audience.add(lambda: preview.viewers > 0)
        live.sinks.sink.add(preview)
        status = replace(live.status, viewers=lambda: preview.viewers)
        commands = ControlCommands(live.control, live.opened, live.status.pupils)
        routes = PanelRoutes(commands, status, preview, Thumbnails())
        guarded = AccessControl(
            routes.application(), PanelToken(place.token), PublicPlace(everywhere=place.is_open_to_others)
        )
        with (
            _serving(guarded, place.listening, ending=preview.close),
            announced(place.address, place.token),
        ):
            yield preview


@contextmanager
def _serving(application: App, listening: socket.socket, *, ending: Callable[[], None]) -> Iterator[None]:
    # What a stranger sends is told to them and not to the terminal, which it would flood.
    config = uvicorn.Config(
        application,
        log_level="critical",
        access_log=False,
        limit_concurrency=_MOST_CONNECTIONS,
        ws_max_size=MOST_BYTES,
        ws_max_queue=8,
        timeout_graceful_shutdown=1,
        lifespan="off",
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="panel", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending()
        server.should_exit = True
        thread.join(timeout=5)


def _is_everywhere(host: str) -> bool:
    return host in {"0.0.0.0", "::", ""}


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def _own_address() -> str:
    """Of this computer in its network: that from which a packet would leave. None is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect(("192.0.2.1", 9))
        except OSError as error:
            raise SinkError("this computer is in no network; leave --panel-host out") from error
        return str(asked.getsockname()[0])
