"""The commands `livecam model list | use | export | import`: the pupil model in use, and carrying one elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from livecam.cli import options
from livecam.cli.settings_loading import say
from livecam.core.errors import AssetError, SinkError, StoreError
from livecam.core.shell import typed
from livecam.settings import CollectSettings, Settings
from livecam.settings_file import load

app = typer.Typer(help="Choose the pupil model that is in use, and carry it to another computer.", no_args_is_help=True)

_Folder = Annotated[
    Path | None, typer.Option("--queue", metavar="DIR", help="The store whose models are meant.", show_default="yours")
]
_Archive = Annotated[Path, typer.Argument(metavar="FILE.zip", help="Model, card and weights in one file.")]


@app.command("list")
def list_(queue: _Folder = None, as_json: options.Json = False) -> None:
    """The models that there are: the one that ships, those of training rounds, imported ones."""
    from livecam.perception.pupils.model_library import known_models

    models = known_models(_folder(_settings(queue).collect))
    if as_json:
        print(json.dumps([{**asdict(model), "path": str(model.path)} for model in models]))
        return
    width = max(len(model.name) for model in models)
    for model in models:
        what = model.problem or f"{model.sha256[:8]}  {model.recipe}"
        print(f"{'*' if model.in_use else ' '} {model.name:{width}}  {what}")


@app.command()
def use(
    name: Annotated[str, typer.Argument(help="As `livecam model list` calls it; `shipped` is the one that ships.")],
    queue: _Folder = None,
) -> None:
    """Use a model from now on; a run that is under way takes it up by itself."""
    from livecam.perception.pupils.model_library import SHIPPED_NAME, model_in_use, use_model

    settings = _settings(queue)
    folder = _folder(settings.collect)
    if name == SHIPPED_NAME and not folder.is_dir():
        print(f"the model '{name}' is in use already")
        return
    with _changing(folder):
        before = model_in_use(folder)
        if before != name:
            use_model(folder, name, "chosen by livecam model use")
    print(f"the model '{name}' is in use{' already' if before == name else ''}")
    if settings.pupils.model is not None:
        say(f"but the settings name another one, which runs use instead: pupils.model is {settings.pupils.model}")


@app.command()
def export(
    file: _Archive,
    model: Annotated[
        str | None, typer.Option(metavar="NAME", help="A model of the list.", show_default="the one in use")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    queue: _Folder = None,
) -> None:
    """Write a model with its card, and the weights that rounds go on from, into one file."""
    from livecam.core.files import write_file
    from livecam.perception.pupils.model_archive import SUFFIX, model_archive
    from livecam.perception.pupils.model_library import known_models

    folder = _folder(_settings(queue).collect)
    # So that no model and no card is ever written over.
    if file.suffix.lower() != SUFFIX:
        raise SinkError(f"a model is exported as a {SUFFIX} file, not as '{file}'; name one such as model{SUFFIX}")
    if file.exists() and not force:
        raise SinkError(f"{file} is there already; pass --force to write over it, or name another file")
    models = known_models(folder)
    wanted = [known for known in models if (known.in_use if model is None else known.name == model)]
    if not wanted:
        what = f"there is no model '{model}'" if model else "what the store points to is no model of it"
        raise AssetError(f"{what}; {typed('livecam', 'model', 'list', *_named(queue))} shows those that are there")
    write_file(file, model_archive(wanted[0].path))
    there = typed("livecam", "model", "import", file.name)
    print(f"the model '{wanted[0].name}' is in {file}; on the other computer: {there}")


@app.command("import")
def import_(
    file: _Archive,
    name: Annotated[
        str | None, typer.Option(help="What it is called here.", show_default="the name of the file")
    ] = None,
    queue: _Folder = None,
) -> None:
    """Take in a model that was exported; it is used after `livecam model use`."""
    from livecam.perception.pupils.model_archive import import_model
    from livecam.store.location import prepare_folder

    folder = _folder(_settings(queue).collect)
    called = name or file.stem.lower()
    if not file.is_file():
        raise AssetError(f"there is no file {file}; `livecam model export` writes one")
    try:
        prepare_folder(folder, with_database=False)
        with _changing(folder):
            is_new = import_model(file, folder, called)
    except OSError as error:
        raise StoreError(f"cannot write into {folder}: {(error.strerror or str(error)).lower()}") from error
    then = typed("livecam", "model", "use", called, *_named(queue))
    print(f"the model '{called}' is {'taken in' if is_new else 'there already'}; {then}")


def _named(queue: Path | None) -> list[str]:
    """The flag that names this store again; the user's own needs none."""
    return [] if queue is None else ["--queue", str(queue)]


def _settings(queue: Path | None) -> Settings:
    return load(None, {"collect": {"queue": queue}})


def _folder(settings: CollectSettings) -> Path:
    from livecam.store.location import default_folder

    return (settings.queue or default_folder()).expanduser()


@contextmanager
def _changing(folder: Path) -> Iterator[None]:
    from livecam.perception.pupils.model_library import models_locked

    if not folder.is_dir():
        raise StoreError(f"there is no sample store in {folder}; `livecam run --queue {folder}` makes one")
    try:
        with models_locked(folder):
            yield
    except TimeoutError:
        raise StoreError(f"a training round of {folder} is under way; wait for it or end it") from None
