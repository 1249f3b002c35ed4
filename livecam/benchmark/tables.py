"""Tables of a benchmark for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.box import SIMPLE
from rich.console import RenderableType
from rich.table import Table

from livecam.benchmark.accuracy import THRESHOLDS, AccuracyScore
from livecam.benchmark.contenders import BESIDE, STAGES
from livecam.benchmark.results import BaselineResult, PathResult, Results, TimingSummary

_SHOWN = (1, 2)  # which of THRESHOLDS stand beside the speed
_SCORED = 4  # how many of them stand in a table of scores; with more its columns would be cut


def tables(results: Results) -> Iterator[RenderableType]:
    """How fast, how evenly and where the time goes; what was asked for of the baseline, of accuracy and of runtimes."""
    yield _speed(results)
    yield _evenness(results)
    yield _stages(results)
    yield _collecting(results)
    yield from _ratios(results)
    if any(path.score for path in results.paths):
        yield _accuracy(results)
    if results.sweep:
        yield _sweep(results)


def _speed(results: Results) -> Table:
    width, height = results.size
    table = plain_table(
        f"{results.frames} frames of {results.source} at {width}x{height}; times in milliseconds",
        ("fps", "frame", "perceive", "CPU", "no face", "MB", "start s", "found", "sure"),
    )
    scored = any(path.score for path in results.paths)
    for limit in _SHOWN if scored else ():
        table.add_column(f"≤{THRESHOLDS[limit]:g}", justify="right")
    for path in results.paths:
        table.add_row(*_speed_row(path), *_shares(path.score))
    if results.baseline:
        table.add_row(*_baseline_row(results.baseline), *_shares(results.baseline.score))
    return table


def plain_table(title: str, heads: Iterable[str], first: str = "path") -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE, pad_edge=False, padding=(0, 1))
    table.add_column(first, no_wrap=True)
    for head in heads:
        table.add_column(head, justify="right", no_wrap=True)
    return table


def _speed_row(path: PathResult) -> list[str]:
    figures = path.with_face
    return [
        f"{path.name} {path.face}",
        f"{figures.fps:.0f}",
        f"{figures.whole.p50:.2f}",
        f"{figures.perceive.p50:.2f}",
        f"{figures.cpu_ms:.2f}",
        f"{path.without_face.whole.p50:.2f}",
        f"{path.fresh.peak_mb:.0f}",
        f"{path.fresh.startup_s:.2f}",
        *_findings(figures),
    ]


def _baseline_row(baseline: BaselineResult) -> list[str]:
    """It only perceives, in this process: there is no frame and no start to speak of."""
    figures = baseline.with_face
    times = (figures.perceive.p50, figures.perceive_cpu_ms, baseline.without_face.perceive.p50)
    return [f"({baseline.name} itself)", "", "", *(f"{time:.2f}" for time in times), "", "", *_findings(figures)]


def _findings(figures: TimingSummary) -> list[str]:
    return [f"{figures.found:.0%}", "" if figures.confidence is None else f"{figures.confidence:.2f}"]


def _shares(score: AccuracyScore | None) -> list[str]:
    return [f"{score.within[limit]:.0%}" for limit in _SHOWN] if score else []


def _evenness(results: Results) -> Table:
    table = plain_table(
        "how even a frame is, from taking it to being done with it", ("p50", "p95", "p99", "max", "p99 / p50")
    )
    for path in results.paths:
        whole = path.with_face.whole
        table.add_row(f"{path.name} {path.face}", *(f"{time:.2f}" for time in whole), f"{whole.p99 / whole.p50:.1f}")
    return table


def _collecting(results: Results) -> Table:
    table = plain_table(
        "with the queue on, in the same rounds: collect is what a frame waits for it",
        ("fps", "frame", "p99", "collect", "p99", "on / off", "CPU on / off", "kept"),
    )
    for path in results.paths:
        found = path.collecting
        times = (found.on.whole.p50, found.on.whole.p99, found.collect.p50, found.collect.p99)
        table.add_row(
            f"{path.name} {path.face}",
            f"{found.on.fps:.0f}",
            *(f"{time:.2f}" for time in times),
            f"{found.ratio:.2f}",
            f"{found.cpu_ratio:.2f}",
            str(found.kept),
        )
    return table


def _stages(results: Results) -> Table:
    """Means over all frames, so that they add up; what has a thread of its own is the median of one picture."""
    used = [stage for stage in STAGES if any(stage in path.stages for path in results.paths)]
    table = plain_table(
        "where the time goes: mean of a frame (detect, encode: median of a picture, in their own threads)", used
    )
    for path in results.paths:
        table.add_row(f"{path.name} {path.face}", *(_stage(path, stage) for stage in used))
    return table


def _stage(path: PathResult, name: str) -> str:
    stage = path.stages.get(name)
    if stage is None:
        return ""
    return f"{stage.taken.p50 if name in BESIDE else stage.a_frame:.3f}"


def _ratios(results: Results) -> Iterator[str]:
    for name in ("tflite", "cpu"):
        path, median, cpu = results.path(name), results.ratio(name, "median"), results.ratio(name, "cpu")
        if path is not None and median is not None and cpu is not None:
            ratios = f"{median:.2f} of the median, {cpu:.2f} of the CPU time"
            yield f"perception of {name} with {path.face} takes {ratios} of MediaPipe's mesh and iris"


def _accuracy(results: Results) -> Table:
    known = [(f"{path.name} {path.face}", path.score) for path in results.paths if path.score]
    if results.baseline and results.baseline.score:
        known.append((f"({results.baseline.name} itself)", results.baseline.score))
    return accuracy_table(known)


def accuracy_table(scored: Sequence[tuple[str, AccuracyScore]]) -> Table:
    """What every path, by its name, scored on the same photographs."""
    heads = [f"≤{limit:g}".replace("0.", ".") for limit in THRESHOLDS[:_SCORED]]
    table = plain_table(
        f"{scored[0][1].count} photographs of {scored[0][1].set}: share with both eyes within; then without the offset",
        (*heads, *heads, "median", "found", "ECE/chance", "closed"),
    )
    for name, score in scored:
        shares = [f"{share:.0%}" for share in (*score.within[:_SCORED], *score.centred[:_SCORED])]
        table.add_row(
            name,
            *shares,
            "" if score.median is None else f"{score.median:.4f}",
            f"{score.found / max(score.count, 1):.0%}",
            str(score.calibration_error or ""),
            f"{score.refused}/{score.closed}" if score.closed else "",
        )
    return table


def states_table(scored: Sequence[tuple[str, AccuracyScore]]) -> Table:
    """What every path, by its name, said of the eyes of each labelled state."""
    said = sorted({state for _, score in scored for row in score.states.values() for state in row})
    table = plain_table("eyes by their labelled state, and what was said of them", ("labelled", *said))
    for name, score in scored:
        for truth, row in score.states.items():
            table.add_row(name, truth, *(str(row.get(state, "")) for state in said))
    return table


def _sweep(results: Results) -> Table:
    table = plain_table("two eyes through the regressor", ("threads", "p50", "p95", "p99", "max"), "runtime")
    for row in results.sweep:
        taken = ["not installed"] if row.taken is None else [f"{value:.3f}" for value in row.taken]
        table.add_row(row.runtime.value, str(row.threads), *taken)
    return table
