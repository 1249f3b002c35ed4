"""The commands `livecam effects list | new | check | preview | install | remove`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from livecam.cli import options
from livecam.core.errors import PackError

if TYPE_CHECKING:
    from livecam.live.effects.packs.pack import Pack

app = typer.Typer(help="Effects: those there are, and those that you make.", no_args_is_help=True)

_Folder = Annotated[str, typer.Argument(metavar="FOLDER", help="A folder with an effect.toml; a name does too.")]
_AllowPython = Annotated[
    bool, typer.Option("--allow-python", help="Say yes to the Python of the effect, without being asked.")
]


@app.command("list")
def list_(as_json: options.Json = False) -> None:
    """Every effect by its name, what it is, and where it comes from."""
    from livecam.live.effects.library.locations import places
    from livecam.live.effects.packs.manifest import read_manifest

    rows, seen = [], set()
    for place in places():
        row = {"name": place.name, "title": "", "role": "", "origin": str(place.origin), "folder": str(place.folder)}
        try:
            if place.error:
                raise PackError(place.error)
            manifest, _ = read_manifest(place.folder)
            row |= {"title": manifest.title, "role": manifest.role}
        except PackError as error:
            row["error"] = str(error)
        if place.name in seen:
            row["error"] = f"the '{place.name}' before is the one that is taken; rename the folder of this one"
        seen.add(place.name)
        rows.append(row)
    if as_json:
        print(json.dumps(rows, ensure_ascii=False))
        return
    widest = max(len(row["name"]) for row in rows)
    for row in rows:
        kind = " (accessory)" if row["role"] == "accessory" else ""
        about = f"{row.get('error') or row['title'] or 'without a title'}{kind}"
        print(f"{row['name']:<{widest}}  {about}, {row['origin']}")


@app.command()
def new(name: Annotated[str, typer.Argument(metavar="NAME", help="Small letters, digits and hyphens.")]) -> None:
    """Begin an effect: a folder here with a first effect.toml and a picture."""
    from livecam.live.effects.library.install import begin

    folder = begin(name, Path())
    print(f"{folder}/ is begun; look at it with: livecam run --effect ./{folder}")


@app.command()
def check(folder: _Folder, allow_python: _AllowPython = False, as_json: options.Json = False) -> None:
    """Try an effect on many faces, as the tests of livecam do; says file and line of what is wrong."""
    from dataclasses import asdict

    from livecam.live.effects.checking import SLOW_MS, check_pack

    entry = _agreed(folder, allow_python=allow_python)
    found = check_pack(entry)
    if as_json:
        print(json.dumps(asdict(found), ensure_ascii=False))
        return
    layers = "1 layer" if found.layers == 1 else f"{found.layers} layers"
    print(f"{found.name}: {layers}, right in {found.scenes} pictures, {found.milliseconds:.2f} ms a frame")
    slow = [f"it takes more than {SLOW_MS:.0f} ms: make pictures smaller"] if found.milliseconds > SLOW_MS else []
    for advice in (*found.advice, *slow):
        print(f"  {advice}")


@app.command()
def preview(
    folder: _Folder,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.gif", help="Where to.", show_default="preview.gif in the folder")
    ] = None,
    seconds: Annotated[float, typer.Option(min=0.2, max=20, help="How long it is.")] = 3.0,
    allow_python: _AllowPython = False,
) -> None:
    """Make a small moving picture of an effect on the face of the demo."""
    from livecam.core.files import check_writable_path, write_file
    from livecam.live.effects.library.locations import PackOrigin, find_pack
    from livecam.live.effects.preview import animated_gif, preview

    entry = _agreed(folder, allow_python=allow_python)
    place = find_pack(entry)
    target = out or (Path() if place.origin is PackOrigin.SHIPPED else place.folder) / "preview.gif"
    check_writable_path(target)
    write_file(target, animated_gif(preview(entry, seconds=seconds)))
    print(f"{target} shows {place.folder.name}")


@app.command()
def install(
    source: Annotated[Path, typer.Argument(metavar="FOLDER|ZIP", help="The folder of an effect, or a zip of it.")],
    replace: Annotated[bool, typer.Option("--replace", help="Put it in the place of one of the same name.")] = False,
    allow_python: _AllowPython = False,
) -> None:
    """Copy an effect to where its name suffices; one with Python asks first."""
    from livecam.live.effects.library import install as installing
    from livecam.live.effects.library.trust import remember_trust

    with installing.unpacked(source) as folder:
        pack = installing.read_candidate(folder)
        if pack.code is not None:
            _ask(pack, allow_python=allow_python)
        target = installing.install(folder, pack, replace=replace)
        if pack.code is not None:
            remember_trust(target, pack.code)
    print(f"{pack.name} is installed in {target}; look at it with: livecam run --effect {pack.name}")


@app.command()
def remove(name: Annotated[str, typer.Argument(metavar="NAME", help="An effect that you installed.")]) -> None:
    """Take an installed effect away."""
    from livecam.live.effects.library.install import remove as take_away

    print(f"{name} is removed from {take_away(name).parent}")


def _agreed(entry: str, *, allow_python: bool) -> str:
    """The entry, when its Python may be run; a person at a terminal is asked once."""
    from livecam.live.effects.library.locations import find_pack, is_folder
    from livecam.live.effects.library.trust import is_trusted, remember_trust
    from livecam.live.effects.packs.python_code import read_code

    if not is_folder(entry) and Path(entry).is_dir():
        entry = f"./{entry}"
    place = find_pack(entry)
    code = read_code(place.folder)
    if code is not None and not is_trusted(place, code):
        from livecam.live.effects.library.install import read_candidate

        _ask(read_candidate(place.folder), allow_python=allow_python)
        remember_trust(place.folder)
    return entry


def _ask(pack: Pack, *, allow_python: bool) -> None:
    from livecam.live.effects.library.trust import WHY

    said = f"{pack.name} has an effect.py of {len(pack.code.source) if pack.code else 0} bytes, which is Python: {WHY}"
    if allow_python:
        return
    if not sys.stdin.isatty():
        raise PackError(f"{said}; read it, then say yes with --allow-python")
    if not typer.confirm(f"{said}. Run it?"):
        raise PackError(f"{pack.name} is left alone; its effect.py was not run")
