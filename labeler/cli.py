"""The command line of the labeler: the only place that prints and exits."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from labeler.web.cli import serve
from livecam.core.errors import LivecamError

app = typer.Typer(
    name="livecam-label",
    help="Judge predicted labels by keys; a decision is on disk before the next picture shows.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command()(serve)


@app.callback()
def _every_command() -> None:
    return None


@app.command()
def review(
    images: Annotated[Path, typer.Argument(metavar="IMAGES", help="A folder of pictures, or one.")],
    masks: Annotated[Path | None, typer.Argument(metavar="MASKS", help="Their masks, by file name.")] = None,
    journal: Annotated[
        Path | None, typer.Option(help="Where decisions are kept.", show_default="annotation.jsonl beside the pictures")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="What s saves.", show_default="annotation.json beside the pictures")
    ] = None,
) -> None:
    """Say true (f) or false (d) to each predicted label; ? lists the keys. It goes on where it was left."""
    # Bring OpenCV, which help and completion do without.
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
        session = Review(pairs, kept, output or pairs.folder / "annotation.json").run(window)
    print(f"livecam-label: {summary(session)[0]}; kept in {kept.path}")


def main() -> None:
    """What the `livecam-label` script does: 0 when all went well, 2 for what the user can put right, 130 for Ctrl-C."""
    try:
        app()
    except LivecamError as error:
        print(f"livecam-label: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
