"""The command line of the labeler: the only place that prints and exits."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from labeler.formats.cli import export, import_
from labeler.web.cli import serve
from livecam.core.errors import LivecamError, SettingsError

app = typer.Typer(
    name="livecam-label",
    help="Label by keys and mouse; a decision is on disk before the next picture shows.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
Name = Annotated[str | None, typer.Option("--as", metavar="NAME", help="Whose labels these are.", show_default="login")]
Repeats = Annotated[
    float | None,
    typer.Option(min=0, max=0.5, help="Share shown again without telling.", show_default="0.07"),
]
Database = Annotated[str | None, typer.Option("--db", metavar="URL", help="The store's database, if PostgreSQL.")]


@app.command()
def review(
    images: Annotated[
        Path | None, typer.Argument(metavar="STORE|IMAGES", help="A sample store, a folder of pictures, or one.")
    ] = None,
    masks: Annotated[Path | None, typer.Argument(metavar="MASKS", help="Masks of IMAGES, by file name.")] = None,
    journal: Annotated[
        Path | None, typer.Option(help="Where decisions are kept.", show_default="annotation.jsonl beside the pictures")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="What s saves.", show_default="annotation.json beside the pictures")
    ] = None,
    name: Name = None,
    repeats: Repeats = None,
    db: Database = None,
) -> None:
    """Say true (f) or false (d) to each predicted label; ? lists the keys. It goes on where it was left.

    Without STORE or IMAGES it is the store that livecam fills.
    """
    from labeler.stores import is_store  # noqa: PLC0415

    if images is None or (masks is None and is_store(images, db)):
        _only(journal=journal, output=output, where="folders of pictures")
        _label("review", images, db, name, repeats)
        return
    _only(**{"as": name, "repeats": repeats, "db": db}, where="sample stores")
    # Bring OpenCV, which help and completion do without.
    from labeler.asking import Asking  # noqa: PLC0415
    from labeler.journal import Journal  # noqa: PLC0415
    from labeler.page import summary  # noqa: PLC0415
    from labeler.pairs import find_pairs  # noqa: PLC0415
    from labeler.review import Review  # noqa: PLC0415
    from labeler.window import Window  # noqa: PLC0415

    pairs = find_pairs(images, masks)
    with (
        Window() as window,
        Journal(journal or pairs.folder / "annotation.jsonl") as kept,
    ):
        session = Review(pairs, kept, output or pairs.folder / "annotation.json").run(Asking(window))
    print(f"livecam-label: {summary(session)[0]}; kept in {kept.path}")


@app.command()
def annotate(
    store: Annotated[Path | None, typer.Argument(metavar="STORE", help="A sample store.")] = None,
    name: Name = None,
    repeats: Repeats = None,
    db: Database = None,
) -> None:
    """Place the pupils of each sample by mouse or keys; ? lists the keys. It goes on where it was left."""
    _label("annotate", store, db, name, repeats)


@app.command()
def stats(
    store: Annotated[Path | None, typer.Argument(metavar="STORE", help="A sample store.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    db: Database = None,
) -> None:
    """Count the labels, and tell how well people agree and how good the guesses were."""
    from labeler.samples.statistics import described, gathered  # noqa: PLC0415
    from labeler.stores import open_store  # noqa: PLC0415
    from livecam.core.store.place import default_folder  # noqa: PLC0415

    with open_store(store or default_folder(), db) as opened:
        found = gathered(opened)
    if as_json:
        print(json.dumps(found, indent=2))
    else:
        print("\n".join(described(found)))


app.command()(serve)
app.command()(export)
app.command("import")(import_)


def _label(mode: str, folder: Path | None, db: str | None, name: str | None, repeats: float | None) -> None:
    from labeler.samples.actions import Mode  # noqa: PLC0415
    from labeler.samples.desk import REPEATS  # noqa: PLC0415
    from labeler.samples.start import label  # noqa: PLC0415
    from livecam.core.store.place import default_folder  # noqa: PLC0415

    share = REPEATS if repeats is None else repeats
    print(f"livecam-label: {label(folder or default_folder(), db, Mode(mode), name=name, repeats=share)}")


def _only(*, where: str, **given: object) -> None:
    """A flag that would do nothing is an error."""
    if useless := [f"--{flag}" for flag, value in given.items() if value is not None]:
        raise SettingsError(f"{' and '.join(useless)} can be used with {where} only; leave it out")


def main() -> None:
    """What the `livecam-label` script does: 0 when all went well, 2 for what the user can put right, 130 for Ctrl-C."""
    try:
        app()
    except LivecamError as error:
        print(f"livecam-label: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
