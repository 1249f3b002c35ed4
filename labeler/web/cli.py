"""The commands `livecam-label serve`, `link`, `links` and `revoke`: the labeler in a browser, and who may use it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labeler.options import Advance, Blind, Carry, Config, Feedback, Gold, Overlap, Repeats, label_keys, label_settings
from labeler.session.actions import LabelingMode
from livecam.core.errors import MissingExtraError, SettingsError
from livecam.core.shell import typed

if TYPE_CHECKING:
    from labeler.web.links import Links

_LOCAL = "127.0.0.1"
_Store = Annotated[Path | None, typer.Argument(metavar="STORE", help="A sample store.", show_default="yours")]
_Url = Annotated[
    str | None, typer.Option("--public-url", metavar="URL", help="Where browsers find it, behind a proxy or tunnel.")
]


def serve(
    context: typer.Context,
    store: _Store = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Of this computer; 0 takes a free one.")] = 8765,
    host: Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 is open to the network.")] = _LOCAL,
    public_url: _Url = None,
    certificate: Annotated[Path | None, typer.Option(help="TLS: the certificate and its chain, PEM.")] = None,
    key: Annotated[Path | None, typer.Option(help="TLS: its private key, PEM.")] = None,
    mode: Annotated[LabelingMode, typer.Option(help="What a page begins with.")] = LabelingMode.REVIEW,
    name: Annotated[str | None, typer.Option("--as", metavar="NAME", help="Who labels; unset is your login.")] = None,
    repeats: Repeats = None,
    overlap: Overlap = None,
    gold: Gold = None,
    feedback: Feedback = None,
    blind: Blind = None,
    carry: Carry = None,
    advance: Advance = None,
    config: Config = None,
    db: Annotated[str | None, typer.Option("--db", metavar="URL", help="The database, if it is not SQLite.")] = None,
) -> None:
    """Label in a browser: your link is printed, and those of the people whom livecam-label link named.

    Nothing is shown without the token of a link. Without --host it works on this computer only.
    """
    from labeler.session.opening import check_name, login_name
    from livecam.store.location import default_folder, require_store
    from livecam.store.store import Store

    try:
        from livecam.web import listening
    except ModuleNotFoundError as fault:
        raise MissingExtraError("labelling in a browser", "serve") from fault
    from labeler.web.connections import Connections
    from labeler.web.gallery import Gallery
    from labeler.web.links import Links
    from labeler.web.server import Routes
    from livecam.web.access_control import AccessControl, PublicPlace

    settings = label_settings(context.params)
    annotator = check_name(name) if name is not None else login_name()
    place = PublicPlace.of(public_url, everywhere=not listening.is_loopback(host))
    if (certificate is None) != (key is None):
        raise SettingsError("--certificate and --key belong together; give both, or neither")
    tls = listening.Certificate(certificate, key) if certificate and key else None
    if tls:
        tls.check()
    # Opening would make one, and a folder that was mistyped would be a new store.
    require_store(store or default_folder(), db)
    with Store.open(store or default_folder(), db) as samples, listening.bound(port, host) as opened:
        links = Links(samples.folder)
        number = opened.getsockname()[1]
        base = (
            public_url or f"{'https' if tls else 'http'}://{_LOCAL if listening.is_loopback(host) else host}:{number}/"
        )
        print(_link(base, links.owner), flush=True)
        for person, token in links.people().items():
            print(f"{person}: {_link(base, token)}", file=sys.stderr, flush=True)
        print("livecam-label: open this in a browser; Ctrl-C ends", file=sys.stderr, flush=True)
        if place.everywhere and tls is None:
            print("livecam-label: without --certificate whoever listens on the network sees it", file=sys.stderr)
        routes = Routes(Connections(samples, settings), Gallery(samples), mode, annotator, label_keys(config))
        listening.run(AccessControl(routes.application(), links, place), opened, tls)


def link(
    store: Annotated[Path, typer.Argument(metavar="STORE", help="A sample store.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="Who labels through it, and under which name.")],
    public_url: _Url = None,
) -> None:
    """Give a person a link of their own to the page that serve shows; the same one when it is asked for again."""
    from labeler.session.opening import check_name

    print(_link(public_url or f"http://{_LOCAL}:8765/", _links(store).invite(check_name(name))))


def links(store: Annotated[Path, typer.Argument(metavar="STORE", help="A sample store.")]) -> None:
    """List the people who have a link."""
    for name in _links(store).people():
        print(name)


def revoke(
    store: Annotated[Path, typer.Argument(metavar="STORE", help="A sample store.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="Whose link ends.")],
) -> None:
    """End a person's link, at once; what they said stays."""
    if not _links(store).revoke(name):
        shown = typed("livecam-label", "links", store)
        raise SettingsError(f"nobody called '{name}' has a link; {shown} lists who has")
    print(f"livecam-label: the link of {name} is revoked")


def _links(store: Path) -> Links:
    from labeler.session.opening import open_store
    from labeler.web.links import Links

    with open_store(store):  # says what is wrong with a folder that is none
        return Links(store)


def _link(base: str, token: str) -> str:
    return f"{base.rstrip('/')}/?token={token}"
