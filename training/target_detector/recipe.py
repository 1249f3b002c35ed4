"""The steps from pages to a shipped target model: training, evaluation, export, and all of them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from livecam.perception.targets.detector import TargetDetector
from livecam.perception.targets.model_card import SearchSpec, TargetModelCard
from livecam.perception.targets.network import open_target_detector
from livecam.perception.targets.turns import Turns
from training.engine.files import DatasetError, RunError, write_json
from training.engine.parallel import cores
from training.engine.plots import drawing
from training.engine.run_folder import read_log
from training.target_detector import confidence_calibration, evaluation, export, scores
from training.target_detector.data.crowd_pages.page import PageSettings
from training.target_detector.data.crowd_pages.writer import write_pages
from training.target_detector.data.dataset import LabelledPage, cached, in_order, open_pages, split
from training.target_detector.data.sampling import SamplingMix
from training.target_detector.evaluation import PageResult, PeakConfidence, StripeBaseline
from training.target_detector.page_changes import CHANGES
from training.target_detector.train import TargetCheckpointResult, TargetFitSettings, fit

Watch = Callable[[str, Iterable[Any], int], Iterable[Any]]  # shows how far a step is: name, parts, how many


class PageGroup(NamedTuple):
    """What a detector says of pages: their best peaks, those with the target painted out, and the first candidates."""

    best: Sequence[PeakConfidence]
    without: Sequence[PeakConfidence]
    candidates: Sequence[PeakConfidence]


OWN = "crowd pages drawn by livecam-train segment synth"
BOOK = "18 scanned book pages of the Find-Waldo set (the pages are not part of this project)"


@dataclass(frozen=True, slots=True)
class TargetRecipeSize:
    """How much of everything the whole recipe makes."""

    drawn: int = 24
    unseen: int = 12  # drawn pages that the synthetic model is judged and calibrated by
    page: PageSettings = field(default_factory=PageSettings)
    folds: int = 3
    first: TargetFitSettings = field(default_factory=lambda: TargetFitSettings(steps=800))
    second: TargetFitSettings = field(default_factory=TargetFitSettings)


_TINY = TargetFitSettings(steps=6, batch=2, check_every=3, width=8, mine_at=(0.5,), mix=SamplingMix(size=64))
SMOKE = TargetRecipeSize(3, 2, PageSettings(520, 330, (6.0, 8.0)), 3, _TINY, _TINY)


def train(pages: Sequence[LabelledPage], run: Path, settings: TargetFitSettings) -> Iterator[TargetCheckpointResult]:
    """`livecam-train segment fit`; the pages are cached beside the run, the curves drawn anew after every check."""
    check_out(run)
    for progress in fit(cached(pages, run / "pages"), run, settings):
        _write_curves(run)
        write_json(run / "scores.json", asdict(progress))
        yield progress


def _write_curves(run: Path) -> None:
    """Loss and accuracy over the steps, side by side."""
    history = read_log(run)
    with drawing(run / "curves.png", size=(9, 3.6), dpi=110) as figure:
        for place, names in enumerate((("loss", "judged"), ("accuracy",)), 1):
            axes = figure.add_subplot(1, 2, place, xlabel="step", title=names[0])
            for name in names:
                axes.plot(history["step"], history[name], label="loss of a fixed batch" if name == "judged" else name)
            axes.grid(alpha=0.3)
            axes.legend()


@dataclass(frozen=True, slots=True, eq=False)
class DetectorUnderTest:
    """A detector and the pages it is judged by."""

    detector: TargetDetector
    pages: tuple[LabelledPage, ...]


def judged(name: str, pages: Sequence[LabelledPage]) -> list[DetectorUnderTest]:
    """What a name stands for: `stripes`, a model's file, or runs with commas between, each on the pages it never saw.

    A run is converted first, so that what is judged is what would be shipped.
    """
    if name == "stripes":
        return [DetectorUnderTest(TargetDetector(StripeBaseline(), _how(pages)), in_order(pages))]
    if name.endswith(".tflite"):
        return [DetectorUnderTest(open_target_detector(Path(name)), in_order(pages))]
    return [_run(Path(part), pages) for part in name.split(",")]


def _run(run: Path, pages: Sequence[LabelledPage]) -> DetectorUnderTest:
    known = set(export.settings_of(run)["pages"])
    unseen = tuple(page for page in in_order(pages) if page.name not in known)
    if not any(page.boxes for page in unseen):
        raise RunError(f"{run} was trained on every page with a target; leave a fold out with fit --leave")
    return DetectorUnderTest(export.tflite_detector(run, _how(pages)), unseen)


def _how(pages: Sequence[LabelledPage]) -> SearchSpec:
    return export.search(export.typical_box(tuple(pages)))


def evaluate(parts: Sequence[DetectorUnderTest], *, painted: bool, changes: bool, watch: Watch) -> dict[str, Any]:
    """`livecam-train segment evaluate` for one detector: all figures, over the pages of all its folds."""
    count = sum(len(part.pages) for part in parts)
    answers = (one for part in parts for one in evaluation.judge(part.detector, part.pages))
    figures = scores.report(list(watch("pages", answers, count)))
    trained = sorted(
        {part.detector.search.trained_on for part in parts if isinstance(part.detector.search, TargetModelCard)}
    )
    if trained:
        figures["trained_on"] = "; ".join(trained)
    if changes:
        figures["changed"] = {name: _changed(parts, name, count, watch) for name in CHANGES}
    if painted:
        groups = [_group(part, watch) for part in parts]
        figures["yes_or_no"] = _yes_or_no(groups)
        if trained:
            figures["answers"] = _answers(parts, watch)
    return figures


def _answers(parts: Sequence[DetectorUnderTest], watch: Watch) -> dict[str, int]:
    """What `livecam find` would say of each page, and of the same without its target: right ones, and of how many."""
    found, refused, count = 0, 0, 0
    for part in parts:
        detector = replace(part.detector, turns=Turns.AUTO)
        pages = [page for page in part.pages if page.boxes]
        for page in watch("answers", pages, len(pages)):
            said = evaluation.answer(detector, page)
            found += said.rank == 0 and said.sure[0]
            refused += not any(map(detector.is_confident, detector.detect(evaluation.paint_out(page))))
            count += 1
    return {"found": int(found), "refused": int(refused), "of_each": count}


def _changed(parts: Sequence[DetectorUnderTest], name: str, count: int, watch: Watch) -> dict[str, int]:
    """The pages are searched as `livecam find` does: turned where nothing is found upright."""
    detectors = [replace(part.detector, turns=Turns.AUTO) for part in parts]
    answers = (
        one
        for part, detector in zip(parts, detectors, strict=True)
        for one in evaluation.judge(detector, part.pages, CHANGES[name])
    )
    return scores.changed(list(watch(name, answers, count)))


def _group(part: DetectorUnderTest, watch: Watch) -> PageGroup:
    with_it: list[PeakConfidence] = []
    candidates: list[PeakConfidence] = []
    without: list[PeakConfidence] = []
    pages = [page for page in part.pages if page.boxes]
    for page in watch("painted out", pages, len(pages)):
        answer: PageResult = evaluation.answer(part.detector, page)
        with_it.append(evaluation.peak_confidence_of(answer.targets, hit=answer.rank == 0))
        candidates += evaluation.candidates_of(answer)
        without.append(evaluation.peak_confidence(part.detector, evaluation.paint_out(page), hit=False))
    return PageGroup(with_it, without, candidates)


def _yes_or_no(groups: Sequence[PageGroup]) -> dict[str, float]:
    figures = scores.yes_or_no(
        [case for group in groups for case in group.best], [c for g in groups for c in g.without]
    )
    if sum(any(case.hit for case in group.best) for group in groups) > 1:
        figures["held_out_auc"] = confidence_calibration.held_out_auc([(group.best, group.without) for group in groups])
    return figures


def ship(
    run: Path,
    pages: Sequence[LabelledPage],
    out: Path,
    *,
    by: Sequence[DetectorUnderTest],
    trained_on: str,
    watch: Watch,
) -> dict[str, float]:
    """`livecam-train segment export`: converts, checks, calibrates on what `by` says of pages it never saw, writes.

    Where `by` found no target at all, nothing that the model says will count as found. RunError, before anything is
    judged or written, where `run` is no run.
    """
    export.settings_of(run)
    groups = [_group(part, watch) for part in by]
    best = [case for group in groups for case in group.best]
    how = _how(pages)
    scores: dict[str, float] = {}
    if groups:
        how = calibrated(how, groups)
        scores = {"pages": float(len(best)), "hit@1": float(sum(case.hit for case in best))}
        scores |= {name: round(value, 4) for name, value in _yes_or_no(groups).items()}
    export.export(run, out, how, export.About(trained_on, scores), cached(pages, run / "pages"))
    return scores


def calibrated(how: SearchSpec, groups: Sequence[PageGroup]) -> SearchSpec:
    """The search with the probability that fits the pages; from one half on, it is found. Where nothing was, or where
    lower peaks would be the likelier ones, for the network has learnt next to nothing, never."""
    found = [case for group in groups for case in group.candidates if case.hit]
    if not found:
        return how.model_copy(update={"calibration": export.NEVER})
    wrong = [case for group in groups for case in group.best if not case.hit]
    without = [case for group in groups for case in group.without]
    fitted = confidence_calibration.calibrated([*found, *wrong], without)
    if fitted.height <= 0:
        return how.model_copy(update={"calibration": export.NEVER})
    return how.model_copy(update={"calibration": fitted, "threshold": 0.5})


def everything(
    data: Path | None, work: Path, out: Path, *, size: TargetRecipeSize, seed: int, watch: Watch
) -> dict[str, Any]:
    """`livecam-train segment all`: the synthetic model, and with `data` the one that knows the book pages too."""
    drawn, unseen = (
        _drawn(work / name, count, size.page, seed + more, watch)
        for name, count, more in (("drawn", size.drawn, 0), ("unseen", size.unseen, 1))
    )
    first = work / "synthetic"
    _fitted(drawn, first, replace(size.first, seed=seed), watch)
    own = [DetectorUnderTest(export.tflite_detector(first, _how(drawn)), unseen)]
    summary: dict[str, Any] = {
        "synthetic": ship(first, drawn, out / "waldo-synthetic.tflite", by=own, trained_on=OWN, watch=watch)
    }
    if data is not None:
        summary["book"] = _book(data, work, out / "waldo.tflite", size=size, seed=seed, watch=watch)
    write_json(work / "summary.json", summary)
    return summary


def _drawn(folder: Path, count: int, page: PageSettings, seed: int, watch: Watch) -> tuple[LabelledPage, ...]:
    if not (folder / "boxes.csv").exists():
        for _ in watch("synth", write_pages(count, folder, page, seed=seed, workers=cores()), count):
            pass
    return open_pages(folder)


def _book(data: Path, work: Path, out: Path, *, size: TargetRecipeSize, seed: int, watch: Watch) -> dict[str, float]:
    pages = open_pages(data)
    settings = replace(size.second, seed=seed, start=str(work / "synthetic"))
    for fold in range(size.folds):
        _fitted(split(pages, size.folds, fold)[0], work / f"fold{fold}", settings, watch)
    _fitted(in_order(pages), work / "book", settings, watch)
    by = judged(",".join(str(work / f"fold{fold}") for fold in range(size.folds)), pages)
    return ship(work / "book", pages, out, by=by, trained_on=f"{OWN}, then {BOOK}", watch=watch)


def _fitted(pages: Sequence[LabelledPage], run: Path, settings: TargetFitSettings, watch: Watch) -> None:
    for _ in watch(f"fit {run.name}", train(pages, run, settings), -(-settings.steps // settings.check_every)):
        pass


def check_file(out: Path) -> None:
    """DatasetError when no file could be written there; its folder is made."""
    check_out(out.parent)
    if out.is_dir():
        raise DatasetError(f"cannot write {out} (is a directory); name a file")


def check_model(out: Path) -> None:
    """DatasetError when no model could be written there, with its card, which ends in .json, beside it."""
    if out.suffix != ".tflite":
        raise DatasetError(f"a model cannot be called {out.name}; name a file that ends in .tflite")
    check_file(out)


def check_out(out: Path) -> None:
    """DatasetError when nothing could be written there: before an hour of work, not after."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            return
    except OSError as fault:
        raise DatasetError(f"cannot write into {out} ({(fault.strerror or 'refused').lower()})") from fault
