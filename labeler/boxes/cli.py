"""The command `livecam-label boxes`: boxes on huge pictures, drawn in a browser, or written for other tools."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from livecam.core.errors import MissingExtraError, SettingsError, SinkError
from livecam.core.files import exclusive_lock
from livecam.perception.targets.boxes.folder import BoxFormat

if TYPE_CHECKING:
    from labeler.boxes.session import BoxSession

_LOCAL = "127.0.0.1"


def boxes(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Pictures, or a queue of livecam find --queue.")],
    port: Annotated[int, typer.Option(min=0, max=65535, help="Of this computer; 0 takes a free one.")] = 8766,
    host: Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 is open to the network.")] = _LOCAL,
    public_url: Annotated[
        str | None,
        typer.Option("--public-url", metavar="URL", help="Where browsers find it, behind a proxy."),
    ] = None,
    export: Annotated[
        BoxFormat | None, typer.Option("--export", help="Write the boxes in this format to --out, and end.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The folder that --export writes into.")] = None,
    import_: Annotated[
        Path | None,
        typer.Option("--import", metavar="FILE|FOLDER", help="Take in the boxes of another tool first, in any format."),
    ] = None,
) -> None:
    """Draw boxes around targets on pictures of any size, in a browser; your link is printed.

    Boxes that are there, in boxes.csv or in a file of another tool, are shown to be corrected. Answers are in
    FOLDER/boxes.csv at once. Of a queue of candidates one key says yes or no to each.
    """
    from labeler.boxes.exchange import export_boxes, import_boxes
    from labeler.boxes.session import BoxSession

    if (export is None) != (out is None):
        raise SettingsError("--export FORMAT and --out FOLDER belong together; give both, or neither")
    if import_ is not None:
        print(f"livecam-label: {import_boxes(folder, import_)} pictures with boxes taken in: {folder / 'boxes.csv'}")
    if export is not None and out is not None:
        print(f"livecam-label: {export_boxes(folder, export, out)} pictures with an answer: {out}")
        return
    if import_ is not None:
        return
    session = BoxSession(folder)
    try:
        with exclusive_lock(folder / ".boxes.lock", seconds=0.2):
            _serve(session, port, host, public_url)
    except TimeoutError:
        raise SinkError(f"{folder} is open in another livecam-label boxes; use that one, or end it") from None
    except OSError as error:
        raise SinkError(f"cannot keep boxes in {folder}: {(error.strerror or 'refused').lower()}") from error


def _serve(session: BoxSession, port: int, host: str, public_url: str | None) -> None:
    try:
        from livecam.web import listening
    except ModuleNotFoundError as fault:
        raise MissingExtraError("labelling in a browser", "serve") from fault
    from labeler.boxes.server import BoxRoutes
    from labeler.web.links import Links
    from livecam.web.access_control import AccessControl, PublicPlace

    place = PublicPlace.of(public_url, everywhere=not listening.is_loopback(host))
    with listening.bound(port, host) as opened:
        links = Links(session.folder)
        number = opened.getsockname()[1]
        base = public_url or f"http://{_LOCAL if listening.is_loopback(host) else host}:{number}/"
        print(f"{base.rstrip('/')}/?token={links.owner}", flush=True)
        print("livecam-label: open this in a browser; Ctrl-C ends", file=sys.stderr, flush=True)
        listening.run(AccessControl(BoxRoutes(session).application(), links, place), opened, None)
