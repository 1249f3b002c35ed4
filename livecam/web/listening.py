"""Listening for browsers: the socket, and the server that runs on it until it is asked to end."""

from __future__ import annotations

import errno
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from livecam.core.errors import SettingsError, SinkError
from livecam.web.access_control import App

HOST = "127.0.0.1"


def bound(port: int, host: str = HOST, *, flags: tuple[str, str] = ("--port", "--host")) -> socket.socket:
    """A socket of this computer only, or of the address `host`; SinkError, which names the `flags` that choose port
    and host, when it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named asyncio sends small answers at once (TCP_NODELAY); else each waits 40 ms for the last.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        # From here on a browser that is quicker than the server waits for it.
        listening.listen(128)
    except OSError as error:
        listening.close()
        if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
            raise SinkError(
                f"{flags[1]} cannot be '{host}': this computer has no such address; 0.0.0.0 is all it has"
            ) from error
        reason = "in use" if error.errno == errno.EADDRINUSE else (error.strerror or "refused").lower()
        raise SinkError(f"port {port} cannot be used ({reason}); name another with {flags[0]}") from error
    return listening


def is_loopback(host: str) -> bool:
    """Whether only this computer reaches it."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass(frozen=True, slots=True)
class Certificate:
    """What encrypts the connection: files in PEM."""

    chain: Path
    key: Path

    def check(self) -> None:
        """SettingsError for files that are none, or do not belong together."""
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(self.chain, self.key, password="")
        except (OSError, ssl.SSLError) as error:
            raise SettingsError(
                f"--certificate '{self.chain}' and --key '{self.key}' are no certificate and its key in PEM: "
                f"{error.strerror or 'they cannot be read'}"
            ) from error


def run(application: App, listening: socket.socket, certificate: Certificate | None = None) -> None:
    """Until Ctrl-C or a request to end."""
    tls = {"ssl_certfile": str(certificate.chain), "ssl_keyfile": str(certificate.key)} if certificate else {}
    config = uvicorn.Config(application, log_level="warning", access_log=False, timeout_graceful_shutdown=3, **tls)  # type: ignore[arg-type]
    uvicorn.Server(config).run(sockets=[listening])
