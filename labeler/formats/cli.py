"""The commands export and import."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from labeler.formats.names import Format
from livecam.core.samples import Split

_STORE = Annotated[Path, typer.Argument(metavar="STORE", help="The folder of the queue.")]
_FORMAT = Annotated[Format, typer.Option("--format", "-f", help="What it is written in.")]
_DB = Annotated[str | None, typer.Option("--db", metavar="URL", help="The queue's database, when it is PostgreSQL.")]


def export(
    store: _STORE,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A new folder; pictures are copied into it.")],
    kind: _FORMAT,
    force: Annotated[bool, typer.Option("--force", help="Replace OUT, if it is an earlier export.")] = False,
    split: Annotated[list[Split] | None, typer.Option(help="Only samples of this split; may be repeated.")] = None,
    db: _DB = None,
) -> None:
    """Write samples, labels and pictures for another tool, or to take them to another store; OUT is whole or not there.

    \b
    coco         annotations/person_keypoints_all.json, images/
    labelme      a .json beside each picture: labelme OUT
    labelstudio  tasks.json, label_config.xml, images/
    cvat         annotations.xml (for images 1.1), images/
    datumaro     annotations/SPLIT.json, images/SPLIT/
    annotation   annotation.json (class 1 true, 0 false), images/
    csv          pupils.csv (one row an eye), images/

    Label Studio finds the pictures when its local files begin in the folder that holds OUT.
    """
    from labeler.formats.commands import export_store  # noqa: PLC0415

    print(f"livecam-label: {export_store(store, out, kind, url=db, splits=split or (), replace=force)}")


def import_(
    store: _STORE,
    source: Annotated[Path, typer.Argument(metavar="IN", help="A folder or file that export or another tool wrote.")],
    kind: _FORMAT,
    images: Annotated[Path | None, typer.Option(help="Where the pictures are, if not beside the file.")] = None,
    split: Annotated[Split, typer.Option(help="Of pictures whose file says none.")] = Split.TRAIN,
    db: _DB = None,
) -> None:
    """Take in samples and labels: all that export wrote, or the pictures and points of another tool's file.

    Labels that are new or were changed in the other tool count as said by `import`. What is there already stays;
    importing twice is importing once.
    """
    from labeler.formats.commands import import_labels  # noqa: PLC0415

    print(f"livecam-label: {import_labels(store, source, kind, url=db, split=split, images=images)}")
