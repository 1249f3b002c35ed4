"""The command `livecam-train targets`: from a folder of pictures with boxes to a detector of one's own target."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from livecam.cli.loading import insistent_interrupt, leave_interrupted, loading
from training.engine.parallel import watch

_DEMO = "demo"


def targets(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER|demo", help="Pictures with boxes; demo draws pages to try it with.")
    ],
    out: Annotated[Path | None, typer.Option(help="A folder for the model.", show_default="FOLDER-model")] = None,
    start: Annotated[
        str,
        typer.Option(metavar="NAME|FOLDER|FILE", help="Model to begin with; none: from nothing."),
    ] = "waldo",
    steps: Annotated[int, typer.Option(min=4, help="Batches that each model learns from.")] = 250,
    folds: Annotated[int, typer.Option(min=2, help="Into so many parts the pages are dealt, to judge by.")] = 3,
    batch: Annotated[int, typer.Option(min=2, help="Crops a batch.")] = 16,
    width: Annotated[int, typer.Option(min=4, help="Channels of the network, when it begins from nothing.")] = 48,
    size: Annotated[int, typer.Option(min=32, help="Side of a crop as the network sees it; a multiple of 16.")] = 160,
    kind: Annotated[str, typer.Option("--class", help="The target, where the boxes have several classes.")] = "",
    queue: Annotated[
        Path | None, typer.Option(metavar="STORE", help="Learn too what was judged of a queue of livecam find --queue.")
    ] = None,
    half: Annotated[
        bool, typer.Option("--half/--no-half", help="Also train by half of the pages, to tell what more would bring.")
    ] = True,
    seed: Annotated[int, typer.Option(help="The same seed makes the same result.")] = 1,
) -> None:
    """Train a detector of your own tiny target, judge it by pages left out, and say how well it will do.

    FOLDER holds pictures (in it, in pages/ or in images/) and boxes. boxes.csv has the columns file, xmin, ymin, xmax,
    ymax (pixels) and may have width, height, kind; a row a target. A row without numbers is a picture without a
    target, kind lookalike what is easily mistaken for one. COCO, labelme, Label Studio, Pascal VOC, CVAT and YOLO
    files are read as well. masks/NAME.png (white on the target) may be there. Boxes are drawn by: livecam-label boxes.

    \b
    OUT/model.tflite, model.json   the model and its card:  livecam find --model OUT PICTURES
    OUT/report.html                what to expect, what was missed and nearly so
    OUT/work                       the runs; an interrupted call goes on where it was
    """
    if folder.name == _DEMO and str(folder) == _DEMO:
        _demo(out or Path("targets-demo"), seed)
        return
    from training.engine.files import RunError
    from training.engine.tensorflow import tensorflow
    from training.target_detector.custom import interruption, recipe

    if size % 16:
        raise RunError(f"--size {size} is no multiple of 16; use {size // 16 * 16} or {size // 16 * 16 + 16}")
    begun, place = time.monotonic(), out or Path(f"{folder.resolve().name}-model")
    settings = recipe.CustomSettings(
        "" if start == "none" else start, steps, folds, batch, width, size, kind, queue, seed, half
    )
    recipe.check_place(place)
    lesson = recipe.prepare(folder, settings)
    for remark in lesson.remarks:
        print(remark, flush=True)
    with loading():
        tensorflow()
    try:
        with insistent_interrupt():
            taught = recipe.teach(folder, lesson, place, settings, watch)
    except KeyboardInterrupt:
        print(f"livecam-train: {interruption.left_in_words(place)}", file=sys.stderr)
        leave_interrupted()
    for line in taught.words:
        print(line)
    print(f"{taught.model} in {(time.monotonic() - begun) / 60:.1f} min; misses and near misses: {taught.page}")
    print(f"try it: livecam find --model {place} PICTURES")


def _demo(out: Path, seed: int) -> None:
    """A small drawn data set: pages with boxes, and some that nobody has labelled."""
    from training.target_detector.custom import demo

    settings = demo.DemoSettings()
    count = settings.labelled + settings.unseen
    for _ in watch("draw", demo.write(out, settings, seed=seed), count):
        pass
    print(f"{settings.labelled} pages with boxes in {out / 'labelled'}, {settings.unseen} without in {out / 'unseen'}")
    print("the target is the red bird with the blue cap and the yellow beak; look at them, then")
    print(f"    livecam-train targets {out / 'labelled'} --out my-target --steps 120")
    print(f"    livecam find --model my-target {out / 'unseen'}")
