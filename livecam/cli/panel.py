"""What `livecam run --panel` prints: the link to the page, and a QR code of it for a phone."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from livecam.cli.settings_loading import say
from livecam.core.errors import MissingExtraError
from livecam.settings import PanelSettings

if TYPE_CHECKING:
    from livecam.web.panel.opening import PanelPlace


@contextmanager
def open_place(settings: PanelSettings) -> Iterator[PanelPlace]:
    """The port of the panel; SinkError when it is in use, MissingExtraError without the libraries."""
    try:
        from livecam.web.panel.opening import panel_place
    except ModuleNotFoundError as fault:
        raise MissingExtraError("the panel", "panel") from fault
    with panel_place(settings) as place:
        yield place


def print_link(place: PanelPlace) -> None:
    """The link, on standard output; for other devices its QR code too."""
    print(place.link, flush=True)
    if not place.is_open_to_others:
        say("open this in a browser; it shows and steers the run")
        return
    code = qr_code(place.link)
    if _can_print(code):
        print(code, end="", flush=True)
    say("scan it with a phone in the same network; whoever has the link sees the picture and steers the run, and it is"
        " not encrypted")  # fmt: skip


def _can_print(text: str) -> bool:
    """Whether the encoding of the output has these letters; that of an old Windows terminal has no blocks."""
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def qr_code(text: str) -> str:
    """A QR code in half blocks, light on dark as terminals are."""
    try:
        import segno
    except ModuleNotFoundError as fault:
        raise MissingExtraError("a QR code", "panel") from fault
    drawn = io.StringIO()
    segno.make(text, error="l", micro=False).terminal(drawn, compact=True)
    return drawn.getvalue()
