"""The command line of `livecam-label`: review, annotate, serve, stats, export, import; it prints and exits."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labeler.boxes.cli import boxes
from labeler.formats.elements.interfaces import Format
from labeler.options import (
    Advance,
    Blind,
    Carry,
    Config,
    Feedback,
    Gold,
    Overlap,
    Repeats,
    Spoken,
    label_keys,
    label_settings,
)
from labeler.session.actions import LabelingMode
from labeler.statistics.cli import adjudicate, gold
from labeler.texts.catalogue import Language, system_language
from labeler.web.cli import link, links, revoke, serve
from livecam.cli.program import new_program, run_program
from livecam.core.errors import SettingsError
from livecam.store.samples import Split

if TYPE_CHECKING:
    from livecam.settings import LabelSettings

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
    coco             annotations/person_keypoints_all.json, images/
    labelme          a .json beside each picture: labelme OUT
    labelstudio      tasks.json, label_config.xml, images/
    labelstudio-min  tasks_min.json (JSON-MIN), images/
    cvat             annotations.xml (for images 1.1), images/
    datumaro         annotations/SPLIT.json, images/SPLIT/
    annotation       annotation.json (class 1 true, 0 false), images/
    csv              pupils.csv (one row an eye), images/
    csv-wide         pupils.csv (one row a face), images/
    dlib             faces.xml (imglab), images/
    pts              a .pts (iBUG) beside each picture
    yolo-pose        data.yaml, labels/SPLIT/, images/SPLIT/
    via              via_project.json (VGG Image Annotator 2), images/
    supervisely      meta.json, SPLIT/ann/, SPLIT/img/

    Label Studio finds the pictures when its local files begin in the folder that holds OUT.
    """
    from labeler.exchange.export import export_store

    print(f"livecam-label: {export_store(store, out, kind, url=db, splits=split or (), replace=force)}")


def import_(
    store: _STORE,
    source: Annotated[Path, typer.Argument(metavar="IN", help="A folder or file that export or another tool wrote.")],
    kind: _FORMAT,
    images: Annotated[Path | None, typer.Option(help="Where the pictures are, if not beside the file.")] = None,
    split: Annotated[Split, typer.Option(help="Of pictures whose file says none.")] = Split.TRAIN,
    strict: Annotated[bool, typer.Option("--strict", help="What would be left out refuses the whole file.")] = False,
    viewer_sides: Annotated[
        bool, typer.Option("--viewer-sides", help="Left in the file is left in the picture, not the subject's own.")
    ] = False,
    db: _DB = None,
) -> None:
    """Take in samples and labels: all that export wrote, or the pictures and points of another tool's file.

    Labels that are new or were changed in the other tool count as said by `import`; its predictions stay
    predictions. Each face is a sample, with the landmarks that are found in its picture. What is left out or not
    understood is told. What is there already stays; importing twice is importing once.

    Formats are those of export; csv takes any table of pupils, yolo-pose needs the data.yaml that names key points.
    """
    from labeler.exchange.export import import_labels
    from labeler.exchange.importing import ImportOptions

    options = ImportOptions(split=split, images=images, strict=strict, viewer_sides=viewer_sides)
    done = import_labels(store, source, kind, url=db, options=options)
    for remark in done.remarks:
        print(f"livecam-label: {remark}", file=sys.stderr)
    print(f"livecam-label: {done.summary}")


app = new_program("livecam-label", "Label by keys and mouse; a decision is on disk before the next picture shows.")
Name = Annotated[str | None, typer.Option("--as", metavar="NAME", help="Whose labels these are.", show_default="login")]
Database = Annotated[str | None, typer.Option("--db", metavar="URL", help="The store's database, if PostgreSQL.")]


@app.command()
def review(
    context: typer.Context,
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
    overlap: Overlap = None,
    gold: Gold = None,
    feedback: Feedback = None,
    language: Spoken = None,
    config: Config = None,
    db: Database = None,
) -> None:
    """Say true (f) or false (d) to each predicted label; ? lists the keys. It goes on where it was left.

    Without STORE or IMAGES it is the store that livecam fills.
    """
    from labeler.session.opening import is_store

    given = {"repeats": repeats, "overlap": overlap, "gold": gold, "feedback": feedback}
    if images is None or (masks is None and is_store(images, db)):
        _only(journal=journal, output=output, where="folders of pictures")
        _label("review", images, db, name, label_settings(context.params), config, language)
        return
    _only(**{"as": name, "db": db, **given}, where="sample stores")
    from labeler.session.keys import folder_keys

    keys = folder_keys(label_keys(config)[LabelingMode.REVIEW])
    # Bring OpenCV, which help and completion do without.
    from labeler.desktop.window import LabelerWindow
    from labeler.mask_review.app import (
        KeyPrompt,
        MaskReviewApp,
    )
    from labeler.mask_review.image_pairs import find_pairs
    from labeler.mask_review.journal import Journal
    from labeler.mask_review.page import summary

    pairs = find_pairs(images, masks)
    with (
        LabelerWindow() as window,
        Journal(journal or pairs.folder / "annotation.jsonl") as kept,
    ):
        spoken = language or system_language()
        app = MaskReviewApp(pairs, kept, output or pairs.folder / "annotation.json", keys, spoken)
        session = replace(app.run(KeyPrompt(window, keys)), language=Language.ENGLISH)
    print(f"livecam-label: {summary(session)[0]}; kept in {kept.path}")


@app.command()
def annotate(
    context: typer.Context,
    store: Annotated[Path | None, typer.Argument(metavar="STORE", help="A sample store.")] = None,
    name: Name = None,
    repeats: Repeats = None,
    overlap: Overlap = None,
    gold: Gold = None,
    feedback: Feedback = None,
    blind: Blind = None,
    carry: Carry = None,
    advance: Advance = None,
    language: Spoken = None,
    config: Config = None,
    db: Database = None,
) -> None:
    """Place the pupils of each sample by mouse or keys; ? lists the keys. It goes on where it was left."""
    settings = label_settings(context.params)
    _label("annotate", store, db, name, settings, config, language)


@app.command()
def stats(
    store: Annotated[Path | None, typer.Argument(metavar="STORE", help="A sample store.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    db: Database = None,
) -> None:
    """Count the labels, and tell how well people agree and how good the predictions were."""
    from labeler.session.opening import open_store
    from labeler.statistics.report import compute_statistics, format_statistics
    from livecam.store.location import default_folder

    with open_store(store or default_folder(), db) as opened:
        found = compute_statistics(opened)
    if as_json:
        print(json.dumps(found, indent=2))
    else:
        print("\n".join(format_statistics(found)))


app.command()(boxes)
app.command()(serve)
app.command()(link)
app.command()(adjudicate)
app.command("gold")(gold)
app.command()(links)
app.command()(revoke)
app.command()(export)
app.command("import")(import_)


def _label(
    mode: str,
    folder: Path | None,
    db: str | None,
    name: str | None,
    settings: LabelSettings,
    config: Path | None,
    language: Language | None,
) -> None:
    from labeler.desktop.app import label_in_window
    from labeler.session.actions import LabelingMode
    from livecam.store.location import default_folder

    done = label_in_window(
        folder or default_folder(),
        db,
        LabelingMode(mode),
        name=name,
        settings=settings,
        keys=label_keys(config)[LabelingMode(mode)],
        language=language or system_language(),
    )
    print(f"livecam-label: {done}")


def _only(*, where: str, **given: object) -> None:
    """A flag that would do nothing is an error."""
    if useless := [f"--{flag}" for flag, value in given.items() if value is not None]:
        raise SettingsError(f"{' and '.join(useless)} can be used with {where} only; leave it out")


def main() -> None:
    """What the `livecam-label` script does."""
    run_program(app)
