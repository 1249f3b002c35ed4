"""Shows how far a step is: a progress bar with the time that is left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any


def watch(name: str, parts: Iterable[Any], count: int) -> Iterator[Any]:
    """Passes the parts on under a progress bar on the standard error."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import track  # noqa: PLC0415

    yield from track(parts, description=name, total=count, console=Console(stderr=True))
