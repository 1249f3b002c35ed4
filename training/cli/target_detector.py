"""The command `livecam-train segment`: pages, training, export and evaluation of the tiny-target detector."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from training.engine.parallel import watch

if TYPE_CHECKING:
    from training.target_detector.data.sampling import SamplingMix
    from training.target_detector.train import TargetFitSettings


app = typer.Typer(name="segment", help="Train a network to find a tiny target in huge pictures.", no_args_is_help=True)

Pages = Annotated[
    Path, typer.Argument(metavar="PAGES", help="A folder with boxes.csv and pages/, or with the four Kaggle arrays.")
]
Out = Annotated[Path, typer.Option("--out", help="Where the result goes.")]
Seed = Annotated[int, typer.Option(help="The same seed makes the same result.")]
Size = Annotated[int, typer.Option(min=32, help="Side of a crop, pixels; a multiple of 16. The tutorial's is 224.")]
True_ = Annotated[float, typer.Option("--true", min=0, max=1, help="Crops around a target; the tutorial's is 0.34.")]
Pasted = Annotated[float, typer.Option(min=0, max=1, help="Of the other crops get something pasted.")]
Decoys = Annotated[float, typer.Option(min=0, max=1, help="Of what is pasted is no target.")]
Mined = Annotated[float, typer.Option(min=0, max=1, help="Of the others are cut at the model's own false peaks.")]
Jittered = Annotated[float, typer.Option("--jitter", min=0, max=2, help="How much colour and sharpness vary.")]
Folds = Annotated[int, typer.Option(min=2, help="Into so many folds the pages are dealt.")]
Leave = Annotated[int, typer.Option(min=-1, help="The fold that is not learnt from; -1 learns from all.")]


@app.command()
def synth(
    out: Out,
    count: Annotated[int, typer.Option(min=1, help="How many pages.")] = 24,
    width: Annotated[int, typer.Option(min=256, help="Pixels.")] = 2100,
    height: Annotated[int, typer.Option(min=256, help="Pixels.")] = 1320,
    head: Annotated[tuple[float, float], typer.Option(help="Least and greatest height of heads, pixels.")] = (13, 23),
    crowd: Annotated[float, typer.Option(min=0.01, max=5, help="How densely people stand.")] = 1.2,
    empty: Annotated[float, typer.Option(min=0, max=1, help="Share of the pages that hide nobody.")] = 0.0,
    workers: Annotated[int, typer.Option(min=0, help="Processes; 0 is one a core.")] = 0,
    seed: Seed = 1,
) -> None:
    """Draw crowd pages with one person to be found, and the exact pixels of the head."""
    from training.engine.parallel import cores
    from training.target_detector.data.crowd_pages.page import PageSettings, check
    from training.target_detector.data.crowd_pages.writer import write_pages

    begun, settings = time.monotonic(), PageSettings(width, height, head, crowd)
    check(settings)
    rows = write_pages(count, out, settings, seed=seed, empty=empty, workers=workers or cores())
    drawn = len(list(watch("synth", rows, count)))
    print(f"{drawn} pages in {time.monotonic() - begun:.1f} s: {out / 'pages'}, masks and boxes.csv beside them")


@app.command()
def histogram(pages: Pages) -> None:
    """Count the label values, and say which weights follow from them."""
    from training.target_detector.data.dataset import open_pages
    from training.target_detector.losses import balance

    counted = balance(open_pages(pages))
    for value, count in enumerate(counted.counts):
        if count:
            print(f"label {value:3d}: {count:12,d} pixels")
    print(f"target: {counted.share:.4%} of all pixels")
    for name in ("printed", "sane"):
        background, target = getattr(counted, name)
        print(f"weights {name}: background {background:.3g}, target {target:.3g}")


@app.command()
def preview(
    pages: Pages,
    out: Out = Path("preview.png"),
    size: Size = 160,
    true: True_ = 0.3,
    pasted: Pasted = 0.65,
    decoys: Decoys = 0.28,
    mined: Mined = 0.45,
    jitter: Jittered = 1.0,
    run: Annotated[Path | None, typer.Option(help="A run whose false peaks are cut, too.")] = None,
    seed: Seed = 1,
) -> None:
    """Draw batches as a network would get them, with their masks."""
    from training.data.contact_sheet import write_picture
    from training.target_detector.data.dataset import (
        in_order,
        open_pages,
    )
    from training.target_detector.preview import batch_sheet, of_run
    from training.target_detector.train import read_peaks

    mix, opened = _mix(size, true, pasted, decoys, mined, jitter), in_order(open_pages(pages, least=size))
    peaks = read_peaks(run) if run else ()
    write_picture(out, batch_sheet(of_run(opened, run) if run else opened, mix, peaks=peaks, seed=seed))
    print(f"look at {out}")


@app.command()
def tutorial(
    pages: Pages,
    out: Out = Path("tutorial"),
    page: Annotated[str, typer.Option(help="The page that is searched.", show_default="the first")] = "",
    model: Annotated[
        str, typer.Option(metavar="NAME|FOLDER|FILE", help="The model that searches it: waldo, or one of yours.")
    ] = "waldo",
) -> None:
    """Make every picture of the Find-Waldo tutorial: arrays, imbalance, weights, panels, heat map, overlay, result."""
    from livecam.perception.targets.network import open_target_detector
    from livecam.perception.targets.page_search import target_model
    from training.engine.files import DatasetError
    from training.target_detector import recipe, tutorial_figures
    from training.target_detector.data.dataset import in_order, open_pages

    recipe.check_out(out)
    opened = in_order(open_pages(pages))
    chosen = [each for each in opened if page in {"", each.name, Path(each.name).name}]
    if not chosen:
        raise DatasetError(f"--page {page} is not among the pages; they are {', '.join(p.name for p in opened[:9])}")
    detector = open_target_detector(target_model(model))
    for figure in tutorial_figures.write_figures(opened, chosen[0], detector, out):
        print(f"{figure.path}: {figure.words}", flush=True)
    (out / "summary.txt").write_text(tutorial_figures.summary(), encoding="utf-8")
    print(f"{out / 'summary.txt'}: the tutorial's network, layer by layer")


@app.command()
def fit(
    pages: Pages,
    out: Out,
    model: Annotated[str, typer.Option(help="centre or tutorial.")] = "centre",
    width: Annotated[int, typer.Option(min=4, help="Channels: 48 of centre; the tutorial's network has 64.")] = 48,
    steps: Annotated[int, typer.Option(min=1, help="Batches to learn from.")] = 1300,
    batch: Annotated[int, typer.Option(min=1, help="Crops a batch.")] = 24,
    rate: Annotated[float, typer.Option(min=1e-6, max=1, help="The highest learning rate.")] = 2e-3,
    schedule: Annotated[str, typer.Option(help="cosine or plateau.")] = "cosine",
    loss: Annotated[str, typer.Option(help="Of the mask: weighted, focal or tversky.")] = "weighted",
    weights: Annotated[
        str, typer.Option(help="Of background and target, only for the tutorial's network: sane, printed, or as 1,20.")
    ] = "sane",
    folds: Folds = 3,
    leave: Leave = -1,
    start: Annotated[Path | None, typer.Option(help="A run whose weights are begun with.")] = None,
    size: Size = 160,
    true: True_ = 0.3,
    pasted: Pasted = 0.65,
    decoys: Decoys = 0.28,
    mined: Mined = 0.45,
    jitter: Jittered = 1.0,
    seed: Seed = 1,
) -> None:
    """Train a network; a run that was killed goes on when it is started again."""
    from training.engine.files import RunError
    from training.target_detector import recipe
    from training.target_detector.data.dataset import (
        in_order,
        open_pages,
        split,
    )
    from training.target_detector.losses import (
        LossName,
        chosen,
    )
    from training.target_detector.train import Schedule, TargetFitSettings

    if model == "centre" and weights != "sane":
        raise RunError(f"--weights {weights} are those of --model tutorial; the network centre has its own")
    opened = open_pages(pages, least=size)
    learnt = in_order(opened) if leave < 0 else split(opened, folds, leave)[0]
    settings = TargetFitSettings(
        model=model,
        width=width,
        mask=_one_of(LossName, loss, "loss"),
        weights=chosen(weights, learnt),
        start=str(start) if start else "",
        steps=steps,
        batch=batch,
        learning_rate=rate,
        schedule=_one_of(Schedule, schedule, "schedule"),
        seed=seed,
        mix=_mix(size, true, pasted, decoys, mined, jitter),
    )
    _show(recipe.train(learnt, out, settings), settings, out)


def _show(checks: Any, settings: TargetFitSettings, out: Path) -> None:
    for check in watch("fit", checks, -(-settings.steps // settings.check_every)):
        print(f"step {check.step}: loss {check.loss:.3f}, {check.judged:.3f} on the fixed batch, {check.peaks} peaks")
    print(f"{out} is finished; look at {out / 'curves.png'}")


def _mix(size: int, true: float, pasted: float, decoys: float, mined: float, jitter: float) -> SamplingMix:
    from training.engine.files import RunError
    from training.target_detector.data.augmentation import ColourJitter
    from training.target_detector.data.sampling import SamplingMix

    if size % 16:
        raise RunError(f"--size {size} is no multiple of 16; use {size // 16 * 16} or {size // 16 * 16 + 16}")
    strength = ColourJitter(jitter, ColourJitter().grey if jitter else 0.0)
    return SamplingMix(size=size, true=true, pasted=pasted, decoys=decoys, mined=mined, jitter=strength)


def _one_of(kind: Any, name: str, option: str) -> Any:
    from training.engine.files import RunError

    try:
        return kind(name)
    except ValueError as fault:
        raise RunError(f"--{option} {name} is not known; use {', '.join(kind)}") from fault


@app.command(name="mine-preview")
def mine_preview(
    run: Annotated[Path, typer.Argument(help="The folder of a run.")],
    pages: Pages,
    out: Out = Path("peaks.png"),
) -> None:
    """Draw what a run last took for targets on its own pages, the surest first."""
    from training.data.contact_sheet import write_picture
    from training.target_detector.data.dataset import open_pages
    from training.target_detector.preview import of_run, peak_sheet
    from training.target_detector.train import read_peaks

    known = of_run(open_pages(pages), run)
    write_picture(out, peak_sheet(known, read_peaks(run)))
    print(f"look at {out}")


@app.command()
def evaluate(
    pages: Pages,
    detectors: Annotated[
        list[str], typer.Argument(metavar="RUN[,RUN...]|MODEL.tflite|stripes...", help="Runs: on pages they never saw.")
    ],
    out: Out = Path("evaluation.json"),
    painted: Annotated[bool, typer.Option("--painted", help="Also with the targets painted out.")] = False,
    changes: Annotated[
        bool, typer.Option("--changes", help="Also at other sizes, grey, turned, as photographs.")
    ] = False,
) -> None:
    """Judge detectors on pages; runs with commas between are the folds of one."""
    from training.engine.files import write_json
    from training.target_detector import recipe, scores
    from training.target_detector.data.dataset import open_pages

    recipe.check_file(out)
    opened, table = open_pages(pages), {}
    for name in detectors:
        judged = recipe.judged(name, opened)
        table[name] = recipe.evaluate(judged, painted=painted, changes=changes, watch=watch)
    write_json(out, table)
    print(scores.HEADER)
    for name, figures in table.items():
        print(scores.row(name, figures))
    for name, figures in table.items():
        print("\n".join(scores.details(name, figures)))
    print(f"all figures: {out}")


@app.command()
def export(
    run: Annotated[Path, typer.Argument(help="The folder of a run of --model centre.")],
    pages: Pages,
    out: Out = Path("target.tflite"),
    by: Annotated[str, typer.Option(help="Runs with commas between whose unseen pages calibrate the score.")] = "",
    trained_on: Annotated[str, typer.Option(help="What the card says of the pages.")] = "",
) -> None:
    """Write a run as TFLite with its card, unless it is too large or differs from what was trained."""
    from training.target_detector import recipe
    from training.target_detector.data.dataset import open_pages

    recipe.check_model(out)
    opened = open_pages(pages)
    said = trained_on or f"the pages of {pages.name}"
    scores = recipe.ship(run, opened, out, by=recipe.judged(by, opened) if by else [], trained_on=said, watch=watch)
    for name, score in scores.items():
        print(f"{name}: {score:.4g}")
    print(f"{out}: {out.stat().st_size} bytes, its card beside it")


@app.command(name="all")
def everything(
    data: Annotated[Path | None, typer.Option(help="Book pages; without, only the synthetic model.")] = None,
    work: Annotated[Path, typer.Option(help="Where pages, runs and reports go.")] = Path("build/segment"),
    out: Annotated[
        Path | None, typer.Option(help="Where the models go: assets/models; with --smoke into WORK/models.")
    ] = None,
    smoke: Annotated[bool, typer.Option("--smoke", help="The whole recipe, tiny, in under a minute.")] = False,
    seed: Seed = 1,
) -> None:
    """The whole recipe: drawn pages, the synthetic model, then the one that knows the book pages too."""
    from training.target_detector import recipe

    begun = time.monotonic()
    out = out or (work / "models" if smoke else Path("assets/models"))
    recipe.check_out(out)
    size = recipe.SMOKE if smoke else recipe.TargetRecipeSize()
    for name, scores in recipe.everything(data, work, out, size=size, seed=seed, watch=watch).items():
        print(f"{name}: " + ", ".join(f"{key} {value:.4g}" for key, value in scores.items()))
    print(f"{out} in {time.monotonic() - begun:.0f} s; runs: {work}")
