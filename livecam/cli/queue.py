"""The commands `livecam queue stats | list | add | verify | clear`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from livecam.cli import options
from livecam.core.errors import SettingsError
from livecam.settings import MOST_FACES, SplitGroup
from livecam.settings_file import load

if TYPE_CHECKING:
    from livecam.store.samples import StoredSample
    from livecam.store.store import Store


app = typer.Typer(help="Look after the frames that are kept for labelling.", no_args_is_help=True)

_Folder = Annotated[Path | None, typer.Option("--queue", metavar="DIR", help="The store.", show_default="yours")]
_Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
_Most = Annotated[int, typer.Option(min=0, help="How many are listed at most; 0 is all.")]


@app.command()
def stats(queue: _Folder = None, queue_db: options.QueueDb = None, as_json: options.Json = False) -> None:
    """How many frames there are, of which kinds, what they take, and what a training round still lacks."""
    from livecam.store.judging import round_readiness

    with _opened(queue, queue_db) as store:
        counts, ready = store.counts(), round_readiness(store)
        known: dict[str, Any] = {
            "folder": str(store.folder),
            "database": store.url,
            "samples": counts.samples,
            "states": {kind.value: number for kind, number in counts.states.items()},
            "reasons": {kind.value: number for kind, number in counts.reasons.items()},
            "splits": {kind.value: number for kind, number in counts.splits.items()},
            "picture_bytes": counts.picture_bytes,
            "label_events": counts.events,
            "lost": counts.lost,
            "strays": counts.strays,
            "round": ready.as_json(),
        }
    print(json.dumps(known) if as_json else f"{_told(known)}\n{ready.told()}")


@app.command("list")
def list_(
    queue: _Folder = None, queue_db: options.QueueDb = None, most: _Most = 50, as_json: options.Json = False
) -> None:
    """The frames, the most useful first."""
    rows: list[dict[str, Any]] = []
    with _opened(queue, queue_db) as store:
        for stored in store.samples():
            if most and len(rows) == most:
                break
            row = _row(store, stored)
            if as_json:
                print(json.dumps(row), flush=True)
            rows.append(row)
        total = store.counts().samples
    if not as_json:
        _print_rows(rows)
        print(f"{len(rows)} of {total}")


@app.command()
def verify(queue: _Folder = None, queue_db: options.QueueDb = None, as_json: options.Json = False) -> None:
    """Compare every picture with what is known of it; 1 when something is wrong."""
    with _opened(queue, queue_db) as store:
        problems, number = list(store.verify()), store.counts().samples
    if as_json:
        print(json.dumps({"samples": number, "problems": problems}))
    else:
        for problem in problems:
            print(problem)
        print(f"{number} samples, {len(problems) or 'no'} problem{'' if len(problems) == 1 else 's'}")
    if problems:
        raise typer.Exit(1)


@app.command()
def clear(queue: _Folder = None, queue_db: options.QueueDb = None, yes: _Yes = False) -> None:
    """Delete every frame and every label of the store."""
    with _opened(queue, queue_db) as store:
        counts = store.counts()
        question = f"delete {counts.samples} samples and {counts.events} things said of them in {store.folder}?"
        if not yes:
            _ask(question)
        gone = store.clear()
    print(f"{gone} samples deleted in {store.folder}")


@app.command()
def add(
    files: Annotated[list[Path], typer.Argument(metavar="FOLDER|FILES...", help="Pictures, videos, folders of them.")],
    queue: _Folder = None,
    queue_db: options.QueueDb = None,
    by: Annotated[SplitGroup, typer.Option(help="What is never on two sides of a split.")] = SplitGroup.FOLDER,
    every: Annotated[float, typer.Option(min=0.01, help="Seconds between the frames that are taken of a video.")] = 1.0,
    as_json: options.Json = False,
) -> None:
    """Take in photographs and videos of your own: each face is a sample, with landmarks and predictions.

    Nothing is treated as a film. By person: the first folder below FOLDER, else the letters that a file's name begins
    with. What is there already stays; a store is made where there is none.
    """
    from livecam.live.collection.adding import FileAdder
    from livecam.live.collection.factory import program_version
    from livecam.live.collection.model_disagreement import NamedDetector
    from livecam.perception.faces.factory import open_stills
    from livecam.perception.pupils.factory import open_pupils
    from livecam.settings import FaceSettings, PupilDetectorName
    from livecam.store.location import default_folder
    from livecam.store.store import Store

    settings = load(None, {"collect": {"queue": queue, "queue_db": queue_db}})
    chosen = settings.collect
    names = (PupilDetectorName.TFLITE, PupilDetectorName.CPU)
    detectors = [
        NamedDetector(name.value, open_pupils(settings.pupils.model_copy(update={"finder": name})), program_version)
        for name in names
    ]
    faces = open_stills(FaceSettings(max_faces=MOST_FACES))
    folder = (chosen.queue or default_folder()).expanduser()
    with Store.open(folder, chosen.queue_db) as store:
        adder = FileAdder(store, faces, detectors, by, chosen.keep, every)
        done = adder.add(files, lambda name: print(name, file=sys.stderr) if sys.stderr.isatty() else None)
    for words in done.left_out:
        print(f"livecam: {words}", file=sys.stderr)
    known: dict[str, Any] = {"files": done.files, "faces": done.faces, "samples": done.samples}
    if as_json:
        print(json.dumps(known | {"left_out": done.left_out, "folder": str(folder)}))
    else:
        there = f", {done.faces - done.samples} of them there already" if done.faces > done.samples else ""
        print(f"{done.files} files, {done.faces} faces{there}; {done.samples} samples added to {folder}")
    if not done.faces:
        raise typer.Exit(1)


@contextmanager
def _opened(queue: Path | None, queue_db: str | None) -> Iterator[Store]:
    """The store of the flags, else of the settings, else the user's own; StoreError when there is none."""
    from livecam.store.location import default_folder, require_store
    from livecam.store.store import Store

    settings = load(None, {"collect": {"queue": queue, "queue_db": queue_db}}).collect
    folder = (settings.queue or default_folder()).expanduser()
    # Opening would make one, and a folder that was mistyped would be a new store.
    require_store(folder, settings.queue_db)
    with Store.open_to_read(folder, settings.queue_db) as store:
        yield store


def _ask(question: str) -> None:
    if not sys.stdin.isatty():
        raise SettingsError(f"there is no terminal to ask at: {question} pass --yes to do it")
    if not typer.confirm(question):
        raise typer.Exit(1)


def _told(known: dict[str, Any]) -> str:
    kinds = [
        f"{title}: {', '.join(f'{number} {kind}' for kind, number in known[title].items())}"
        for title in ("states", "reasons", "splits")
    ]
    return "\n".join(
        [
            f"{known['samples']} samples, {known['picture_bytes'] / 1e6:.1f} MB, in {known['folder']}",
            f"database: {known['database']}",
            *kinds,
            f"{known['label_events']} label events, {known['lost']} lost pictures, {known['strays']} stray ones",
        ]
    )


def _row(store: Store, stored: StoredSample) -> dict[str, Any]:
    sample = stored.sample
    return {
        "id": sample.id,
        "state": stored.state.value,
        "reason": sample.reason.value,
        "priority": round(sample.priority, 3),
        "split": sample.split.value,
        "captured": sample.captured.isoformat(timespec="seconds"),
        "source": sample.source,
        "session": sample.session,
        "frame": sample.frame_index,
        "seconds": round(sample.seconds, 3),
        "size": list(sample.size),
        "picture": str(store.picture_path(sample.id)),
    }


def _print_rows(rows: list[dict[str, Any]]) -> None:
    # Here, so that no other command waits for it.
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table

    heads = ("state", "reason", "priority", "split", "captured", "source", "frame")
    table = Table(box=SIMPLE, pad_edge=False)
    table.add_column("id", no_wrap=True)
    for head in heads:
        table.add_column(head)
    for row in rows:
        table.add_row(row["id"][:12], *(str(row[head]) for head in heads))
    Console().print(table)
