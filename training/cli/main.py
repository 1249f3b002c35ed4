"""The command line `livecam-train`: data sets, training, export and evaluation of the pupil detector."""

from __future__ import annotations

import logging
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from livecam.cli.program import new_program, run_program
from livecam.settings import FaceDetectorName
from training.cli.active_learning import select, simulate
from training.cli.collection import measure_collection
from training.cli.label_quality import cam, quality
from training.cli.retraining import rollback, round_, rounds
from training.cli.target_detector import app as segment
from training.cli.targets import targets
from training.engine.parallel import watch
from training.pupil_detector.export import Quantisation

app = new_program("livecam-train", "Train what finds pupils and tiny targets, and ship it as TFLite.")

app.add_typer(segment)
app.command()(targets)
app.command()(quality)
app.command()(cam)
app.command(name="round")(round_)
app.command()(rounds)
app.command()(rollback)
app.command()(select)
app.command()(simulate)
app.command(name="measure-collection")(measure_collection)

Out = Annotated[Path, typer.Option("--out", help="Where the result goes.")]
Seed = Annotated[int, typer.Option(help="The same seed makes the same result.")]
Workers = Annotated[int, typer.Option(min=0, help="Processes; 0 is one a core.")]
Data = Annotated[list[Path], typer.Argument(metavar="DATASET...", help="Folders made by coarse, synth or gazeshift.")]
Faces = Annotated[Path, typer.Argument(help="The folder of portraits.")]
Labels = Annotated[Path, typer.Argument(help="The CSV file with pupil centres and iris radii.")]


@app.command()
def coarse(
    sources: Annotated[list[Path], typer.Argument(metavar="IMAGES|VIDEO...", help="Pictures, folders, clips.")],
    out: Out,
    face: Annotated[FaceDetectorName, typer.Option(help="The face detector.")] = FaceDetectorName.AUTO,
    every: Annotated[int, typer.Option(min=1, help="Take one of so many frames of a clip.")] = 5,
    least: Annotated[
        float, typer.Option(min=0, max=1, help="Predictions less confident than this are left out.")
    ] = 0.5,
    workers: Workers = 0,
    ray: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Use a Ray cluster that sees sources and result, or `local`.")
    ] = None,
) -> None:
    """Label pictures with the handcrafted detector; an interrupted run goes on where it was."""
    from training.data.pseudo_labels import CoarseSettings, pseudo_label
    from training.engine.parallel import cores

    settings = CoarseSettings(face, every, least)
    summary = pseudo_label(sources, out, settings, workers=workers or cores(), watch=watch, ray=ray)
    print(f"{summary.eyes} eyes from {summary.pictures} pictures, {summary.faceless} without a face: {out}")


@app.command()
def synth(
    count: Annotated[int, typer.Option(min=1, help="How many eyes.")], out: Out, seed: Seed = 1, workers: Workers = 0
) -> None:
    """Render procedural eyes with exact truth."""
    from training.engine.parallel import cores
    from training.pupil_detector import recipe

    begun = time.monotonic()
    eyes = recipe.synth(count, out, seed=seed, workers=workers or cores(), watch=watch)
    print(f"{len(eyes)} eyes, {len(eyes) / (time.monotonic() - begun):.0f} a second; look at {out / 'sheet.png'}")


@app.command()
def gazeshift(
    faces: Faces,
    labels: Labels,
    out: Out,
    count: Annotated[int, typer.Option(min=1, help="How many eyes.")] = 36_000,
    smiles: Annotated[Path | None, typer.Option(help="A folder of the same people smiling, NAME_smile.jpg.")] = None,
    seed: Seed = 1,
    workers: Workers = 0,
) -> None:
    """Make portraits look elsewhere; a third of the eyes keep looking ahead."""
    from training.data.portraits import read_labels
    from training.data.smiles import read_smiles
    from training.engine.parallel import cores
    from training.pupil_detector import recipe

    workers = workers or cores()
    people = read_labels(faces, labels)
    people += read_smiles(smiles, people, workers=workers) if smiles else []
    eyes = recipe.shift_gaze(people, out, count=count, seed=seed, workers=workers, watch=watch)
    print(f"{len(eyes)} eyes of {len(set(eyes.groups))} people; look at {out / 'sheet.png'}")


@app.command()
def rings(faces: Faces, count: Annotated[int, typer.Option(min=1, help="Faces made of each portrait.")] = 24) -> None:
    """Print the constants of the handcrafted detector's confidence, fitted on portraits and their labels.csv."""
    from training.pupil_detector.ring_confidence import fit_folder

    print(fit_folder(faces, count).as_source())


@app.command()
def fit(
    data: Data,
    out: Out,
    model: Annotated[str, typer.Option(help="heatmap or resnet50.")] = "heatmap",
    steps: Annotated[int, typer.Option(min=1, help="Batches to learn from.")] = 5000,
    batch: Annotated[int, typer.Option(min=2, help="Eyes a batch.")] = 64,
    weights: Annotated[Path | None, typer.Option(help="ImageNet weights for resnet50, without its top.")] = None,
    start: Annotated[
        Path | None,
        typer.Option("--from", metavar="RUN|WEIGHTS.h5", help="Go on from the network of another run."),
    ] = None,
    learning_rate: Annotated[float, typer.Option(min=0, help="The highest; it rises, then falls.")] = 2e-3,
    seed: Seed = 1,
) -> None:
    """Train a network; a run that was killed goes on when it is started again."""
    from training.engine.files import sha256
    from training.pupil_detector import recipe
    from training.pupil_detector.tasks import task_named
    from training.pupil_detector.train import FitSettings

    begin = recipe.starting_point(start) if start else None
    settings = FitSettings(
        model=model,
        steps=steps,
        batch=batch,
        seed=seed,
        learning_rate=learning_rate,
        start=sha256(begin) if begin else "",
    )
    checks = recipe.train(task_named(model, weights, begin), data, out, settings)
    for check in watch("fit", checks, -(-steps // settings.check_every)):
        print(f"step {check.step}: loss {check.loss:.3f}, {check.error:.2f} px on held-out people")
    print(f"{out} is finished")


@app.command()
def evaluate(
    detector: Annotated[str, typer.Argument(metavar="RUN|MODEL.tflite|cpu|tutorial")],
    target: Annotated[Path, typer.Argument(metavar="DATASET|FOLDER", help="FOLDER holds truth.csv and pictures.")],
    out: Out = Path("evaluation"),
    face: Annotated[FaceDetectorName, typer.Option(help="The face detector, for photographs.")] = FaceDetectorName.AUTO,
    most: Annotated[int, typer.Option(min=1, help="So many eyes of a data set, or photographs, at most.")] = 3000,
) -> None:
    """Judge a detector: error curve, calibration, closed eyes, worst cases."""
    from training.pupil_detector import recipe
    from training.pupil_detector.detectors import open_detector
    from training.pupil_detector.export import unseen_share

    unseen = unseen_share(Path(detector), target) if Path(detector).is_dir() else 1.0
    judged = open_detector(detector)
    table = recipe.evaluate(judged, target, out, face=face, most=most, watch=watch, held_out=unseen)
    if unseen < 1:
        print("only people this run has not learnt from are counted")
    _print_shares(table)
    print(f"curves and the worst cases: {out}")


@app.command()
def export(
    run: Annotated[Path, typer.Argument(help="The folder of a finished run.")],
    out: Out = Path("assets/models/pupil.tflite"),
    data: Annotated[list[Path] | None, typer.Option("--data", help="Its data sets; unset are those it names.")] = None,
    quantize: Annotated[Quantisation, typer.Option(help="How numbers are stored.")] = Quantisation.INT8,
    faces: Annotated[Path | None, typer.Option(help="Portraits with labels.csv, to calibrate the confidence.")] = None,
) -> None:
    """Write a run as TFLite with its card, unless it is too large or differs from what was trained."""
    from training.pupil_detector import recipe
    from training.pupil_detector.export import data_of

    scores = recipe.ship(
        run,
        data or data_of(run),
        out,
        quantisation=quantize,
        faces=(faces, faces / "labels.csv") if faces else None,
        staged_faces=recipe.CALIBRATED_FACES,
        watch=watch,
    )
    for name, score in scores.items():
        print(f"{name}: {score:.4f}")
    print(f"{out}: {out.stat().st_size} bytes, its card beside it")


@app.command()
def recalibrate(
    faces: Faces,
    model: Annotated[Path, typer.Option(help="The model.")] = Path("assets/models/pupil.tflite"),
) -> None:
    """Fit the confidence of a model's card anew on faces of held-out people; the model stays as it is."""
    from training.pupil_detector import recipe

    staged = recipe.CALIBRATED_FACES
    scores = recipe.recalibrate(model, (faces, faces / "labels.csv"), staged_faces=staged, watch=watch)
    for name, score in scores.items():
        print(f"{name}: {score:.4f}")


@app.command()
def portraits(
    out: Out,
    sources: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PICTURES...]", help="Pictures, folders, zip files; unset is the one that ships."),
    ] = None,
) -> None:
    """Prepare portraits to train on: one large face each, its pupils marked by the model that ships."""
    from training.data.portrait_preparation import prepare_portraits

    done = prepare_portraits(sources or [], out)
    for words in done.left_out:
        print(f"livecam-train: left out {words}", file=sys.stderr)
    print(f"{done.labelled} portraits in {out}; train on them with: livecam-train all --data {out} --out FOLDER")


@app.command(name="all")
def everything(
    data: Annotated[
        Path | None, typer.Option(help="Portraits prepared by `livecam-train portraits`; unset is the one that ships.")
    ] = None,
    out: Annotated[
        Path, typer.Option(help="Where all goes: data sets, run, reports, and the model as models/pupil.tflite.")
    ] = Path("build/training"),
    smoke: Annotated[bool, typer.Option("--smoke", help="The whole recipe, tiny, in under a minute.")] = False,
    seed: Seed = 1,
) -> None:
    """The whole recipe, from portraits and drawn eyes to a model with its card; it writes nowhere but into --out."""
    from training.pupil_detector import whole_recipe

    lacking = list(whole_recipe.missing(data))
    for line in lacking:
        print(f"livecam-train: {line}", file=sys.stderr)
    if lacking:
        raise typer.Exit(2)
    begun = time.monotonic()
    size = whole_recipe.SMOKE if smoke else whole_recipe.RecipeSize()
    scores = whole_recipe.everything(data, out, size=size, seed=seed, watch=watch)
    for name, score in scores.items():
        print(f"{name}: {score}")
    model = out / whole_recipe.MODEL
    print(f"{model} in {time.monotonic() - begun:.0f} s; see it with: livecam run --model {model}")


def _print_shares(table: dict[str, Any]) -> None:
    print(f"{table['pictures']} pictures, {table['closed']} closed, {table['missed']} missed, ECE {table['ece']:.3f}")
    measures = {measure.replace("_", " "): shares for measure, shares in table["shares"].items()}
    for measure, shares in {**measures, **table["groups"]}.items():
        print(f"{measure:>12}: " + "  ".join(f"<={limit} {share:.1%}" for limit, share in shares.items()))
    if "closed_auc" in table:
        print(f"closed eyes: AUC {table['closed_auc']:.3f}")


def main() -> None:
    """What the `livecam-train` script does."""
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    run_program(app)
