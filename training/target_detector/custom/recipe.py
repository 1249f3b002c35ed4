"""The one step from pictures with boxes to a detector: plan, training, folds, calibration, export, report."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from livecam.core.assets import asset
from livecam.core.errors import AssetError
from livecam.perception.targets.boxes.candidates import read_candidates
from livecam.perception.targets.boxes.folder import open_folder
from livecam.perception.targets.boxes.page_boxes import BoxFileError, PageBoxes, classes
from livecam.perception.targets.detector import TargetDetector
from livecam.perception.targets.page_search import IN_FOLDER, target_model
from training.engine.files import DatasetError, RunError, write_json
from training.engine.run_folder import read_log
from training.target_detector import export, recipe
from training.target_detector.custom import planning, report
from training.target_detector.custom.interruption import MARK, WORK, tidied
from training.target_detector.custom.judging import Expectation, JudgedPage, judge
from training.target_detector.data.dataset import LabelledPage, cached, in_order, of_folder, split
from training.target_detector.data.sampling import SamplingMix
from training.target_detector.recipe import PageGroup, Watch
from training.target_detector.start_weights import width_of
from training.target_detector.train import TargetFitSettings, fit

_MINE_AT = (0.2, 0.45, 0.7)
_CHECKS = 4
_LEAST_HALF = 2  # pages with a target that a model of half of them learns from at least


@dataclass(frozen=True, slots=True)
class CustomSettings:
    """What `livecam-train targets` is asked for."""

    start: str = ""  # a model that ships, a folder or a file; empty begins from nothing
    steps: int = 250
    folds: int = 3
    batch: int = 16
    width: int = 48
    size: int = 160
    kind: str = ""  # the class that is the target, where the boxes have several
    queue: Path | None = None
    seed: int = 1
    half: bool = True  # whether a model of half of the pages is trained, to tell what more pages would bring


@dataclass(frozen=True, slots=True, eq=False)
class Taught:
    """What came of it: the model with its card, the page to look at, and what to expect in words."""

    model: Path
    page: Path
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """The pages, and how they are searched."""

    pages: tuple[LabelledPage, ...]  # that can be judged by, prepared
    tiles: tuple[LabelledPage, ...]  # of a queue: only learnt from
    plan: planning.SearchPlan
    remarks: tuple[str, ...]


def prepare(folder: Path, settings: CustomSettings) -> Lesson:
    """Reads and checks everything; DatasetError says what is wrong with which picture."""
    try:
        known = open_folder(folder)
        if not known.pages:
            raise DatasetError(
                f"{folder} has {len(known.pictures)} pictures and no boxes; draw them: livecam-label boxes {folder}"
            )
        kind = _kind(known.pages, settings.kind)
        own = replace(known, pages=tuple(_only(page, kind) for page in known.pages))
        pages = in_order(of_folder(own))
        unlabelled = len(own.unlabelled)
    except BoxFileError as fault:
        raise DatasetError(str(fault)) from fault
    with_target = sum(bool(page.boxes) for page in pages)
    if with_target < 2:
        count = f"only 1 page of {folder} has" if with_target else f"no page of {folder} has"
        raise DatasetError(f"{count} a target; at least 2 are needed, one to learn from and another to be judged by")
    plan = planning.plan(pages)
    remarks = [planning.in_words(plan, pages)]
    if unlabelled:
        remarks.append(f"{unlabelled} pictures have no answer in {own.source} and are left out")
    prepared = plan.prepared(pages)
    _check_fit(prepared, settings.size)
    tiles = _tiles(settings.queue, plan, kind) if settings.queue else ()
    if settings.queue:
        judged = f"{len(tiles)} judged tiles of {settings.queue}"
        remarks.append(
            f"{judged}: {sum(len(t.boxes) for t in tiles)} targets, {sum(len(t.lookalikes) for t in tiles)} not"
        )
    return Lesson(prepared, tiles, plan, tuple(remarks))


def check_place(out: Path) -> None:
    """DatasetError for a place where a model must not go or cannot be written: over one that ships, among other things;
    a folder that was only made to try it is gone again."""
    shipped = asset("models").resolve()
    if shipped == out.resolve() or shipped in out.resolve().parents:
        raise DatasetError(f"--out cannot be {out}: models that ship are there; name another folder")
    if out.is_file():
        raise DatasetError(f"--out cannot be {out}, which is a file; name a folder")
    if out.is_dir() and any(out.iterdir()) and not (out / MARK).is_file():
        raise DatasetError(f"--out cannot be {out}: other things are there; name a new folder")
    with tidied(out):
        recipe.check_out(out)


def teach(folder: Path, lesson: Lesson, out: Path, settings: CustomSettings, watch: Watch) -> Taught:
    """Trains, judges by pages left out, calibrates, exports and reports; an interrupted call goes on where it was, and
    leaves nothing where no run has had a check."""
    check_place(out)
    with tidied(out):
        return _taught(folder, lesson, out, settings, watch)


def _taught(folder: Path, lesson: Lesson, out: Path, settings: CustomSettings, watch: Watch) -> Taught:
    work = out / WORK
    fitting = _fitting(settings)
    write_json(out / MARK, {"command": "livecam-train targets", "folder": folder.name, "steps": settings.steps})
    pages = cached(lesson.pages, work / "pages")
    tiles = cached(lesson.tiles, work / "tiles")
    folds = min(settings.folds, sum(bool(page.boxes) for page in pages))
    judged: list[JudgedPage] = []
    halves: tuple[list[JudgedPage], list[JudgedPage]] | None = None
    learnt_from = (0, 0)
    for fold in range(folds):
        learnt, left = _dealt(pages, folds, fold)
        answers = _judged(
            _trained((*learnt, *_others(tiles, left)), work / f"fold{fold}", fitting, watch), lesson, left, watch
        )
        judged += answers
        less = _half(learnt)
        if fold == 0 and settings.half and less and answers:
            run = _trained((*less, *_others(tiles, left)), work / "half", fitting, watch)
            halves, learnt_from = (_judged(run, lesson, left, watch), answers), (len(less), len(learnt))
    run = _trained((*pages, *tiles), work / "all", fitting, watch)
    group = PageGroup(
        [page.best() for page in judged],
        [page.without() for page in judged],
        [case for page in judged for case in page.candidates()],
    )
    how = recipe.calibrated(lesson.plan.search(export.UNFITTED), [group])
    rescored = [_rescored(page, how.calibration) for page in judged]
    expected = Expectation(rescored, how.threshold, halves, learnt_from)
    about = _about(folder, lesson, settings, expected)
    export.export(run, out / IN_FOLDER, how, about, pages)
    write_json(out / "report.json", {**expected.figures(), "words": expected.words(), "trained_on": about.trained_on})
    report.write(out / "report.html", expected, [*lesson.remarks, *expected.words()], about.trained_on)
    for cache in ("pages", "tiles"):
        shutil.rmtree(work / cache, ignore_errors=True)
    return Taught(out / IN_FOLDER, out / "report.html", tuple(expected.words()))


def _kind(pages: Sequence[PageBoxes], wanted: str) -> str:
    """The class that is the target."""
    known = classes(pages)
    if wanted and wanted not in known:
        raise DatasetError(f"--class {wanted} is not among the boxes; they are {', '.join(known) or 'none'}")
    if not wanted and len(known) > 1:
        raise DatasetError(f"the boxes have {len(known)} classes ({', '.join(known[:6])}); say which with --class")
    return wanted or (known[0] if known else "")


def _only(page: PageBoxes, kind: str) -> PageBoxes:
    """Boxes of other classes are neither targets nor look-alikes."""
    return replace(page, boxes=tuple(each for each in page.boxes if each.is_lookalike or each.kind == kind))


def _check_fit(pages: Sequence[LabelledPage], size: int) -> None:
    for page in pages:
        for box in page.boxes:
            if max(box.width, box.height) * page.working > size:
                raise DatasetError(
                    f"a box of {page.name} ({box.width:g}x{box.height:g} pixels) is larger than a crop, of"
                    f" {size / page.working:.0f} pixels there; most targets are far smaller: is it a mistake?"
                    " If not, leave it out, or give a larger --size"
                )


def _tiles(queue: Path, plan: planning.SearchPlan, kind: str) -> tuple[LabelledPage, ...]:
    """The tiles of a queue that somebody has judged; their scale is that of the pages that they are from."""
    if not queue.is_dir():
        raise DatasetError(f"--queue {queue} is not there; livecam find --queue {queue} begins one")
    try:
        candidates = {each.file: each for each in read_candidates(queue)}
        if not candidates:
            raise DatasetError(f"--queue {queue} is no queue of candidates; livecam find --queue makes one")
        known = open_folder(queue)
        pages = of_folder(replace(known, pages=tuple(_only(page, kind or "target") for page in known.pages)))
    except BoxFileError as fault:
        raise DatasetError(str(fault)) from fault
    if not pages:
        raise DatasetError(f"nobody has judged a tile of {queue} yet: livecam-label boxes {queue}")
    made = []
    for page in pages:
        source = candidates.get(page.name)
        whole = page if source is None else replace(page, width=source.source_width, height=source.source_height)
        name = f"{Path(source.source).name if source else ''}#{Path(page.name).name}"
        made.append(replace(page, name=name, factor=plan.factor(whole)))
    return tuple(made)


def _others(tiles: Sequence[LabelledPage], left: Sequence[LabelledPage]) -> tuple[LabelledPage, ...]:
    """Tiles that are not of a page that is left out."""
    names = {Path(page.name).name for page in left}
    return tuple(tile for tile in tiles if tile.name.partition("#")[0] not in names)


def _dealt(
    pages: Sequence[LabelledPage], folds: int, fold: int
) -> tuple[tuple[LabelledPage, ...], tuple[LabelledPage, ...]]:
    """Pages to learn from and to be judged by; those with a target and those without are dealt apart."""
    learnt, left = split([page for page in pages if page.boxes], folds, fold)
    empty = [page for page in pages if not page.boxes]
    return (*learnt, *(page for number, page in enumerate(empty) if number % folds != fold)), left


def _half(pages: Sequence[LabelledPage]) -> tuple[LabelledPage, ...]:
    """Every second page; nothing where that would leave too few."""
    less = tuple(page for page in pages if page.boxes)[::2]
    return less if _LEAST_HALF <= len(less) < len(pages) else ()


def _fitting(settings: CustomSettings) -> TargetFitSettings:
    width, start = settings.width, ""
    if settings.start:
        try:
            file = target_model(settings.start)
            width, start = width_of(file), str(file)
        except AssetError as fault:
            raise RunError(f"--start {settings.start} cannot be begun with: {fault}") from fault
    return TargetFitSettings(
        width=width,
        start=start,
        steps=settings.steps,
        batch=settings.batch,
        learning_rate=1e-3 if start else 2e-3,
        seed=settings.seed,
        check_every=-(-settings.steps // _CHECKS),
        mine_at=_MINE_AT,
        mix=SamplingMix(size=settings.size, askew=0.0, lit=0.0),  # what these bring in so few steps is not known
    )


def _trained(pages: Sequence[LabelledPage], run: Path, settings: TargetFitSettings, watch: Watch) -> Path:
    if not (run / "done").exists():
        for _ in watch(run.name, fit(pages, run, settings), _CHECKS):
            read_log(run)
        (run / "done").touch()
    return run


def _judged(run: Path, lesson: Lesson, pages: Sequence[LabelledPage], watch: Watch) -> list[JudgedPage]:
    detector = TargetDetector(
        export.tflite_detector(run, lesson.plan.search(export.UNFITTED)).network, lesson.plan.search(export.UNFITTED)
    )
    return [judge(detector, page) for page in watch(f"judge {run.name}", pages, len(pages))]


def _rescored(page: JudgedPage, calibration: Any) -> JudgedPage:
    def scored(target: Any) -> Any:
        return target._replace(score=calibration.score(target.peak_height, 0.0))

    return replace(
        page, targets=tuple(map(scored, page.targets)), painted=scored(page.painted) if page.painted else None
    )


def _about(folder: Path, lesson: Lesson, settings: CustomSettings, expected: Expectation) -> export.About:
    boxes = sum(len(page.boxes) for page in lesson.pages)
    words = f"{len(lesson.pages)} pages of {folder.resolve().name} with {boxes} targets"
    if lesson.tiles:
        words += f", {len(lesson.tiles)} judged tiles"
    words += f", begun with {settings.start}" if settings.start else ", begun from nothing"
    scores = {name: float(value) for name, value in expected.figures().items()}
    return export.About(words, scores)
