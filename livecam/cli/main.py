"""The command line of `livecam`: its commands put together; locate, devices, doctor and config themselves."""

from __future__ import annotations

import json
import signal
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from livecam.cli import options
from livecam.cli.calibrate import calibrate
from livecam.cli.control import app as control_app
from livecam.cli.effects import app as effects_app
from livecam.cli.model import app as model_app
from livecam.cli.program import new_program, run_program
from livecam.cli.progress import track_progress
from livecam.cli.queue import app as queue_app
from livecam.cli.run import run
from livecam.cli.settings_loading import check_model_is_used, load_checked, load_settings, say, tell_unreadable
from livecam.cli.targets import find
from livecam.core.errors import SinkError, SourceError
from livecam.core.files import is_folder, write_file
from livecam.settings_file import DEFAULT_FILE, as_changes, as_toml, find_origins

if TYPE_CHECKING:
    from livecam.cli.doctor import CheckResult
    from livecam.core.types import Scene

app = new_program("livecam", "Flustered eyes for a webcam, driven by where the eyes really look.")
app.command()(run)
app.command()(find)
app.command()(calibrate)
app.add_typer(queue_app, name="queue")
app.add_typer(model_app, name="model")
app.add_typer(effects_app, name="effects")
app.add_typer(control_app, name="control")


@app.command()
def locate(
    context: typer.Context,
    images: Annotated[list[str], typer.Argument(metavar="IMAGES|FOLDERS...", help="Pictures, folders of them.")],
    pupil: options.PupilName = None,
    face: options.FaceName = None,
    model: options.PupilModel = None,
    max_faces: options.MaxFaces = None,
    out: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Where pictures go; beside the input.")] = None,
    as_json: options.Json = False,
    config: options.Config = None,
) -> None:
    """Find faces and pupils in pictures; without --json it writes NAME_located.png for each. One that cannot be read
    makes the exit code 1, a folder without pictures 2."""
    # What only one command uses is loaded by that command, so that the others start without it.
    from livecam.cli.locate import drawing_places, note_of_left_out, record
    from livecam.core.image_files.folders import named_pictures
    from livecam.core.image_files.images import read_image
    from livecam.core.types import Frame
    from livecam.perception.faces.factory import open_stills
    from livecam.perception.pipeline import Perception
    from livecam.perception.pupils.factory import open_still_pupils

    settings = load_settings(config, options.settings_of(context.params))
    if out is not None and not is_folder(out):
        raise SinkError(f"--out cannot be '{out}', which is no folder; make it first, or name another")
    check_model_is_used(model, settings)
    names, empty = named_pictures(images)
    for folder, error in empty.items():
        tell_unreadable(folder, error, as_json=as_json)
    places, drawings = drawing_places(names, out)
    detector = open_stills(settings.faces)
    perception = Perception(detector, open_still_pupils(settings.pupils))
    failed = False
    for image in track_progress("livecam", names):
        if Path(image) in drawings and not (as_json and image in images):
            say(f"{image} is left out, for it is where the drawing of {drawings[Path(image)]} goes")
            continue
        try:
            frame = Frame(read_image(Path(image)), 0, 0.0)
            faces = detector.detect_all(frame)
            scene = perception.look_at(frame, faces[: settings.faces.max_faces])
            left_out = faces[len(scene.faces) :]
            text = json.dumps(record(image, scene, left_out)) if as_json else _save_located(places[image], scene)
            print(text, flush=True)
            if left_out:
                say(note_of_left_out(image, len(scene.faces), left_out))
        except (SourceError, SinkError) as error:
            failed = True
            tell_unreadable(image, error, as_json=as_json)
    if empty or failed:
        raise typer.Exit(2 if empty else 1)


@app.command()
def devices(as_json: options.Json = False) -> None:
    """List the cameras with their sizes and rates."""
    from livecam.live.sources.devices import list_cameras

    cameras = list_cameras()
    if as_json:
        print(json.dumps([asdict(camera) for camera in cameras]))
        return
    if not cameras:
        print("no camera was found; `livecam doctor` says what may be missing")
    for camera in cameras:
        print(f"{camera.path}  {camera.name}{'  (busy)' if camera.busy else ''}")
        for mode in camera.modes:
            rates = ", ".join(f"{fps:g}" for fps in mode.fps)
            print(f"    {mode.width}x{mode.height}{f'  at {rates} frames a second' if rates else ''}")


@app.command()
def doctor(as_json: options.Json = False) -> None:
    """Look the computer over: what is there, what is missing, what to do; 1 when the effect cannot run."""
    from livecam.cli.doctor import CheckStatus, examine

    findings = examine()
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings]))
    else:
        _print_findings(findings)
    if any(finding.verdict is CheckStatus.FAIL for finding in findings):
        raise typer.Exit(1)


def _print_findings(findings: Sequence[CheckResult]) -> None:
    from rich.console import Console
    from rich.markup import escape

    from livecam.cli.doctor import CheckStatus, first_step

    console = Console(soft_wrap=True, highlight=False)
    marks = {CheckStatus.OK: "[green]ok[/]", CheckStatus.WARN: "[yellow]--[/]", CheckStatus.FAIL: "[red]no[/]"}
    for finding in findings:
        console.print(f"{marks[finding.verdict]}  {finding.name}: {escape(finding.found)}")
        if finding.advice:
            console.print(f"      {escape(finding.advice)}")
    console.print(f"\nfirst: {escape(first_step(findings))}")


@app.command()
def config(
    context: typer.Context,
    path: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="The settings file.", show_default=str(DEFAULT_FILE))
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Write what differs from the defaults to FILE.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    source: options.Source = None,
    face: options.FaceName = None,
    max_faces: options.MaxFaces = None,
    pupil: options.PupilName = None,
    model: options.Model = None,
    effect: options.Style = None,
    strength: options.Strength = None,
    trigger: options.TriggerName = None,
    sink: options.Sinks = None,
    hud: options.Hud = None,
    size: options.Size = None,
    fps: options.Fps = None,
    rotate: options.Rotate = None,
    flip: options.FlipName = None,
    panel: options.Panel = None,
    panel_port: options.PanelPort = None,
    panel_host: options.PanelHost = None,
    idle: options.Idle = None,
    queue: options.Queue = None,
    queue_db: options.QueueDb = None,
    no_queue: options.NoQueue = False,
    keep: options.KeepPart = None,
    learn: options.Learn = None,
) -> None:
    """Show every setting in force with its meaning, and where it is from: default, the file, or a flag given here.

    With --write, FILE then holds what differs from the defaults, and all other settings as comments.
    """
    flags = options.settings_of(context.params)
    if not write:
        print(as_toml(load_checked(path, flags), find_origins(path, flags)), end="")
        return
    path = path or DEFAULT_FILE
    if path.exists() and not force:
        raise SinkError(f"{path} is there already; pass --force to write over it, or name another file")
    write_file(path, as_changes(load_checked(path if path.exists() else None, flags)).encode())
    print(f"settings written to {path}")


def _save_located(path: Path, scene: Scene) -> Path:
    import cv2

    from livecam.cli.locate import annotate_image

    _, content = cv2.imencode(".png", annotate_image(scene))
    write_file(path, content.tobytes())
    return path


def main(arguments: Sequence[str] | None = None) -> None:
    """What the `livecam` script does; a request to end (SIGTERM) is heard like Ctrl-C, and files are closed."""
    signal.signal(signal.SIGTERM, _interrupt)
    run_program(app, arguments)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
