"""The command `livecam bench`: reads its flags, prints tables, writes what was asked for."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from livecam.cli import options
from livecam.cli.progress import tell_stages
from livecam.core.errors import SettingsError
from livecam.core.files import check_writable_path, write_file
from livecam.core.tflite import Runtime
from livecam.settings import FaceDetectorName, PupilDetectorName
from livecam.settings_file import load

if TYPE_CHECKING:
    from rich.console import RenderableType

    from livecam.benchmark.accuracy_report import AccuracyRow
    from livecam.benchmark.run import BenchmarkConfig, Say


_TABLE_WIDTH = 120  # a wrapped line can still be read, a cut number cannot
_Name = TypeVar("_Name", bound=StrEnum)


class Reference(StrEnum):
    """Programs whose perception can be timed on the same frames."""

    MEDIAPIPE = "mediapipe"


def bench(
    source: Annotated[str, typer.Option(metavar="FILE|demo", help="A video file, or the demo.")] = "demo",
    size: Annotated[str, typer.Option(metavar="WxH", help="The size every frame is brought to.")] = "1280x720",
    frames: Annotated[int, typer.Option(min=0, help="Frames that are measured; 0 is --accuracy alone.")] = 300,
    warmup: Annotated[int, typer.Option(min=0, help="Frames before them that do not count; twice as many live.")] = 60,
    paths: Annotated[
        str | None, typer.Option(metavar="NAMES", help="Of cpu, tflite, tutorial; all of them.", show_default=False)
    ] = None,
    face: Annotated[
        str | None, typer.Option(metavar="NAMES", help="Of mesh, dlib, mediapipe; all that are installed.")
    ] = None,
    max_faces: Annotated[
        int | None,
        typer.Option(min=1, max=16, help="Faces followed, also by the reference; 1, live the usual number."),
    ] = None,
    reference: Annotated[Reference | None, typer.Option(help="Also time MediaPipe's own mesh with iris.")] = None,
    threads: Annotated[int | None, typer.Option(min=1, max=16, help="Threads of the interpreter.")] = None,
    threads_sweep: Annotated[bool, typer.Option("--threads-sweep", help="Compare 1, 2, 4 ... threads.")] = False,
    runtimes: Annotated[str | None, typer.Option(metavar="NAMES", help="Compare: litert, tflite-runtime.")] = None,
    live: Annotated[
        bool, typer.Option("--live", help="Whole programs on a live MJPEG stream: CPU, memory, age of pictures.")
    ] = False,
    scaling: Annotated[
        Path | None, typer.Option(metavar="FILE.png", help="Cost against faces, size and effects stacked, alone.")
    ] = None,
    compare: Annotated[
        Path | None, typer.Option(metavar="FILE.json", help="Say what got slower than in these figures.")
    ] = None,
    accuracy: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER|CLIP|demo", help="Score labelled photographs too; or a labelled clip, alone."),
    ] = None,
    model: options.PupilModel = None,
    style: options.Style = None,
    json_file: Annotated[str | None, typer.Option("--json", metavar="FILE", help="All figures; - prints them.")] = None,
    plot: Annotated[Path | None, typer.Option(metavar="FILE.png", help="Where the time goes, as a picture.")] = None,
    config: options.Config = None,
) -> None:
    """Measure how fast every path is on this machine, and where the time goes."""
    # What measures loads everything the program has; the other commands need not wait for that.
    from livecam.benchmark.accuracy_report import accuracy_as_json, accuracy_tables
    from livecam.benchmark.clips.clip_accuracy import as_json as clip_as_json
    from livecam.benchmark.clips.clip_accuracy import clip_tables, score_clip
    from livecam.benchmark.comparison import comparison, read_figures
    from livecam.benchmark.live.measure import live_plan, measure_live
    from livecam.benchmark.plot import picture
    from livecam.benchmark.results import as_json
    from livecam.benchmark.run import BenchmarkConfig, benchmark
    from livecam.benchmark.scaling import measure_scaling
    from livecam.benchmark.tables import tables

    _check_outputs(json_file, plot)
    _check_outputs(None, scaling, flag="--scaling")
    before = read_figures(compare) if compare else None
    if scaling and (live or plot or accuracy or paths or face or compare or not frames):
        raise SettingsError(
            "--scaling draws its own curves: with --frames, --warmup, --style, --json and --config alone"
        )
    if live and (plot or accuracy or paths or face or not frames):
        raise SettingsError(
            "--live measures the program as --config has it: with --frames, without --paths, --face, --plot, --accuracy"
        )
    followed = max_faces if max_faces or live else 1
    plan = BenchmarkConfig(
        settings=load(
            config,
            {
                "pupils": {"model": model, "threads": threads},
                "faces": {"max_faces": followed},
                "effect": {"style": style},
            },
        ),
        source=source,
        size=_size(size),
        frames=frames,
        warm_up=warmup,
        paths=_names("--paths", paths or "cpu,tflite,tutorial", PupilDetectorName),
        faces=_names("--face", face, FaceDetectorName) if face else _installed_faces(),
        baseline=reference is not None,
        photographs=accuracy,
        runtimes=_names("--runtimes", runtimes, Runtime) if runtimes else (Runtime.LITERT,),
        threads=_sweep_threads(sweep=threads_sweep, runtimes=runtimes, threads=threads),
    )
    with tell_stages("livecam") as say:
        if accuracy and not accuracy.is_dir():
            scores = score_clip(accuracy, plan.entries, say)
            _deliver(clip_tables(accuracy, scores), clip_as_json(accuracy, scores), json_file)
            return
        if not frames:
            rows = _score(plan, plot, say)
            _deliver(accuracy_tables(rows), accuracy_as_json(rows), json_file)
            return
        if scaling:
            curves = measure_scaling(plan.settings, frames=frames, warm_up=warmup, say=say)
            write_file(scaling, curves.picture())
            figures = curves.as_json()
            _deliver([*curves.tables(), *_warning(figures)], figures, json_file)
            return
        if live:
            measured = measure_live(live_plan(plan), say)
            shown, figures = measured.tables(), measured.as_json()
        else:
            results = benchmark(plan, say)
            shown, figures = tables(results), as_json(results)
    notes = comparison(before, figures) if before else ()
    _deliver([*shown, *_warning(figures), *notes], figures, json_file)
    if plot:
        write_file(plot, picture(results))


def _score(plan: BenchmarkConfig, plot: Path | None, say: Say) -> list[AccuracyRow]:
    from livecam.benchmark.accuracy_report import measure_accuracy

    if plan.photographs is None or plot:
        raise SettingsError("--frames 0 times nothing: it goes with --accuracy FOLDER, and without --plot")
    return measure_accuracy(plan.entries, plan.photographs, baseline=plan.baseline, say=say)


def _warning(figures: Mapping[str, Any]) -> list[str]:
    from livecam.benchmark.machine import busy_warning

    return [said] if (said := busy_warning(figures["machine"]["busy_share"])) else []


def _check_outputs(json_file: str | None, plot: Path | None, *, flag: str = "--plot") -> None:
    """What cannot be written is said before minutes of measuring, not after."""
    if plot and plot.suffix.lower() != ".png":
        raise SettingsError(f"{flag} cannot be '{plot}'; name a .png file")
    if plot:
        from livecam.drawing.plots import check_plotting

        check_plotting()
    for path in [plot, Path(json_file) if json_file and json_file != "-" else None]:
        if path:
            check_writable_path(path)


def _size(text: str) -> tuple[int, int]:
    width, height = options.parse_size(text)
    if not width or not height or min(width, height) < 16:
        raise SettingsError(f"--size cannot be '{text}'; write at least 16x16")
    return width, height


def _names(flag: str, text: str, known: type[_Name]) -> tuple[_Name, ...]:
    """The names in a list with commas, each once, in order."""
    given = dict.fromkeys(part.strip() for part in text.split(","))
    choices = {name.value: name for name in known if name.value != "auto"}
    wrong = [name for name in given if name not in choices]
    if wrong:
        raise SettingsError(f"{flag} does not know '{wrong[0]}'; known: {', '.join(choices)}, with commas between")
    return tuple(choices[name] for name in given)


def _installed_faces() -> tuple[FaceDetectorName, ...]:
    from livecam.perception.faces.factory import installed

    return installed()


def _sweep_threads(*, sweep: bool, runtimes: str | None, threads: int | None) -> tuple[int, ...]:
    """Powers of two up to the number of cores, at least 1 and 2."""
    if sweep:
        return tuple(2**power for power in range(max(2, os.cpu_count() or 1).bit_length()))
    return (threads or 1,) if runtimes else ()


def _deliver(shown: Iterable[RenderableType], figures: Mapping[str, Any], json_file: str | None) -> None:
    from rich.console import Console

    text = json.dumps(figures, indent=2) + "\n"
    console = Console(stderr=json_file == "-")
    console.width = max(console.width, _TABLE_WIDTH)
    for table in shown:
        console.print(table)
    if json_file == "-":
        print(text, end="")
    elif json_file:
        write_file(Path(json_file), text.encode())
