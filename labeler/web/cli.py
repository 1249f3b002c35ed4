"""The command `livecam-label serve`: the labeler in a browser."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from labeler.options import (
    Advance,
    Blind,
    Config,
    Feedback,
    Gold,
    Overlap,
    Repeats,
    label_keys,
    label_settings,
)
from labeler.session.actions import LabelingMode
from livecam.core.errors import MissingExtraError


def serve(
    store: Annotated[Path | None, typer.Argument(metavar="STORE", help="A sample store.", show_default="yours")] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Of this computer; 0 takes a free one.")] = 8765,
    mode: Annotated[LabelingMode, typer.Option(help="What a page begins with.")] = LabelingMode.REVIEW,
    name: Annotated[str | None, typer.Option("--as", metavar="NAME", help="Who labels; unset is your login.")] = None,
    repeats: Repeats = None,
    overlap: Overlap = None,
    gold: Gold = None,
    feedback: Feedback = None,
    blind: Blind = None,
    advance: Advance = None,
    config: Config = None,
    db: Annotated[str | None, typer.Option("--db", metavar="URL", help="The database, if it is not SQLite.")] = None,
) -> None:
    """Label in a browser on this computer: the address is printed, and works for nobody else."""
    from labeler.session.opening import check_name, login_name
    from livecam.store.location import default_folder
    from livecam.store.store import Store

    try:
        from labeler.web import server
    except ModuleNotFoundError as fault:
        raise MissingExtraError("labelling in a browser", "serve") from fault
    from labeler.web.access_control import kept_token
    from labeler.web.connections import Connections

    settings = label_settings(
        config, repeats=repeats, overlap=overlap, gold=gold, feedback=feedback, blind=blind, auto_advance=advance
    )
    keys = label_keys(config)
    annotator = check_name(name) if name is not None else login_name()
    with Store.open(store or default_folder(), db) as samples, server.bound(port) as listening:
        token = kept_token(samples.folder)
        number = listening.getsockname()[1]
        print(f"http://{server.HOST}:{number}/?token={token}", flush=True)
        print("livecam-label: open this in a browser of this computer; Ctrl-C ends", file=sys.stderr, flush=True)
        server.serve(server.Routes(Connections(samples, settings), token, mode, annotator, keys), listening)
