"""The command `livecam-label serve`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from labeler.samples.actions import Mode
from livecam.core.errors import MissingExtraError


def serve(
    store: Annotated[Path | None, typer.Argument(metavar="STORE", help="A sample store.", show_default="yours")] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Of this computer; 0 takes a free one.")] = 8765,
    mode: Annotated[Mode, typer.Option(help="What a page begins with.")] = Mode.REVIEW,
    name: Annotated[str | None, typer.Option("--as", metavar="NAME", help="Who labels; unset is your login.")] = None,
    repeats: Annotated[float, typer.Option(min=0, max=0.5, help="Share of samples shown twice, untold.")] = 0.07,
    db: Annotated[str | None, typer.Option("--db", metavar="URL", help="The database, if it is not SQLite.")] = None,
) -> None:
    """Label in a browser on this computer: the address is printed, and works for nobody else."""
    from labeler.annotators import check_name, login_name  # noqa: PLC0415
    from livecam.core.store.place import default_folder  # noqa: PLC0415
    from livecam.core.store.store import Store  # noqa: PLC0415

    try:
        from labeler.web import server  # noqa: PLC0415
    except ModuleNotFoundError as fault:
        raise MissingExtraError("labelling in a browser", "serve") from fault
    from labeler.web.guard import kept_token  # noqa: PLC0415
    from labeler.web.people import People  # noqa: PLC0415

    by = check_name(name) if name is not None else login_name()
    with Store.open(store or default_folder(), db) as samples, server.bound(port) as listening:
        token = kept_token(samples.folder)
        number = listening.getsockname()[1]
        print(f"http://{server.HOST}:{number}/?token={token}", flush=True)
        print("livecam-label: open this in a browser of this computer; Ctrl-C ends", file=sys.stderr, flush=True)
        server.serve(server.Routes(People(samples, repeats), token, mode, by), listening)
