"""A Ray cluster: connected to, or begun on this machine and ended with what used it; the only importer of Ray."""

from __future__ import annotations

import importlib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from livecam.core.errors import MissingExtraError, SettingsError

LOCAL = "local"


@contextmanager
def ray_cluster(address: str, workers: int) -> Iterator[Any]:
    """The module `ray`, connected to the cluster at `address`, or, for `local`, to one of `workers` processes here.

    MissingExtraError without Ray, SettingsError for a cluster that does not answer.
    """
    try:
        ray = importlib.import_module("ray")
    except ImportError as fault:
        raise MissingExtraError("--ray", "scale") from fault
    _check_reachable(address)
    own = {"num_cpus": workers, "include_dashboard": False} if address == LOCAL else {}
    try:
        ray.init(address=address, log_to_driver=False, logging_level="ERROR", **own)
    except Exception as fault:  # Ray raises a bare Exception when its node does not start in time
        raise _no_cluster(address, str(fault) or type(fault).__name__) from fault
    try:
        yield ray
    finally:
        ray.shutdown()


def _check_reachable(address: str) -> None:
    """Ray itself would wait for minutes for a cluster that is not there."""
    host, _, port = address.rpartition("/")[2].partition(":")
    if not port.isdigit():
        return
    try:
        socket.create_connection((host, int(port)), timeout=5).close()
    except (OSError, OverflowError) as fault:
        raise _no_cluster(address, str(fault)) from fault


def _no_cluster(address: str, reason: str) -> SettingsError:
    words = reason.splitlines()[0]
    return SettingsError(f"no Ray cluster answers at {address} ({words}); start one, or pass --ray {LOCAL}")
